"""Cells of an exchanged file: what spreadsheets would execute is guarded on the way out and freed on the way in. Pure.

``unguard(guard(text)) == text`` for every text: a file exported then imported says the same thing.
"""

from __future__ import annotations

import re

from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType

# A spreadsheet takes these for a formula, also after spaces, quotes or tabs.
_FORMULA = re.compile(r"['\"\s]*[=+\-@\t\r]")
_YES = {"X", "OUI"}
_NO = {"NON", "N"}
_CODES = re.compile(r"[\s,;]+")
_NARROW: dict[ZoneType, tuple[int, int]] = {
    # What a spreadsheet makes of a code that begins with 0: length left, length of the code.
    ZoneType.COMMUNE: (4, 5),
    ZoneType.DEPARTEMENT: (1, 2),
    ZoneType.REGION: (1, 2),
    ZoneType.EMPLOYMENT_AREA: (3, 4),
}


def is_risky(text: str) -> bool:
    """True of what a spreadsheet could take for a formula."""
    return _FORMULA.match(text) is not None


def guard(text: str) -> str:
    """The text as a CSV cell that no spreadsheet executes: an apostrophe comes first when it must."""
    return f"'{text}" if is_risky(text) else text


def guard_typed(text: str) -> str:
    """The text as a workbook cell of type string, which nothing executes: only a written apostrophe is doubled."""
    return f"'{text}" if text.startswith("'") and is_risky(text) else text


def unguard(text: str) -> str:
    """What ``guard`` was given."""
    return text[1:] if text.startswith("'") and is_risky(text[1:]) else text


def criteria_of(cell: str) -> str | None:
    """What a subject's cell says: None when it is empty, no criteria for « x » and « oui », else the criteria."""
    if not cell:
        return None
    return "" if fold(cell) in _YES else cell


def reads_as_no(cell: str) -> bool:
    """True of « non », which is a criterion like another text, and probably not what its writer meant."""
    return fold(cell) in _NO


def codes_of(kind: ZoneType, cell: str) -> list[str]:
    """The codes of a cell, separated by spaces, commas or semicolons; the 0 that a spreadsheet took away comes back."""
    found = []
    for word in _CODES.split(cell.upper()):
        narrow, width = _NARROW.get(kind, (0, 0))
        if word:
            found.append(word.zfill(width) if len(word) == narrow and word.isdigit() else word)
    return list(dict.fromkeys(found))
