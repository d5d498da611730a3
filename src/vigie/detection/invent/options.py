"""What to invent: scale, window, seed and defects. The calendar of the simulation is derived here, once."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.kernel.errors import InvalidInput
from vigie.kernel.period import Month

SCALES = {"S": 1_000, "M": 30_000, "L": 350_000}
DEFAULT_LAST_MONTH = Month(2026, 10)
DEFECTS = ("none", "realistic", "hostile")
BURN_IN = 12  # months simulated before the window, so that its first month already has debts
BLOCK = 8_192  # firms simulated together: part of the format, another value gives another world
SIRENS = 900_000  # numbers of the invented range that the generator may use


@dataclass(frozen=True)
class Options:
    """One call of the generator. chunk_rows: how many lines are put together at once; changes no byte."""

    firms: int = SCALES["S"]
    months: int = 60
    seed: int = 1
    last_month: Month = DEFAULT_LAST_MONTH
    batches: int = 1
    establishments: float = 1.4
    outside: int | None = None
    defects: str = "none"
    truth: bool = False
    gz: bool = False
    degenerate: bool = False
    partner_score: bool = False
    groups: bool = False
    chunk_rows: int = 100_000

    def __post_init__(self) -> None:
        if self.total > SIRENS:
            raise InvalidInput(
                "too_many_firms", f"Au plus {SIRENS} entreprises inventées, périmètre et hors périmètre ensemble."
            )
        if min(self.firms, self.months, self.batches, self.chunk_rows) < 1 or self.months < 13:
            raise InvalidInput("too_small", "Il faut au moins une entreprise, treize mois et une livraison.")
        if self.defects not in DEFECTS:
            raise InvalidInput("defects", f"Défauts possibles : {', '.join(DEFECTS)}.")

    @property
    def outside_count(self) -> int:
        """Firms that the perimeter must remove: three for seven unless told otherwise."""
        return round(self.firms * 3 / 7) if self.outside is None else self.outside

    @property
    def total(self) -> int:
        return self.firms + self.outside_count

    @property
    def last(self) -> int:
        return month_number(self.last_month)

    @property
    def window_start(self) -> int:
        return self.last - (self.batches - 1) - (self.months - 1)

    @property
    def start(self) -> int:
        """First simulated month."""
        return self.window_start - BURN_IN

    @property
    def length(self) -> int:
        """Simulated months."""
        return self.last - self.start + 1

    @property
    def deliveries(self) -> list[int]:
        """The month numbers of the deliveries, oldest first."""
        return list(range(self.last - self.batches + 1, self.last + 1))


def month_number(month: Month) -> int:
    """Months since year 0: the arithmetic of the simulation."""
    return month.year * 12 + month.month - 1


def month_of(number: int) -> Month:
    return Month(number // 12, number % 12 + 1)
