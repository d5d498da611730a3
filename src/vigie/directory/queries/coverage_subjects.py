"""The subjects on a page of coverage: those that lack somebody, and the others, folded under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.directory.coverage import Verdict
from vigie.ui.components import Cell, Column, Table

LACKING = frozenset({Verdict.NO_EXPERT, Verdict.MISSING, Verdict.NO_USER})
Row = tuple[Cell | str, ...]


@dataclass(frozen=True)
class SubjectTables:
    """covered: None when every subject lacks somebody."""

    lacking: Table
    covered: Table | None
    how_many: int  # are covered


def subject_tables(columns: tuple[Column, ...], lines: Iterable[tuple[str, Row]]) -> SubjectTables:
    """Two tables of the same columns. lines: what is said of a subject, and its row, the least covered first."""
    known = list(lines)
    lacking = tuple(row for verdict, row in known if verdict in LACKING)
    covered = tuple(row for verdict, row in known if verdict not in LACKING)
    return SubjectTables(
        Table(
            caption="Sujets où il manque quelqu’un, du moins bien couvert au mieux couvert",
            columns=columns,
            rows=lacking,
            empty="Il ne manque personne\u00a0: chaque sujet a ses experts." if covered else "Aucun sujet à montrer.",
        ),
        Table(caption="Sujets où il ne manque personne", columns=columns, rows=covered, caption_hidden=True)
        if covered
        else None,
        len(covered),
    )
