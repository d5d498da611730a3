"""The counts of a period, and the indicators worked out from them. A masked cell never enters a sum that is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min

from vigie.kernel.period import Month
from vigie.statistics.indicators import SMALLEST, Base, Indicator, Kind, Sum
from vigie.statistics.models import Count
from vigie.statistics.rules import quantile


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

    def __init__(self, rows: Iterable[tuple[date, str, str, str, int, bool]]) -> None:
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


def figures(region: str, months: Sequence[Month]) -> Figures:
    """The counts of a région over consecutive months. 1 query."""
    return Figures(_rows(months, region=region))


def figures_by_region(months: Sequence[Month], *, delays: bool) -> dict[str, Figures]:
    """The same for every région, the country included; delays, a row an hour, only when they are asked. 1 query."""
    by_region: dict[str, list[tuple[date, str, str, str, int, bool]]] = {}
    columns = "region", "month", "base", "family", "part", "count", "masked"
    rows = _of(months).exclude(base__in=[] if delays else [Base.TAKEN]).values_list(*columns)
    for region, *row in rows:
        by_region.setdefault(str(region), []).append(tuple(row))  # type: ignore[arg-type]
    return {region: Figures(found) for region, found in by_region.items()}


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


def _of(months: Sequence[Month]):  # type: ignore[no-untyped-def]
    if not months:
        return Count.objects.none()
    found = Count.objects.filter(month__gte=months[0].first_day, month__lte=months[-1].first_day)
    return found.exclude(base=Base.COHORT).order_by()


def _rows(months: Sequence[Month], **where: str) -> Iterable[tuple[date, str, str, str, int, bool]]:
    rows: Iterable[tuple[date, str, str, str, int, bool]] = (
        _of(months).filter(**where).values_list("month", "base", "family", "part", "count", "masked")
    )
    return rows
