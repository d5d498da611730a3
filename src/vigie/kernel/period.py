"""Months and working days, without a clock: the moment is always an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_SATURDAY = 5
# (month, day) of the French holidays that never move; the others follow Easter.
_FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)  # days: Easter Monday, Ascension, Whit Monday


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written 2026-10."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        found = _MONTH.match(text)
        if not found:
            raise ValueError(f"not an ISO month (2026-10 expected): {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    def plus(self, months: int) -> Month:
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def paris_day(at: datetime) -> date:
    """The calendar day of a moment, in Paris."""
    return at.astimezone(PARIS).date()


def years_before(day: date, years: int) -> date:
    """The same day ``years`` years earlier; 29 February gives 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def whole_days(start: datetime, end: datetime) -> int:
    """Full periods of 24 hours between two moments."""
    return (end - start) // timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar (Butcher's computation)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leap = (century - (century + 8) // 25 + 1) // 3  # leap years dropped, and the moon's own drift
    moon = (19 * golden + century - century // 4 - leap + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The eleven holidays of metropolitan France. Alsace, Moselle and overseas have more: they count as worked here."""
    first = easter(year)
    moving = (first + timedelta(days=days) for days in _AFTER_EASTER)
    return frozenset({*(date(year, month, day) for month, day in _FIXED_HOLIDAYS), *moving})


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no public holiday of metropolitan France."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


def working_days_between(start: date, end: date) -> int:
    """The working days after ``start``, up to ``end`` included; 0 when ``end`` is not later."""
    return sum(is_working_day(start + timedelta(days=day)) for day in range(1, (end - start).days + 1))
