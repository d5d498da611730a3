"""What « Mes exports » shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse

from vigie.exports.models import ExportRecord
from vigie.exports.rules import AT_ONCE
from vigie.exports.states import EXPIRED, EXPORT, READY
from vigie.rights.person import Person
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import NBSP, day_and_hour, number

PER_PAGE = 25
COLUMNS = (
    Column("Contenu", header=True),
    Column("Demandé le"),
    Column("Format"),
    Column("Lignes", numeric=True),
    Column("État"),
    Column("Fichier"),
)


@dataclass(frozen=True)
class MinePage:
    """The exports of a person, the last first. refreshes: one of them is being made."""

    table: Table
    exports: Page
    limit: str
    refreshes: bool


def mine_page(person: Person, page: str, at: datetime) -> MinePage:
    """3 queries."""
    mine = ExportRecord.objects.allowed(person, "export.own")
    shown = Paginator(mine, PER_PAGE).get_page(page)
    table = Table(
        "Mes exports", COLUMNS, tuple(_row(one, at) for one in shown), caption_hidden=True,
        empty="Vous n’avez demandé aucun export.",
    )  # fmt: skip
    waits = mine.filter(state=EXPORT.initial, background=True).exists()
    return MinePage(table, shown, number(AT_ONCE), waits)


def to_take(person: Person, code: str, at: datetime) -> ExportRecord | None:
    """The export of this number that this person may take now. 1 query."""
    mine: Any = ExportRecord.objects.allowed(person, "export.own")
    return mine.filter(code=code, state=READY, expires_at__gt=at).first()


def _row(record: ExportRecord, at: datetime) -> tuple[Cell | str, ...]:
    ready = record.state == READY and record.expires_at is not None and record.expires_at > at
    over = record.state == READY and not ready  # its file waits for the job that erases it
    state = EXPORT.by_code[EXPIRED if over else record.state]
    rows = record.row_count if record.row_count is not None else record.expected_rows
    file = Cell("")
    if ready and record.expires_at is not None:
        until = f"jusqu’au{NBSP}{day_and_hour(record.expires_at)}"
        file = Cell(f"Télécharger {record.code}", reverse("exports:take", args=[record.code]), hint=until)
    return (
        Cell(record.title, hint=record.code),
        Cell(at=record.asked_at),
        record.get_file_format_display(),
        number(rows),
        Cell(state=state, hint=record.reason),
        file,
    )
