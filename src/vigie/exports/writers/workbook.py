"""A sheet as a workbook, written row by row: memory does not grow with the rows.

The first tab presents the file, the second holds the table: numbers as numbers, dates as dates, texts as texts that
nothing executes.
"""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

from vigie.exports.cells import guard_typed
from vigie.exports.mark import Mark
from vigie.exports.tables import Column, Kind, Sheet, presentation, shown
from vigie.kernel.errors import Refused
from vigie.ui.formats import NARROW, number

MOST_ROWS = 1_048_575  # of the format, its titles set apart
MOST_CHARACTERS = 32_767  # of a cell
CUT = " […]"
SCRATCH = "vigie-export-"  # folders of the rows of a workbook being written
_EUROS, _CENTS = '#,##0 "€"', '#,##0.00 "€"'
# A plain number bears no format: a year is not 2 019.
_FORMATS = {
    Kind.EUROS: _EUROS,
    Kind.PERCENT: "0.0%",
    Kind.DATE: "dd/mm/yyyy",
}
_MOMENT = "dd/mm/yyyy hh:mm"
FIRST_DAY = date(1900, 3, 1)  # of the calendar of workbooks; what is older is written as a text
WIDTHS = {Kind.TEXT: 22, Kind.NUMBER: 12, Kind.EUROS: 16, Kind.PERCENT: 10, Kind.DATE: 12, Kind.BOOLEAN: 10}
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}


class TooManyRows(Refused):
    """More rows than a workbook can hold."""


def too_many_rows() -> TooManyRows:
    """What is said of a table that no spreadsheet holds."""
    return TooManyRows("too_many_rows", "Un classeur ne contient pas autant de lignes\u00a0: choisissez le format CSV.")


def write(sheet: Sheet, file: IO[bytes], mark: Mark | None = None, *, frozen: int = 1) -> int:
    """Writes the workbook in a binary file; gives how many rows it holds. Without mark: the table alone.

    frozen: how many columns stay in view. Raises TooManyRows.
    """
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as scratch:
        book = xlsxwriter.Workbook(file, _OPTIONS | {"tmpdir": scratch})
        try:
            count = _fill(book, sheet, mark, frozen)
        except BaseException:
            for tab in book.worksheets():  # the rows already written wait in files that only close() would have closed
                tab.row_data_fh.close()
            raise
        book.close()
    return count


def _fill(book: Any, sheet: Sheet, mark: Mark | None, frozen: int) -> int:
    cover = book.add_worksheet("Présentation") if mark is not None else None
    table = book.add_worksheet(sheet.name)
    count = _Table(book, sheet).write(table, frozen)
    if mark is not None:
        _cover(book, cover, [*presentation(sheet, mark), ("Lignes", number(count).replace(NARROW, " "))])
        table.set_footer(f"&L{_code(mark.line)}&R&P / &N")
        table.repeat_rows(0)
        book.set_properties(
            {"title": sheet.title, "author": mark.author, "keywords": mark.code, "comments": sheet.confidentiality,
             "created": mark.at.replace(tzinfo=None)}
        )  # fmt: skip
    return count


class _Table:
    """The formats of a workbook, made once, and the rows written with them."""

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self._sheet = sheet
        self._title = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._moment = book.add_format({"num_format": _MOMENT})
        self._cents = book.add_format({"num_format": _CENTS})
        self._formats = [
            book.add_format({"num_format": _FORMATS[one.kind]}) if one.kind in _FORMATS else None
            for one in sheet.columns
        ]

    def write(self, table: Any, frozen: int) -> int:
        columns = self._sheet.columns
        for place, column in enumerate(columns):
            table.set_column(place, place, column.width or WIDTHS[column.kind])
        table.freeze_panes(1, frozen)
        for place, column in enumerate(columns):
            table.write_string(0, place, guard_typed(column.header), self._title)
        count = 0
        for count, row in enumerate(self._sheet.rows(), start=1):
            if count > MOST_ROWS:
                raise too_many_rows()
            for place, column in enumerate(columns):
                self._cell(table, count, place, column, row)
        table.autofilter(0, 0, max(count, 1), max(0, len(columns) - 1))
        return count

    def _cell(self, table: Any, at: int, place: int, column: Column, row: Any) -> None:
        value = shown(column, row)
        if isinstance(value, str):
            if value:
                table.write_string(at, place, fitting(guard_typed(value)))
        elif not isinstance(value, date):
            cents = column.kind is Kind.EUROS and not isinstance(value, int)
            table.write_number(at, place, value, self._cents if cents else self._formats[place])
        elif day_of(value) < FIRST_DAY:
            table.write_string(at, place, f"{value:%d/%m/%Y}")
        else:
            wanted = self._moment if isinstance(value, datetime) else self._formats[place]
            table.write_datetime(at, place, value, wanted)


def day_of(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _cover(book: Any, cover: Any, lines: list[tuple[str, str]]) -> None:
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    cover.set_column(0, 0, 24)
    cover.set_column(1, 1, 90)
    cover.hide_gridlines(2)
    for place, (label, value) in enumerate(lines):
        cover.write_string(place, 0, fitting(guard_typed(label)), bold)
        cover.write_string(place, 1, fitting(guard_typed(value)), wrapped)


def fitting(text: str) -> str:
    """The text cut to what a cell can hold, and saying so."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - len(CUT)] + CUT


def _code(text: str) -> str:
    """A text in a footer, where an ampersand begins a command."""
    return text[:200].replace("&", "&&")
