"""A sheet as a document to keep: the same blocks as the page, masked for the same reader, with what each rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vigie.exports.documents import Block as Written
from vigie.exports.documents import Document, Facts, Grid, Points, Section
from vigie.kernel.siren import is_siret
from vigie.rights.person import Person
from vigie.sheets.queries.block import Block
from vigie.sheets.queries.sheet import SheetPage, known_firm, known_place, sheet_page
from vigie.ui.components import Cell, Chart, Fact, Step, Table
from vigie.ui.drawing import charts
from vigie.ui.formats import counted, day, day_and_hour

EXPORT = "sheet"
WARNING = "Ne communiquez ce document qu’à des agents habilités\u00a0: il est couvert par le secret."


def asked_sheet(person: Person, parameters: dict[str, Any], at: datetime) -> SheetPage:
    """The sheet of a company (``siren``) or of an establishment (``siret``); else 404, as for the page."""
    siret = str(parameters.get("siret", ""))
    firm = known_place(person, siret).company if is_siret(siret) else known_firm(person, str(parameters.get("siren")))
    return sheet_page(person, firm, at, siret=siret)


def sheet_document(person: Person, parameters: dict[str, Any], at: datetime) -> Document:
    """What ``asked_sheet`` gives, written. Nothing is read here that the page did not read."""
    page = asked_sheet(person, parameters, at)
    said = [f"Source\u00a0: {page.origin}.", page.access, *page.notices, WARNING]
    head = Section("Identité", (page.number, facts_of(page.facts), *said))
    return Document(
        title=f"Établissement de {page.title}" if page.siret else page.title,
        subtitle=f"Fiche au {day(at)}",
        sections=(head, *(section for block in page.blocks for section in sections_of(block))),
        about=page.siret or page.siren,
        file_name=f"fiche-{page.siret or page.siren}",
    )


def sections_of(block: Block) -> list[Section]:
    """A block and what it holds; a locked one says why, and nothing else."""
    title = f"{block.title}\u00a0: {block.state.label.lower()}" if block.state else block.title
    if block.locked:
        return [Section(title, (block.locked,))]
    held: list[Written] = [*block.texts]
    held += [Points(block.badges)] if block.badges else []
    if block.bars:
        rows = tuple((bar.label, bar.value, bar.total) for bar in block.bars)
        caption = "Ce qui fait le risque, thème par thème (échelle logarithmique)"
        held.append(
            Grid(caption, ("Thème", "Contribution", "Cumul"), rows, numeric=frozenset({1, 2}), widths=(3, 1, 1))
        )
    parts = [Section(part.heading, (Points(part.points),), level=2) for part in block.parts]
    rest = [written for chart in block.charts for written in _chart(chart)]
    rest += [grid_of(table) for table in block.tables]
    if block.pages is not None and block.pages.paginator.num_pages > 1:
        rest.append(f"Les premiers seulement, sur {counted(block.pages.paginator.count, 'ligne')}.")
    if block.story:
        told = tuple((_when(step), " · ".join(filter(None, [step.title, step.text]))) for step in block.story)
        rest.append(Grid(block.title, ("Date", "Fait"), told, widths=(1, 3)))
    rest += [f"{link.label}\u00a0: {link.href}" for link in block.links]
    rest += [*block.more, *(grid_of(table) for table in block.more_tables)]
    rest += [text for text in (block.note, block.origin and f"Source\u00a0: {block.origin}") if text]
    if not parts:
        return [Section(title, (*held, *rest))]
    return [Section(title, tuple(held)), *parts, *([Section("Détail", tuple(rest), level=2)] if rest else [])]


def facts_of(facts: tuple[Fact, ...]) -> Facts:
    """Each fact with its date; a missing one says so in its own words."""
    return Facts(tuple((fact.label, _dated(fact)) for fact in facts))


def grid_of(table: Table) -> Grid:
    """A table of a page, as one of a document."""
    numeric = frozenset(rank for rank, column in enumerate(table.columns) if column.numeric)
    headers = tuple(column.label for column in table.columns)
    rows = tuple(tuple(text_of(cell) for cell in row) for row in table.rows)
    return Grid(table.caption, headers, rows, numeric, empty=table.empty)


def text_of(cell: Cell | str) -> str:
    """What is read in a cell."""
    if isinstance(cell, str):
        return cell
    text = cell.text
    if cell.state is not None:
        text = cell.state.label
    elif cell.at is not None:
        text = day_and_hour(cell.at)
    elif cell.phone:
        text = cell.phone
    return f"{text} ({cell.hint})" if cell.hint else text


def _chart(chart: Chart) -> list[Written]:
    return [chart.sentence, grid_of(charts.table(chart))]


def _dated(fact: Fact) -> str:
    value = fact.value or fact.missing
    return f"{value} (au {day(fact.as_of)})" if fact.as_of else value


def _when(step: Step) -> str:
    if step.at is None:
        return "À venir"
    return day(step.at) if step.whole_day else day_and_hour(step.at)
