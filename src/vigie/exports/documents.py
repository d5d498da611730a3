"""A document to export, a sheet of a firm for instance: sections of paragraphs, facts, lists and tables. Pure.

    Document(
        title="Menuiserie Durand",
        sections=(
            Section("Identité", (Facts((("Siren", "123 456 782"), ("Effectif", None))),)),
            Section("Dettes", ("Au 31 mai 2026.", Grid("Dettes par mois", ("Mois", "Montant"), rows, numeric={1}))),
        ),
    )

Every text is a text: nothing in it is read as markup by a writer. None says « inconnu » and LOCKED « verrouillé ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vigie.exports.cells import printable
from vigie.exports.mark import CONFIDENTIAL
from vigie.exports.tables import LOCKED, UNKNOWN, Locked

Value = str | Locked | None


@dataclass(frozen=True)
class Facts:
    """Labels and their values, one a line."""

    items: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Points:
    """A list of short texts."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table. numeric: places of the columns of figures, on the right. widths: shares of the page; equal when empty.

    empty: the sentence read when there is no row.
    """

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    numeric: frozenset[int] = frozenset()
    widths: tuple[int, ...] = ()
    empty: str = "Aucune ligne."


Block = str | Facts | Points | Grid


@dataclass(frozen=True)
class Section:
    """A heading and what it holds; a text is a paragraph. level: 1, or 2 inside the section before it."""

    heading: str
    blocks: tuple[Block, ...] = ()
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True)
class Document:
    """What is written and what is said of it; ``subtitle``, ``version`` and ``filters`` come under the title.

    about: what the audit names, such as a SIREN. file_name: without suffix; the title when empty.
    """

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    version: str = ""
    filters: Sequence[tuple[str, str]] = ()
    about: str = ""
    file_name: str = ""
    confidentiality: str = CONFIDENTIAL
    why_open: str = ""  # for the audit, when it is the same for all that leaves
    on_one_page: bool = False  # on paper, letters as small as it takes, down to seven points

    @property
    def count(self) -> int:
        """The rows of its tables, for the audit."""
        return sum(len(one.rows) for section in self.sections for one in section.blocks if isinstance(one, Grid))


def text_of(value: Value) -> str:
    """What is read."""
    if value is LOCKED:
        return str(LOCKED)
    return UNKNOWN if value is None or value == "" else printable(str(value))


def under_title(document: Document) -> list[tuple[str, str]]:
    """(label, value) of what is said under the title; none when there is nothing to say."""
    said = [("Version", document.version), *document.filters]
    return [(label, printable(value)) for label, value in said if value]
