"""A table to export: its columns with their kinds, and rows that come one after the other. Pure declarations.

    Sheet(
        title="Liste de détection de juin 2026",
        columns=(
            Column("Siren", lambda row: row.siren),
            Column("Dette sociale", lambda row: row.debt, Kind.EUROS),
        ),
        rows=entries_by_hundreds,
        count=1_204,
    )

``value(row)`` gives the value itself, never a text of a number: None for what is not known, LOCKED for what the reader
may not see. A number or a date that is not known is an empty cell, so that a spreadsheet still sums and sorts the
column; a text or a yes-or-no says « inconnu ». What is locked says « verrouillé » whatever its kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Final

from vigie.exports.cells import printable
from vigie.exports.mark import CONFIDENTIAL, Mark
from vigie.kernel.period import PARIS
from vigie.ui.formats import exact

UNKNOWN = "inconnu"


class Locked(Enum):
    """The one value of what the reader may not see."""

    LOCKED = "verrouillé"

    def __str__(self) -> str:
        return str(self.value)


LOCKED: Final = Locked.LOCKED


class Kind(StrEnum):
    """What a column holds. PERCENT: a ratio, 0.032 for 3,2 %. DATE: a day, or a moment, shown in Paris time."""

    TEXT = "text"
    NUMBER = "number"
    EUROS = "euros"
    PERCENT = "percent"
    DATE = "date"
    BOOLEAN = "boolean"


NUMERIC = frozenset({Kind.NUMBER, Kind.EUROS, Kind.PERCENT})
_WORDS = frozenset({Kind.TEXT, Kind.BOOLEAN})
_NUMBERS = (int, float, Decimal)

# What a writer is given: text to guard, a number or a date as it is; an empty text is an empty cell.
Shown = str | int | float | Decimal | date | datetime


@dataclass(frozen=True)
class Column:
    """A column: its title, what it takes from a row, its kind. width: in characters; 0: by its kind."""

    header: str
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    width: int = 0


@dataclass(frozen=True)
class Sheet:
    """A table and what is said of it on its first page.

    rows: called once, gives the rows one after the other, read by hundreds. count: how many there are, counted when
    the sheet is declared. name: the tab. version: of the list, of the rules… filters: (label, value) as the page shows
    them. about: what the audit names, such as « 2026-06.1 » or a SIREN. file_name: without suffix; empty: the title.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Any]]
    count: int
    name: str = "Données"
    version: str = ""
    filters: Sequence[tuple[str, str]] = ()
    about: str = ""
    file_name: str = ""
    confidentiality: str = CONFIDENTIAL
    why_open: str = ""  # for the audit, when it is the same for all that leaves


def shown(column: Column, row: Any) -> Shown:
    """The value of a cell, ready to be written by its type. Raises TypeError for a value that is not of the kind."""
    value, kind = column.value(row), column.kind
    if value is LOCKED:
        return str(LOCKED)
    if value is None:
        return UNKNOWN if kind in _WORDS else ""
    if kind is Kind.TEXT:
        return printable(str(value))
    if kind in NUMERIC and isinstance(value, _NUMBERS) and not isinstance(value, bool):
        return value if math.isfinite(value) else ""
    if kind is Kind.DATE and isinstance(value, date):
        return value.astimezone(PARIS).replace(tzinfo=None) if isinstance(value, datetime) else value
    if kind is Kind.BOOLEAN and isinstance(value, bool):
        return "oui" if value else "non"
    raise TypeError(f"column {column.header}: a {type(value).__name__} is not a {kind}")


def presentation(sheet: Sheet, mark: Mark) -> list[tuple[str, str]]:
    """What comes before the rows: (label, value), the title first."""
    said = [
        ("Contenu", sheet.title),
        ("Version", sheet.version),
        ("Demandé par", mark.author),
        ("Date", exact(mark.at)),
        *(sheet.filters or [("Filtres", "aucun")]),
        ("Confidentialité", sheet.confidentiality),
        ("Numéro d’export", mark.code),
    ]
    return [(label, printable(value)) for label, value in said if value]
