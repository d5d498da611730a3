"""What the sheet of a firm shows of its files."""

from __future__ import annotations

from vigie.followup.queries.touch import Panel, firm_panel
from vigie.rights.person import Person

TEMPLATE = "followup/panel.html"  # drawn with ``panel``


def panel(person: Person, siren: str) -> Panel:
    """« Accompagnements » of a firm, as this person may know them. 5 to 8 queries, whatever the number of files."""
    return firm_panel(person, siren)
