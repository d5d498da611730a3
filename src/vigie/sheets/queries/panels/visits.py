"""The visits of the firm, by any administration, for who may read its detection."""

from __future__ import annotations

from vigie.campaigns.queries.visits import firm_visits
from vigie.sheets.queries.block import Block, Reading


def planned(reading: Reading) -> Block | None:
    """Absent when there is none to know of. 2 queries, 1 when there is none."""
    table = firm_visits(reading.person, reading.siren)
    return Block("visits", "Visites", tables=(table,)) if table is not None else None
