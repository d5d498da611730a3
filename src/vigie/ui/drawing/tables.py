"""What the table and pagination templates read: headers with their sorting links, cells, page links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.core.paginator import Page
from django.http import HttpRequest

from vigie.ui.components import Cell, Column, Table
from vigie.ui.drawing.addresses import changed
from vigie.ui.formats import day_and_hour, exact, phone, phone_href, relative

SORT = "tri"


@dataclass(frozen=True)
class Head:
    """The header of a column; aria_sort and href are empty when it cannot be sorted."""

    column: Column
    href: str = ""
    aria_sort: str = ""
    hint: str = ""


def heads(table: Table, request: HttpRequest | None) -> list[Head]:
    """One header per column; the link of the sorted one turns the order round."""
    found = []
    for column in table.columns:
        if not column.sort:
            found.append(Head(column))
            continue
        ascending, descending = table.sort == column.sort, table.sort == f"-{column.sort}"
        target = f"-{column.sort}" if ascending else column.sort
        aria = "ascending" if ascending else "descending" if descending else ""
        hint = "trier par ordre décroissant" if ascending else "trier par ordre croissant"
        found.append(Head(column, changed(request, **{SORT: target, "page": None}), aria, hint))
    return found


class DrawnCell(TypedDict):
    """A cell ready to be printed: fifty rows are the dearest part of a page, and a template reads a dictionary faster.

    tag: th or td. plain: the text alone, without hint. Of badge, iso and href, the first that is set says how the text
    is shown.
    """

    tag: str
    label: str
    numeric: bool
    plain: bool
    text: str
    hint: str
    href: str
    badge: str
    iso: str
    exact: str


def rows(table: Table, now: datetime | None) -> list[list[DrawnCell]]:
    """The rows of the table; a row must have a cell for each column."""
    return [
        [
            _drawn(column, cell if isinstance(cell, Cell) else Cell(cell), now)
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]


def _drawn(column: Column, cell: Cell, now: datetime | None) -> DrawnCell:
    drawn: DrawnCell = {
        "tag": "th" if column.header else "td",
        "label": column.label,
        "numeric": column.numeric,
        "plain": not (cell.hint or cell.href or cell.state or cell.at or cell.phone),
        "text": cell.text,
        "hint": cell.hint,
        "href": cell.href,
        "badge": "",
        "iso": "",
        "exact": "",
    }
    if cell.state is not None:
        drawn |= {"text": cell.state.label, "badge": cell.state.badge}
    elif cell.at is not None:
        text = relative(cell.at, now) if now else day_and_hour(cell.at)
        drawn |= {"text": text, "iso": cell.at.isoformat(), "exact": exact(cell.at)}
    elif cell.phone:
        drawn |= {"text": phone(cell.phone), "href": phone_href(cell.phone)}
    return drawn


@dataclass(frozen=True)
class PageLink:
    """A page of a list: its number (None: a gap) and its address."""

    number: int | None
    href: str = ""
    current: bool = False


def page_links(page: Page, name: str, request: HttpRequest | None) -> dict[str, Any]:
    """The links of a pagination: first, previous, numbers, next, last; empty addresses where there is none."""

    def to(number: int) -> str:
        return changed(request, **{name: number})

    last = page.paginator.num_pages
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "several": last > 1,
        "first": to(1) if page.number > 1 else "",
        "previous": to(page.number - 1) if page.has_previous() else "",
        "next": to(page.number + 1) if page.has_next() else "",
        "last": to(last) if page.number < last else "",
        "numbers": [
            PageLink(number, to(number), number == page.number) if isinstance(number, int) else PageLink(None)
            for number in numbers
        ],
    }
