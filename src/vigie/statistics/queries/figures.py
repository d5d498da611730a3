"""The counts of a period, and the indicators worked out from them. A masked cell never enters a sum that is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, Q, QuerySet

from vigie.kernel.period import Month
from vigie.rights.statements import composed_once
from vigie.statistics.indicators import IN_REGIONS, SMALLEST, Base, Indicator, Kind, Sum
from vigie.statistics.models import Count
from vigie.statistics.rules import quantile

Row = tuple[date, str, str, str, int, bool]
Regional = tuple[str, date, str, str, str, int, bool]
COLUMNS = "month", "base", "family", "part", "count", "masked"


@dataclass(frozen=True)
class Value:
    """A figure. number: None when there is nothing, or nothing that can be shown. masked: something is left out.

    part, whole: what a share is made of.
    """

    number: float | None
    masked: bool = False
    part: int | None = None
    whole: int | None = None


class Figures:
    """The counts of a région over some months, in memory: one row a cell."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._cells: dict[tuple[Month, str, str], dict[str, tuple[int, bool]]] = {}
        for day, base, family, part, count, masked in rows:
            self._cells.setdefault((Month.of(day), base, family), {})[part] = (count, masked)

    def value(self, indicator: Indicator, months: Sequence[Month]) -> Value:
        """The indicator over these months together; not for a distribution."""
        if indicator.kind is Kind.DELAY:
            return self._delay(indicator, months)
        if indicator.kind is Kind.COUNT:
            found = [self._sum(indicator.of, month) for month in months]
            seen = [one for one in found if one is not None]
            return Value(sum(seen) if seen or not found else None, len(seen) < len(found))
        return self._share(indicator, months)

    def parts(self, of: Sum, months: Sequence[Month]) -> dict[str, Value]:
        """Each part of a family over these months together."""
        found: Counter[str] = Counter()
        hidden = set()
        for month in months:
            for part, (count, masked) in self._cells.get((month, of.base, of.family), {}).items():
                found[part] += 0 if masked else count
                if masked:
                    hidden.add(part)
        return {part: Value(count or (None if part in hidden else 0), part in hidden) for part, count in found.items()}

    def _share(self, indicator: Indicator, months: Sequence[Month]) -> Value:
        """The months of which a term is masked are left out of both."""
        assert indicator.over is not None
        terms = [(self._sum(indicator.of, month), self._sum(indicator.over, month)) for month in months]
        shown = [(part, whole) for part, whole in terms if part is not None and whole is not None]
        part, whole = sum(one for one, _ in shown), sum(one for _, one in shown)
        masked = len(shown) < len(terms)
        return Value(round(100 * part / whole, 1) if whole else None, masked, part, whole)

    def _delay(self, indicator: Indicator, months: Sequence[Month]) -> Value:
        """A rank among too few would tell of one firm: it is masked."""
        histogram: Counter[int] = Counter()
        for month in months:
            for part, (count, _masked) in self._cells.get((month, indicator.of.base, indicator.of.family), {}).items():
                histogram[int(part)] += count
        whole = sum(histogram.values())
        if whole < SMALLEST:
            return Value(None, whole > 0)
        return Value(quantile(histogram, indicator.rank), whole=whole)

    def _sum(self, of: Sum, month: Month) -> int | None:
        """The count of a month; None when one of its terms is masked."""
        cells = self._cells.get((month, of.base, of.family), {})
        terms = [cells.get(part, (0, False)) for part in (of.parts or ("",))]
        return None if any(masked for _count, masked in terms) else sum(count for count, _masked in terms)


def cells(region: str, months: Sequence[Month]) -> tuple[Row, ...]:
    """The counts of a région over consecutive months. 1 query."""
    return tuple(_of_region(region, months[0].first_day, months[-1].first_day)) if months else ()


def table_cells(months: Sequence[Month]) -> tuple[Regional, ...]:
    """What the table of régions is made of, over consecutive months. 1 query.

    The totals of every set are read too: a région that has one is in the table, be it for nothing else.
    """
    return tuple(_of_table(months[0].first_day, months[-1].first_day)) if months else ()


def all_cells(months: Sequence[Month]) -> tuple[Regional, ...]:
    """The counts of every région over consecutive months, the country included. 1 query."""
    return tuple(_everywhere(months[0].first_day, months[-1].first_day)) if months else ()


def by_region(rows: Iterable[Regional]) -> dict[str, Figures]:
    """The figures of each région."""
    found: dict[str, list[Row]] = {}
    for region, *row in rows:
        found.setdefault(region, []).append(tuple(row))  # type: ignore[arg-type]
    return {region: Figures(mine) for region, mine in found.items()}


@composed_once
def _of_region(region: str, first: date, last: date) -> QuerySet[Count, Row]:
    return _between(first, last).filter(region=region).values_list(*COLUMNS)


@composed_once
def _everywhere(first: date, last: date) -> QuerySet[Count, Regional]:
    return _between(first, last).values_list("region", *COLUMNS)


@composed_once
def _of_table(first: date, last: date) -> QuerySet[Count, Regional]:
    shown = Q(family="") & ~Q(base=Base.TAKEN)
    for one in IN_REGIONS:
        for term in (one.of, one.over):
            if term is not None and term.family:
                shown |= Q(base=term.base, family=term.family, part__in=term.parts)
    return _between(first, last).filter(shown).values_list("region", *COLUMNS)


def _between(first: date, last: date) -> QuerySet[Count]:
    return Count.objects.filter(month__gte=first, month__lte=last).exclude(base=Base.COHORT).order_by()


def known_months() -> list[Month]:
    """Every month that was counted, from the first to the last. 1 query."""
    ends = Count.objects.aggregate(first=Min("month"), last=Max("month"))
    if ends["first"] is None:
        return []
    month, last = Month.of(ends["first"]), Month.of(ends["last"])
    found = [month]
    while month < last:
        month = month.plus(1)
        found.append(month)
    return found
