"""What the table and pagination templates read: headers with their sorting links, cells, page links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.safestring import SafeString

from vigie.ui.components import Cell, Column, Table
from vigie.ui.drawing import words
from vigie.ui.drawing.addresses import PLACE, changed
from vigie.ui.drawing.markup import escaped, format_html, format_html_join, joined
from vigie.ui.drawing.sparklines import sparkline
from vigie.ui.formats import phone, phone_href

SORT = "tri"
LONG_TEXT = 90
PADLOCK = "fr-icon-lock-line"
NUMERIC = format_html(' class="{}"', "vg-number")


def head(table: Table, request: HttpRequest | None) -> SafeString:
    """The headers of the columns; the link of the sorted one turns the order round. Drawn here as the rows are."""
    return format_html_join("", "{}", ((_header(column, table.sort, request),) for column in table.columns))


def _header(column: Column, sort: str, request: HttpRequest | None) -> SafeString:
    kind = NUMERIC if column.numeric else ""
    if not column.sort:
        content = format_html('<span class="fr-sr-only">{}</span>', column.label) if column.hidden else column.label
        return format_html('<th scope="col"{}>{}</th>', kind, content)
    ascending, descending = sort == column.sort, sort == f"-{column.sort}"
    order = "ascending" if ascending else "descending"
    return format_html(
        '<th scope="col"{}{}><a class="vg-sort" href="{}">{}'
        '<span class="fr-sr-only"> : trier par ordre {}</span></a></th>',
        kind,
        format_html(' aria-sort="{}"', order) if ascending or descending else "",
        changed(request, **{SORT: f"-{column.sort}" if ascending else column.sort}, **dict.fromkeys(PLACE)),
        column.label,
        "décroissant" if ascending else "croissant",
    )


def body(table: Table, now: datetime | None) -> SafeString:
    """The rows of the table, ready to be printed; a row must have a cell for each column. Empty without a row.

    Fifty rows are the dearest part of a page: they are drawn here, ten times quicker than by a template.
    """
    around = [_around(column) for column in table.columns]
    marks = table.marks or ("",) * len(table.rows)
    lines = []
    for mark, row in zip(marks, table.rows, strict=True):
        cells = "".join([_drawn(frame, cell, now) for frame, cell in zip(around, row, strict=True)])
        named = format_html(' data-vg-line="{}"', mark) if mark else ""
        lines.append(f"\n<tr{named}>{cells}</tr>")
    return joined(lines)


def _around(column: Column) -> tuple[str, str, str]:
    """What a cell of this column begins with, a long one too, and ends with."""
    if column.header:
        return '<th scope="row">', '<th scope="row">', "</th>"
    label = escaped(column.label)
    if column.numeric:
        number = f'<td data-vg-label="{label}" class="vg-number">'
        return number, number, "</td>"
    # On a wide screen a sentence asks for width, or its row is ten lines high.
    return f'<td data-vg-label="{label}">', f'<td data-vg-label="{label}" class="vg-long">', "</td>"


def _drawn(around: tuple[str, str, str], cell: Cell | str, now: datetime | None) -> str:
    begins, long, ends = around
    if not isinstance(cell, Cell):
        return f"{long if len(cell) > LONG_TEXT else begins}{escaped(cell)}{ends}"
    content = escaped(_content(cell, now))
    if cell.spark is not None:
        content += sparkline(cell.spark)
    if cell.who:
        content = words.initials(cell.text) + content
    if cell.hint:
        content += f'<span class="vg-hint">{escaped(cell.hint)}</span>'
    return f"{long if len(cell.text) > LONG_TEXT else begins}{content}{ends}"


def _content(cell: Cell, now: datetime | None) -> str:
    """The first that is set of state, locked, at, phone and address; else the text."""
    if cell.state is not None:
        return words.badge(cell.state.badge, cell.state.label, small=True)
    if cell.locked:
        return format_html('{} <span class="vg-hint">{}</span>', words.icon(PADLOCK), cell.text)
    if cell.at is not None:
        return words.moment(cell.at, now)
    text, href = (phone(cell.phone), phone_href(cell.phone)) if cell.phone else (cell.text, cell.href)
    return format_html('<a href="{}">{}</a>', href, text) if href else text


@dataclass(frozen=True)
class PageLink:
    """A page of a list: its number (None: a gap) and its address."""

    number: int | None
    href: str = ""
    current: bool = False


def page_links(page: Page, name: str, request: HttpRequest | None, place: str = "") -> dict[str, Any]:
    """The links of a pagination: first, previous, numbers, next, last; empty addresses where there is none."""

    def to(number: int) -> str:
        return changed(request, **{name: number}) + (f"#{place}" if place else "")

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
