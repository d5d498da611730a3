"""The visits of the firm and the contacts of campaigns, by any administration, for who may read its detection."""

from __future__ import annotations

from vigie.campaigns.queries.contacts import contacts_table
from vigie.campaigns.queries.visits import visits_table
from vigie.sheets.queries.block import Block, Reading


def planned(reading: Reading) -> Block | None:
    """Absent when there is none to know of."""
    table = visits_table(reading.visits)
    return Block("visits", "Visites", tables=(table,)) if table is not None else None


def contacts(reading: Reading) -> Block | None:
    """« Derniers contacts »; absent when there is none to know of."""
    rows = reading.contacts
    return Block("contacts", "Derniers contacts", tables=(contacts_table(rows),)) if rows else None
