"""Opening, replacing and withdrawing a list.

All green: at its planned date, by itself. Otherwise: when two different people have agreed (and not before that date).
Opening is one short transaction: readers pass from one list to the other at once, never through a mixture.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.journal.actions import perform, record
from vigie.journal.crash import crash_point
from vigie.kernel.errors import Refused, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.watchlists.models import Publication
from vigie.watchlists.rules import opens
from vigie.watchlists.states import CHECKED, OPEN


@transaction.atomic
def open_if_due(publication: Publication, *, at: datetime, by: Person = SYSTEM) -> bool:
    """Opens the list if it may be opened today, in place of the other open list of its month; tells whether it did."""
    row = Publication.objects.select_for_update().get(pk=publication.pk)
    due = row.state == CHECKED and opens(
        all_green=bool(row.all_green),
        approvals=row.approvals.count(),
        planned_on=row.planned_on,
        today=paris_day(at),
    )
    if not due:
        return False
    same_month = list(Publication.objects.select_for_update().filter(batch=row.batch, state=OPEN))
    if any(other.number > row.number for other in same_month):
        return False  # a later correction is open already
    for other in same_month:
        perform(other, "replace", by=by, at=at, payload={"by": row.code})
    crash_point("open.after_replace")
    perform(publication, "open", by=by, at=at)
    crash_point("open.after_open")
    return True


def open_due(at: datetime) -> str:
    """Opens every list whose moment has come (job of every minute); gives the account."""
    waiting = Publication.objects.filter(state=CHECKED).order_by("batch", "number")
    opened = [publication.code for publication in waiting if open_if_due(publication, at=at)]
    return f"Listes ouvertes\u00a0: {', '.join(opened)}" if opened else "Aucune liste à ouvrir"


@transaction.atomic
def approve(publication: Publication, *, by: Person, at: datetime) -> Publication:
    """Notes that this person agrees; opens the list when a second person has, and its date has come."""
    require(by, "publication.approve", publication)
    row = Publication.objects.select_for_update().get(pk=publication.pk)
    if row.state != CHECKED:
        raise TransitionRefused(
            "not_to_approve", "Cette liste n’attend pas d’approbation. Rechargez la page pour voir où elle en est."
        )
    if row.all_green and row.planned_on is not None:
        raise Refused("opens_by_itself", "Tous les contrôles sont verts\u00a0: cette liste s’ouvre seule à sa date.")
    _approval, new = row.approvals.get_or_create(user_id=by.user_id or 0, defaults={"at": at})
    if new:
        record("publication.approved", row, by=by, at=at)
    open_if_due(row, at=at, by=by)
    return row


def withdraw(publication: Publication, reason: str, *, by: Person, at: datetime) -> Publication:
    """Hides a list at once, and keeps it for the audit."""
    withdrawn: Publication = perform(
        publication, "withdraw", by=by, at=at, changes={"withdrawn_reason": reason.strip()[:500]}
    )
    return withdrawn
