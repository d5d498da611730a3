"""What the cells of a file of the address book say. Pure."""

from __future__ import annotations

import re

from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType

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
