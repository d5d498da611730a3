"""What still waits for an expert: why he cannot leave the address book."""

from __future__ import annotations

from vigie.directory.models import Expert
from vigie.matching.models import Match
from vigie.matching.states import OPEN
from vigie.ui.formats import counted, plural


def needs_awaiting(expert: Expert) -> str:
    """A sentence with the number of matches he has to answer or to close; empty when there is none. 1 query."""
    waiting = Match.objects.filter(expert=expert, state__in=OPEN, archived_at__isnull=True).count()
    if not waiting:
        return ""
    return (
        f"{counted(waiting, 'mise en relation', 'mises en relation')} {plural(waiting, 'attend', 'attendent')} "
        f"encore cet expert\u00a0: {plural(waiting, 'réassignez-la', 'réassignez-les')} d’abord."
    )
