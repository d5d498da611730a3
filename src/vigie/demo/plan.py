"""Which invented world is built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from vigie.demo.sizes import Size
from vigie.kernel.period import PARIS

# Everybody is in place this long before the reference day: the year of history is behind them.
ARRIVED = timedelta(days=420)


@dataclass(frozen=True)
class Plan:
    """Which world. day: the reference day."""

    size: Size
    seed: int
    day: date

    @property
    def arrived_at(self) -> datetime:
        return datetime.combine(self.day - ARRIVED, time(8), UTC)

    @property
    def ends_at(self) -> datetime:
        """The end of the history: never in the future of who builds a world of today."""
        return datetime.combine(self.day, time(0), PARIS)

    def random(self, part: str) -> Random:
        """The numbers of one part: another part that draws more or fewer changes nothing here."""
        return Random(f"{self.seed} {self.size.name} {part}")  # an invented world needs no secret
