"""Two words become one: every file that carried the first carries the second, once, and says so in its history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from vigie.agents.actions.merging import MergingUnseen
from vigie.followup.actions.snapshots import picture
from vigie.followup.actions.words import ACTS, RIGHT, locked, refuse_needed, write
from vigie.followup.models import FirmAction, Followup, Snapshot, Term
from vigie.followup.queries.merging import Merging, carrying, merging
from vigie.journal.actions import record_each
from vigie.kernel.errors import Refused
from vigie.rights.person import Person
from vigie.rights.reach import require

MERGED = "file.words_merged"
AT_ONCE = 500  # files written by one statement


def refuse_merging(source: Term, target: Term) -> None:
    """Refused when the two cannot be one."""
    if source.pk == target.pk or source.kind != target.kind:
        raise Refused("word_other", "Choisissez un autre mot de la même liste.")
    if source.merged_into_id is not None:
        raise Refused("word_merged", "Ce mot est déjà réuni à un autre.")
    if target.archived_at is not None:
        raise Refused("word_withdrawn", "Choisissez un mot en service.")
    for word in (source, target):
        refuse_needed(word)


@transaction.atomic
def merge(source_pk: int, target_pk: int, *, seen: str, by: Person, at: datetime) -> Merging:
    """Done only with the mark of the figures that were on the screen. It is not undone."""
    require(by, RIGHT)
    words = {pk: locked(pk) for pk in sorted({source_pk, target_pk})}  # always in this order: two cannot wait in turn
    source, target = words[source_pk], words[target_pk]
    if source.merged_into_id == target.pk:
        return Merging(0, 0, 0, (source.version, target.version))  # the same form sent twice
    refuse_merging(source, target)
    found = merging(source, target)
    if seen != found.mark:
        raise MergingUnseen(found)
    files = list(carrying(source).values_list("pk", flat=True))
    for start in range(0, len(files), AT_ONCE):
        _rewrite(files[start : start + AT_ONCE], source, target, by, at)
    FirmAction.objects.filter(term=source).update(term=target)
    source.archived_at, source.merged_into = source.archived_at or at, target
    for word in (source, target):
        word.version += 1
        word.save(update_fields=["archived_at", "merged_into", "version"])
    told = {"files": found.files, "acts": found.acts}
    write(source, ACTS.MERGED, {}, {"into": target.label}, by=by, at=at, effects=told)
    write(target, ACTS.MERGED, {}, {"from": source.label}, by=by, at=at, effects=told)
    return found


def _rewrite(keys: list[int], source: Term, target: Term, by: Person, at: datetime) -> None:
    """Some files: their words, their version, their picture. Who holds a form opened before is told that they moved."""
    through, files = Followup.terms.through, Followup.objects.filter(pk__in=keys)
    if source.kind == Term.Kind.SIZE:
        files.update(size=target)
    else:
        bearing = through.objects.filter(followup_id__in=keys)
        held = set(bearing.filter(term=target).values_list("followup_id", flat=True))
        through.objects.bulk_create(through(followup_id=pk, term_id=target.pk) for pk in keys if pk not in held)
        bearing.filter(term=source).delete()
    files.update(version=F("version") + 1)
    Snapshot.objects.bulk_create(_pictures(keys, source, target, by, at))
    record_each(MERGED, files, by=by, at=at)


def _pictures(keys: list[int], source: Term, target: Term, by: Person, at: datetime) -> Iterator[Snapshot]:
    """Each file as it became: its last picture with one word for the other. Nothing else of it moved."""
    last = Snapshot.objects.filter(followup=OuterRef("pk")).order_by("-at", "-pk").values("pk")[:1]
    found = Followup.objects.filter(pk__in=keys).annotate(picture=Subquery(last)).values("picture")
    known = {one.followup_id: one.data for one in Snapshot.objects.filter(pk__in=found)}
    changes = {"added": [target.code], "removed": [source.code]}
    for file in Followup.objects.filter(pk__in=keys).order_by("pk"):
        data = known[file.pk] if file.pk in known else picture(file)
        yield Snapshot(
            followup=file, at=at, event=MERGED, actor_name=by.name, changes=changes,
            data=_with(data, source, target),
        )  # fmt: skip


def _with(data: dict[str, Any], source: Term, target: Term) -> dict[str, Any]:
    if source.kind == Term.Kind.SIZE:
        return {**data, "size": target.code}
    codes = sorted({*data["terms"].get(source.kind, ()), target.code} - {source.code})
    return {**data, "terms": {**data["terms"], source.kind: codes}}
