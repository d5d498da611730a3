"""Windows over the grid of firms and months: the one place where « n months » is written.

All of them suppose a complete grid, so that a row is a month; `engine.months_grid` makes it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from vigie.detection.features.feature import PANEL_HISTORY_MONTHS

KEYS = ("siren", "month")
MICRO = 1_000_000


def lag(value: ir.Value, months: int) -> ir.Value:
    """The value some calendar months earlier; null before the start of the grid."""
    return value.lag(months).over(ibis.window(group_by="siren", order_by="month"))


def total(value: ir.Value, months: int) -> ir.Value:
    """The sum over a window of exactly this number of months, the current one included."""
    return value.sum().over(last_months(months))


def known(value: ir.Value, months: int) -> ir.Value:
    """How many months of the window have a value."""
    return value.count().over(last_months(months))


def mean(value: ir.Value, months: int) -> ir.Value:
    """The mean over the window; null when one of its months has no value or lies before the grid."""
    return ibis.ifelse(known(value, months) == months, value.mean().over(last_months(months)), None)


def so_far(value: ir.Value) -> ir.Value:
    """The sum from the start of the grid to the current month."""
    return value.sum().over(ibis.window(group_by="siren", order_by="month", preceding=None, following=0))


def highest_so_far(value: ir.Value) -> ir.Value:
    """The highest value from the start of the grid; on values that begin with a month, the latest one."""
    return value.max().over(ibis.window(group_by="siren", order_by="month", preceding=None, following=0))


def lowest_so_far(value: ir.Value) -> ir.Value:
    """The lowest value from the start of the grid; on months, the first one."""
    return value.min().over(ibis.window(group_by="siren", order_by="month", preceding=None, following=0))


def within_history(age: ir.Value) -> ir.Value:
    """An age in months when the history of every month of the panel reaches it, otherwise unknown."""
    return ibis.ifelse(age <= PANEL_HISTORY_MONTHS, age, None).cast("float64")


def capped(age: ir.Value) -> ir.Value:
    """An age in months, « at least » once it reaches the history that every month of the panel has."""
    return ibis.ifelse(age > PANEL_HISTORY_MONTHS, PANEL_HISTORY_MONTHS, age).cast("float64")


def last_months(months: int) -> ibis.expr.builders.WindowBuilder:
    """The window of the last months: the current one and those before it."""
    return ibis.window(group_by="siren", order_by="month", preceding=months - 1, following=0)


def ratio(numerator: ir.Value, denominator: ir.Value) -> ir.Value:
    """Their quotient where the denominator is positive, otherwise unknown."""
    return numerator.cast("float64") / ibis.ifelse(denominator > 0, denominator, None).cast("float64")
