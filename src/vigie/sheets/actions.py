"""What reading a sheet writes: its audit rows, and one notice to the operators when a file cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from vigie.journal import audit
from vigie.rights.person import Person
from vigie.watchlists.actions.notices import tell_operators

if TYPE_CHECKING:
    from vigie.sheets.queries.sheet import SheetPage

COMPANY, ESTABLISHMENT = "companies.Company", "companies.Establishment"


@transaction.atomic
def note_sheet(page: SheetPage, *, by: Person, at: datetime) -> None:
    """One row for the sheet, one for each confidential block shown, with why it was open."""
    kind, number = (ESTABLISHMENT, page.siret) if page.siret else (COMPANY, page.siren)
    action = "view_establishment" if page.siret else "view_company"
    audit.note(action, kind, number, by=by, at=at, details={"in_zone": page.in_zone})
    for block, why in page.opened:
        audit.note("view_block", kind, number, by=by, at=at, details={"block": block, "unlocked_by": why})


def tell_faults(faults: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Tells the operators, once for each file and fault: the sheet only says that a block cannot be shown."""
    for block, fault in faults:
        lines = [
            f"Bloc\u00a0: {block}",
            f"Constat\u00a0: {fault}",
            "Remettez le fichier reçu, ou publiez une correction.",
        ]
        tell_operators(f"unreadable:{fault}"[:200], "Un bloc des fiches ne peut pas être montré", lines, at=at)
