"""The counts beside the oracle: every figure, month by month."""

from __future__ import annotations

from collections.abc import Mapping

from tests.statistics.oracle import NAIVE, Book, Rows
from vigie.kernel.period import Month
from vigie.statistics.indicators import INDICATORS, WHOLE, Indicator, Kind
from vigie.statistics.models import Count
from vigie.statistics.queries.figures import Figures


def unmasked(region: str) -> Figures:
    """What the counts say before anything is kept back."""
    columns = "month", "base", "family", "part", "count"
    return Figures((*row, False) for row in Count.objects.filter(region=region).values_list(*columns))


def shown(one: Indicator, figures: Figures, month: Month) -> object:
    if one.kind is Kind.PARTS:
        return {part: value.number for part, value in figures.parts(one.of, [month]).items() if value.number}
    return figures.value(one, [month]).number


def same(told: object, naive: object) -> bool:
    if isinstance(naive, Mapping):
        return told == dict(naive)
    if told is None or naive is None:
        return not told and not naive
    return abs(float(told) - float(naive)) <= 0.05  # type: ignore[arg-type]  # shares are told to a tenth


def differences(regions: list[str], months: list[Month]) -> list[str]:
    """Every figure that is not the one of the oracle."""
    found, book = [], Book()
    for region in regions:
        figures = unmasked(region)
        for month in months:
            rows = Rows(book, month.first_day, None if region == WHOLE else region)
            for one in INDICATORS:
                if one.code in NAIVE and not (one.kind is Kind.DELAY and len(rows.needs()) < 8):
                    told, naive = shown(one, figures, month), NAIVE[one.code](rows)
                    if not same(told, naive):
                        found.append(f"{one.code} {region} {month}: {told} instead of {naive}")
    return found
