"""The periods of a partner's report: quarters, semesters, years. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vigie.kernel.period import Month


class Kind(StrEnum):
    """How long a period is."""

    YEAR = "year"
    SEMESTER = "semester"
    QUARTER = "quarter"


@dataclass(frozen=True)
class Words:
    """How a kind is said. ranks: of the periods of a year. of: « Usages du semestre »."""

    adjective: str
    this: str
    before: str
    of: str
    ranks: tuple[str, ...]


WORDS = {
    Kind.YEAR: Words("annuel", "Cette année", "Année d’avant", "de l’année", ("année",)),
    Kind.SEMESTER: Words(
        "semestriel", "Ce semestre", "Semestre d’avant", "du semestre", ("premier semestre", "second semestre")
    ),
    Kind.QUARTER: Words(
        "trimestriel", "Ce trimestre", "Trimestre d’avant", "du trimestre",
        ("premier trimestre", "deuxième trimestre", "troisième trimestre", "quatrième trimestre"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Some months of a year that follow each other. rank: from 1, of the periods of this kind."""

    year: int
    kind: Kind = Kind.YEAR
    rank: int = 1

    @classmethod
    def of(cls, day: date, kind: Kind) -> Period:
        return cls(day.year, kind, (day.month - 1) // _length(kind) + 1)

    @classmethod
    def parse(cls, text: str) -> Period | None:
        """« 2026 », « 2026-2 » (a semester), « 2026-T3 »; None for anything else."""
        year, _dash, rank = text.partition("-")
        kind = Kind.QUARTER if rank.startswith("T") else Kind.SEMESTER if rank else Kind.YEAR
        ranks = range(1, len(WORDS[kind].ranks) + 1) if _is_year(year) else ()
        return next((one for one in (cls(int(year), kind, each) for each in ranks) if str(one) == text), None)

    def __str__(self) -> str:
        if self.kind is Kind.YEAR:
            return str(self.year)
        return f"{self.year}-{'T' if self.kind is Kind.QUARTER else ''}{self.rank}"

    @property
    def told(self) -> Words:
        return WORDS[self.kind]

    @property
    def words(self) -> str:
        return f"{self.told.ranks[self.rank - 1]} {self.year}"

    @property
    def months(self) -> tuple[Month, ...]:
        length = _length(self.kind)
        first = Month(self.year, length * (self.rank - 1) + 1)
        return tuple(first.plus(rank) for rank in range(length))

    def before(self) -> Period:
        return Period.of(self.months[0].plus(-1).first_day, self.kind)


def _length(kind: Kind) -> int:
    """In months."""
    return 12 // len(WORDS[kind].ranks)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdecimal() and text > "1900"
