"""What reading a sheet writes: its audit rows, and one notice to the operators when a file cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from vigie.journal import audit
from vigie.journal.audit import Trace
from vigie.rights.person import Person
from vigie.watchlists.actions.notices import tell_operators
from vigie.watchlists.rules_faults import fault_lines

if TYPE_CHECKING:
    from vigie.sheets.queries.faults import Fault
    from vigie.sheets.queries.sheet import SheetPage

REMEDY = (
    "remettez le fichier tel qu’il a été reçu (les fiches le relisent aussitôt), ou publiez une correction, "
    "qui porte un nouveau numéro."
)
COMPANY, ESTABLISHMENT = "companies.Company", "companies.Establishment"


def note_sheet(page: SheetPage, *, by: Person, at: datetime) -> None:
    """One row for the sheet, one for each confidential block shown, with why it was open. 1 query."""
    kind, number = (ESTABLISHMENT, page.siret) if page.siret else (COMPANY, page.siren)
    action = "view_establishment" if page.siret else "view_company"
    rows = [Trace(action, kind, number, in_zone=page.in_zone)]
    rows += [
        Trace("view_block", kind, number, in_zone=page.in_zone, unlocked_by=why, details={"block": block})
        for block, why in page.opened
    ]
    audit.note_many(rows, by=by, at=at)


def tell_faults(faults: Iterable[Fault], *, at: datetime) -> None:
    """Tells the operators, once for each file and fault: the sheet only says that a block cannot be shown."""
    for one in faults:
        blocks = f"{'Bloc' if len(one.blocks) == 1 else 'Blocs'}\u00a0: {', '.join(one.blocks)}"
        lines = [blocks, *fault_lines(one.error), f"Que faire\u00a0: {REMEDY}"]
        tell_operators(f"unreadable:{one.error}"[:200], "Un bloc des fiches ne peut pas être montré", lines, at=at)
