"""Tables and documents to export, their exporters, and files that wait.

Row("Menuiserie", 12)                       a line of the invented table
sheet_of(rows)                              the Sheet of these lines
ready_export(code, user, person, at)        a background export whose file is there
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from vigie.accounts.models import User
from vigie.exports import registry, storage
from vigie.exports.documents import Document, Facts, Grid, Points, Section
from vigie.exports.mark import Mark
from vigie.exports.models import ExportRecord
from vigie.exports.registry import Builder
from vigie.exports.rules import KEPT, rights_mark
from vigie.exports.tables import LOCKED, Column, Kind, Sheet
from vigie.rights.person import Person

AT = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
MARK = Mark("EXP-7K2M-9QRT", "Ada Liste (ada@antenne.example)", AT)


@dataclass(frozen=True)
class Row:
    """A line of the invented table."""

    name: Any = "Menuiserie Durand"
    staff: Any = 12
    debt: Any = Decimal("1234.50")
    share: Any = 0.032
    seen: Any = date(2026, 3, 18)
    told: Any = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
    first: Any = True


COLUMNS = (
    Column("Nom", lambda row: row.name),
    Column("Effectif", lambda row: row.staff, Kind.NUMBER),
    Column("Dette", lambda row: row.debt, Kind.EUROS),
    Column("Part", lambda row: row.share, Kind.PERCENT),
    Column("Vu le", lambda row: row.seen, Kind.DATE),
    Column("Dit le", lambda row: row.told, Kind.DATE),
    Column("Première alerte", lambda row: row.first, Kind.BOOLEAN),
)
UNKNOWN_ROW = Row(None, None, None, None, None, None, None)
LOCKED_ROW = Row(LOCKED, LOCKED, LOCKED, LOCKED, LOCKED, LOCKED, LOCKED)


def sheet_of(rows: Sequence[Row] = (Row(),), **changes: Any) -> Sheet:
    said = {
        "title": "Liste de détection de juin 2026", "columns": COLUMNS, "rows": lambda: iter(rows), "count": len(rows),
        "version": "2026-06.1", "about": "2026-06.1", "filters": (("Département", "35"), ("Alerte", "élevée")),
    }  # fmt: skip
    return Sheet(**(said | changes))


def long_sheet(count: int, **changes: Any) -> Sheet:
    """A table whose lines exist one at a time."""

    def rows() -> Iterator[Row]:
        for number in range(count):
            yield Row(f"Entreprise {number}", number)

    return replace(sheet_of((), **changes), rows=rows, count=count)


def document(**changes: Any) -> Document:
    rows = tuple((f"2026-{month:02d}", f"{month} 000\u00a0€") for month in range(1, 13))
    said: dict[str, Any] = {
        "title": "Menuiserie Durand",
        "subtitle": "Siren 123\u00a0456\u00a0782",
        "version": "2026-06.1",
        "about": "123456782",
        "sections": (
            Section("Identité", (Facts((("Effectif", "12"), ("Chiffre d’affaires", None), ("Dette", LOCKED))),)),
            Section("Dettes", ("L’été à l’œuvre\u00a0: 12 € dus.", Grid("Dettes", ("Mois", "Montant"), rows))),
            Section("À faire", (Points(("Appeler", "Écrire")),), level=2),
        ),
    }
    return Document(**(said | changes))


@contextmanager
def declared(code: str, builder: Builder, formats: tuple[str, ...] = registry.FOR_SHEETS) -> Iterator[None]:
    """Within it, this export exists."""
    registry.register_exporter(code, builder, formats=formats)
    try:
        yield
    finally:
        registry._exporters.pop(code)


def ready_export(code: str, user: User, person: Person, at: datetime, content: bytes = b"a;b\r\n") -> ExportRecord:
    record = ExportRecord.objects.create(
        code=code, exporter="list", file_format="csv", title="Liste", author=user, asked_at=at, expected_rows=6_000,
        background=True, state="ready", row_count=6_000, size=len(content), sha256="0" * 64, made_at=at,
        rights_mark=rights_mark(person), expires_at=at + KEPT, file_name="liste-2026-03-18.csv", lease="1" * 16,
    )  # fmt: skip
    with storage.create(storage.path_of(record)) as file:
        file.write(content)
    return record


def document_words(document: Document) -> str:
    """Everything that is read in a document."""
    said = [document.title]
    for section in document.sections:
        said.append(section.heading)
        for block in section.blocks:
            if isinstance(block, Facts):
                said += [f"{label} {value}" for label, value in block.items]
            elif isinstance(block, Grid):
                said += [block.caption, *block.headers, *(" ".join(map(str, row)) for row in block.rows)]
            else:
                said += block.items if isinstance(block, Points) else [block]
    return "\n".join(said).replace("\u00a0", " ")
