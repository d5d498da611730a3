"""Writes the counts: a month at a time, each in one transaction, changing only what differs. Can be run again."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from vigie.directory.queries.coverage import available_share
from vigie.kernel.period import Month, paris_day
from vigie.statistics.indicators import APART, WHOLE, YES, Base
from vigie.statistics.models import Count, Freshness
from vigie.statistics.queries.facts import companies_of, months_with_rows, needs_of, requests_of
from vigie.statistics.queries.touched import touched_months
from vigie.statistics.rules import Cell, count_companies, count_needs, count_requests, masked_cells

# What was written just before the last look may have been seen after it only (a transaction that lasted).
OVERLAP = timedelta(minutes=30)


def count_again(at: datetime) -> int:
    """Counts every month again, from the rows; gives how many there are."""
    months = months_with_rows()
    for month in months:
        write_month(month, at)
    # A month whose last row was erased keeps no count.
    Count.objects.exclude(month__in=[month.first_day for month in months]).exclude(base__in=APART).delete()
    _fresh(at, whole=True)
    return len(months)


def count_touched(at: datetime) -> int:
    """Counts again the months in which something happened since the last time; all of them the first time."""
    last = Freshness.objects.filter(pk="counts").first()
    if last is None:
        return count_again(at)
    months = touched_months(last.at - OVERLAP)
    for month in months:
        write_month(month, at)
    _fresh(at, whole=False)
    return len(months)


@transaction.atomic
def write_month(month: Month, at: datetime) -> int:
    """Makes the counts of a month what its rows say; gives the number of cells that were not."""
    counts = Counter(count_requests(requests_of(month)))
    counts.update(count_needs(needs_of(month), at))
    counts.update(count_companies(companies_of(month)))
    return write_cells(month, counts, Count.objects.exclude(base__in=APART))


def write_cells(month: Month, counts: Counter[Cell], of: QuerySet[Count]) -> int:
    """Makes these rows of a month what is counted, saying which are masked; gives the number of cells that were not."""
    held = {_cell(row): row for row in of.filter(month=month.first_day)}
    if {cell: row.count for cell, row in held.items() if row.count} == dict(+counts):
        return 0
    masked = masked_cells(counts)
    wanted = {cell: (counts[cell], cell in masked) for cell in counts.keys() | masked}
    wrong = [row.pk for cell, row in held.items() if wanted.get(cell) != (row.count, row.masked)]
    Count.objects.filter(pk__in=wrong).delete()
    new = [
        _row(month, cell, *values)
        for cell, values in sorted(wanted.items())
        if cell not in held or (held[cell].count, held[cell].masked) != values
    ]
    Count.objects.bulk_create(new, batch_size=500)
    return len(wrong) + len(new)


def record_coverage(at: datetime) -> tuple[int, int]:
    """Keeps what share of the country is covered today, as the figure of the month; gives (covered, all pairs)."""
    available, pairs = available_share(paris_day(at))
    month = Month.of(paris_day(at))
    for cell, count in (
        (Cell(WHOLE, Base.COVERAGE), pairs),
        (Cell(WHOLE, Base.COVERAGE, "available", YES), available),
    ):
        Count.objects.update_or_create(
            month=month.first_day,
            region=cell.region,
            base=cell.base,
            family=cell.family,
            part=cell.part,
            defaults={"count": count},
        )
    return available, pairs


def _row(month: Month, cell: Cell, count: int, masked: bool) -> Count:
    region, base, family, part = cell
    return Count(month=month.first_day, region=region, base=base, family=family, part=part, count=count, masked=masked)


def _cell(row: Count) -> Cell:
    return Cell(row.region, row.base, row.family, row.part)


def _fresh(at: datetime, *, whole: bool) -> None:
    kept = {"at": at, **({"whole_at": at} if whole else {})}
    Freshness.objects.update_or_create(pk="counts", defaults=kept)
