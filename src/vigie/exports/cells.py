"""Cells of a file that goes to a spreadsheet: what it would execute is guarded. Pure; the one place of the product.

``unguard(guard(text)) == text`` for every text: a file exported then imported says the same thing.
"""

from __future__ import annotations

import re

from vigie.kernel.text import clean_text, is_plain

# A spreadsheet takes these for a formula, also after spaces, quotes or tabs.
_FORMULA = re.compile(r"['\"\s]*[=+\-@\t\r]")
_NOT_XML = re.compile("[\ufffe\uffff]")


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


def printable(text: str) -> str:
    """The text that a file may hold: without what disguises a reading, nor what XML refuses."""
    if is_plain(text):
        return text.strip()
    return _NOT_XML.sub("", clean_text(text))
