"""What every list says of a file: where it is, when its next step is, how critical it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from vigie.kernel.lifecycle import State
from vigie.ui.formats import day

CRITICALITY = {
    "none": State("none", "Pas de criticité", "no-icon"),
    "moderate": State("moderate", "Criticité modérée", "warning"),
    "high": State("high", "Criticité élevée", "error"),
}


def where(row: Any) -> str:
    return f"{row.workplace.commune_name} ({row.departement})" if row.departement else row.workplace.commune_name


def is_late(row: Any, today: date) -> bool:
    """A running file whose next step is past."""
    return bool(row.is_active and row.next_step_on and row.next_step_on < today)


def when(row: Any, today: date) -> str:
    """The day of the next step; a file that ended has none left, as its page says."""
    if row.next_step_on is None or not row.is_active:
        return ""
    return f"En retard\u00a0: {day(row.next_step_on)}" if is_late(row, today) else day(row.next_step_on)


def step_of(row: Any) -> str:
    """The next step of a running file; a file that ended has none left, whatever it held."""
    return str(row.next_step) if row.is_active else ""
