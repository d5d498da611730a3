"""Letting a file be opened on a closed establishment, for a correction: an administrator says where and why (S-03).

It opens no data of the firm: who opens the file must have the right to, as anywhere else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from vigie.followup.models import ClosedPlace, Workplace
from vigie.followup.queries.closed import running
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person
from vigie.rights.reach import require

RIGHT = "closed.allow"
DAYS = 30


@transaction.atomic
def allow(siret: str, reason: str, *, by: Person, at: datetime) -> ClosedPlace:
    """Thirty days. The same establishment asked twice is one exception; InvalidInput names the field at fault."""
    require(by, RIGHT)
    if not reason.strip():
        raise InvalidInput("reason_missing", "Dites pourquoi.", field="reason")
    place = Workplace.objects.select_for_update().filter(pk=siret).first()
    if place is None:
        raise InvalidInput("siret_unknown", "Aucun établissement connu n’a ce SIRET.", field="siret")
    if place.is_active:
        raise InvalidInput("not_closed", "Cet établissement est ouvert\u00a0: rien n’est à permettre.", field="siret")
    if (known := running(at).filter(workplace=place).first()) is not None:
        return known
    row = ClosedPlace.objects.create(
        workplace=place, reason=reason.strip(), since=at, until=at + timedelta(days=DAYS), author_id=by.user_id or 0
    )
    _note("closed_place.allowed", row, by, at)
    return row


@transaction.atomic
def end(row: ClosedPlace, *, by: Person, at: datetime) -> None:
    """No file may be opened there any more; those that are open stay. Ended already: nothing."""
    require(by, RIGHT)
    held = ClosedPlace.objects.select_for_update().get(pk=row.pk)
    if held.until > at:
        held.until = at
        held.save(update_fields=["until"])
        _note("closed_place.ended", held, by, at)


def _note(event: str, row: ClosedPlace, by: Person, at: datetime) -> None:
    record(event, row, by=by, at=at)
    details = {"act": event.rpartition(".")[2], "reason": row.reason, "until": row.until.isoformat()}
    audit.note("admin_closed", "followup.Workplace", str(row.workplace_id), by=by, at=at, details=details)
