"""What the table and pagination templates read: headers with their sorting links, cells, page links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest

from vigie.ui.components import Cell, Column, Table
from vigie.ui.drawing.addresses import changed

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


def rows(table: Table) -> list[list[tuple[Column, Cell]]]:
    """The rows, each cell beside its column."""
    return [
        [
            (column, cell if isinstance(cell, Cell) else Cell(cell))
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]


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
