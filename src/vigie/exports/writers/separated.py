"""A sheet as text for spreadsheets: UTF-8 with its mark, semicolons, decimal commas, ISO dates, guarded texts.

The presentation comes first, two cells a line, then an empty line, then the titles of the columns. A spreadsheet takes
the block below the empty line for one table: sorting, filters and pivots find its titles. Lines that begin with « # »
would be data like the others for it, and a presentation at the end would be lost with the first sort.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from vigie.exports.cells import guard
from vigie.exports.mark import Mark
from vigie.exports.tables import Column, Kind, Sheet, Shown, presentation, shown

BYTE_ORDER_MARK = "\ufeff"
PIECE = 65_536  # characters


def line(cells: Iterable[object]) -> str:
    """Values as one line of the file: texts guarded and quoted, numbers with a decimal comma, nothing for None."""
    return ";".join(map(_plain, cells)) + "\r\n"


def pieces(sheet: Sheet, mark: Mark | None = None) -> Iterator[str]:
    """The file, some thousands of characters at a time. Without mark: the table alone, from its first line."""
    head = [BYTE_ORDER_MARK]
    if mark is not None:
        head += [*map(line, presentation(sheet, mark)), "\r\n"]
    head.append(line(column.header for column in sheet.columns))
    yield "".join(head)
    waiting: list[str] = []
    size = 0
    for row in sheet.rows():
        text = ";".join(_cell(shown(column, row), column) for column in sheet.columns)
        waiting.append(text)
        size += len(text)
        if size > PIECE:
            yield "\r\n".join([*waiting, ""])
            waiting.clear()
            size = 0
    yield "\r\n".join([*waiting, ""])


def _cell(value: Shown, column: Column) -> str:
    if isinstance(value, str):
        return _quoted(value) if value else ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    exactly = Decimal(str(value))
    text = f"{(exactly * 100).normalize():f}%" if column.kind is Kind.PERCENT else f"{exactly:f}"
    return text.replace(".", ",")


def _plain(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value) if value else ""
    return "" if value is None else str(value).replace(".", ",")


def _quoted(text: str) -> str:
    doubled = guard(text).replace('"', '""')
    return f'"{doubled}"'
