"""Two bodies, or two profiles of work, become one: their agents follow, in one transaction, and it is not undone.

It gives and takes no access: what would is refused, with whom it would touch. Zones are not merged (decision 0046).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from vigie.accounts.models import AccountChange, AgentProfile, Charge, User
from vigie.agents.actions.merging import MergingUnseen
from vigie.agents.actions.reference_writing import ACTS, RIGHT
from vigie.agents.models import AskedMove, ReferenceChange
from vigie.agents.queries.reference_merging import Merging, column_of, merging
from vigie.agents.reference_kinds import MERGEABLE, SEGMENT, Kind
from vigie.journal import audit
from vigie.journal.actions import record, record_each
from vigie.kernel.errors import Refused
from vigie.rights.person import Person
from vigie.rights.reach import require


@transaction.atomic
def merge(kind: Kind, source_pk: int, target_pk: int, *, seen: str, by: Person, at: datetime) -> Merging:
    """Done only with the mark of what was on the screen; the first one is then out of service."""
    require(by, RIGHT)
    keys = sorted({source_pk, target_pk})  # always in this order: two cannot wait in turn
    rows = {row.pk: row for row in kind.model.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    source, target = rows[source_pk], rows[target_pk]
    if kind not in MERGEABLE or source_pk == target_pk or target.archived_at is not None:
        raise Refused("reference_other", "Choisissez-en un autre, en service.")
    last = ReferenceChange.objects.filter(kind=kind.code, object_id=source_pk).first()
    if last is not None and last.act == ACTS.MERGED and last.after.get("into") == str(target_pk):
        return Merging(0, 0, 0, (), (), (source.version, target.version))  # the same form sent twice
    found = merging(kind, source, target)
    if found.refused:
        raise Refused("reference_rights", " ".join(found.refused))
    if seen != found.mark:
        raise MergingUnseen(found)
    _move(kind, source, target, by, at)
    source.archived_at = source.archived_at or at
    told = {"agents": found.agents}
    _write(kind, source, {"into": str(target_pk), "label": _name(target)}, told, by, at)
    _write(kind, target, {"from": str(source_pk), "label": _name(source)}, told, by, at)
    return found


def _move(kind: Kind, source: Any, target: Any, by: Person, at: datetime) -> None:
    column = column_of(kind)
    agents = AgentProfile.objects.filter(**{column: source})
    users = list(agents.order_by("user_id").values_list("user_id", flat=True))
    agents.update(**{column: target})
    before, after = {f"{column}_id": _name(source)}, {f"{column}_id": _name(target)}
    AccountChange.objects.bulk_create(
        AccountChange(user_id=pk, author_id=by.user_id, author_name=by.name, at=at, before=before, after=after)
        for pk in users
    )
    record_each("account.changed", User.objects.filter(pk__in=users), by=by, at=at)
    Charge.objects.filter(**{column: source}).delete()  # the same people hold the same of the other
    if kind is SEGMENT:
        AskedMove.objects.filter(segment=source).update(segment=target)


def _write(kind: Kind, row: Any, after: dict[str, str], told: dict[str, int], by: Person, at: datetime) -> None:
    """The version, the history, the journal and the audit of one side."""
    row.version += 1
    row.save()
    written = ReferenceChange.objects.create(
        kind=kind.code, object_id=row.pk, act=ACTS.MERGED, version=row.version, effects=told, before={}, after=after,
        author_id=by.user_id or 0, at=at,
    )  # fmt: skip
    payload = {"kind": kind.code, "id": row.pk, "version": row.version, **after, **told}
    record("reference.merged", written, by=by, at=at, payload=payload)
    details = {**payload, "act": str(ACTS.MERGED)}
    audit.note("admin_reference", kind.model._meta.label, str(row.pk), by=by, at=at, details=details)


def _name(row: Any) -> str:
    return str(getattr(row, "label", "") or row.name)
