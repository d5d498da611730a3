"""Monthly series of a firm, made from the rows of its establishments (follow-up.md 3.3). Pure.

A value after the month until which its source is complete is not shown. A stock of debt and what is called each month
go forward until that month; the workforce and short-time work do not. A month that nobody speaks of is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from vigie.kernel.period import Month

SHOWN_MONTHS = 25  # 24 back, and the month itself
LEGAL_HOURS = Decimal("151.67")  # a month of full-time work
EXCLUDED_STAGE = "PRO PR"  # a payment plan that was only proposed
PLAN_STAGES = {
    "APPROB": "accordé", "PR": "en cours", "DEBUT": "demandé", "REFUS": "refusé", "REJ": "rejeté", "FIN": "terminé",
}  # fmt: skip
NOT_GRANTED = frozenset({"DEBUT", "REFUS", "REJ"})
Rows = Sequence[Mapping[str, Any]]
Points = dict[date, Any]


@dataclass(frozen=True)
class Plan:
    """A payment plan."""

    siret: str
    created_on: date
    due_on: date | None
    amount: Decimal | None
    days: int | None = None
    action: str = ""
    stage: str = ""

    @property
    def granted(self) -> bool:
        return self.stage not in NOT_GRANTED

    @property
    def said(self) -> str:
        """Where it stands, in words; a stage that nobody described is said as it came."""
        return PLAN_STAGES.get(self.stage, self.stage)


def months_until(last: date, count: int = SHOWN_MONTHS) -> list[date]:
    """The first days of the months to show, the last one included."""
    return [Month.of(last).plus(-n).first_day for n in reversed(range(count))]


def fte(hours: Decimal) -> Decimal:
    """Full-time equivalents of a month, with one decimal: 1 516.70 hours give 10.0."""
    return (hours / LEGAL_HOURS).quantize(Decimal("0.1"))


def contributions(rows: Rows, column: str, months: list[date], until: date | None) -> list[Any]:
    """The sum of each month, carried forward until the freshness month, cut after it."""
    return _window(_forward(_sums(_points(rows, column).values()), until), months, until)


def debt(rows: Rows, column: str, months: list[date], until: date | None) -> list[Any]:
    """Each establishment is carried forward first, then they are added: null only when all are."""
    filled = [_forward(points, until) for points in _points(rows, column).values()]
    return _window(_sums(filled), months, until)


def headcount(rows: Rows, column: str, months: list[date], until: date | None) -> list[Any]:
    """The sum of each month, as it is, cut after the freshness month."""
    return _window(_sums(_points(rows, column).values()), months, until)


def short_time(rows: Rows, column: str, months: list[date], until: date | None) -> list[Any]:
    """The sum of each month with one decimal, null counting as nothing beside a figure; cut, never carried."""
    summed = headcount(rows, column, months, until)
    return [None if value is None else round(float(value), 1) for value in summed]


@dataclass(frozen=True)
class Spell:
    """Months in a row of short-time work, and the highest figures of one of them, in full-time equivalents."""

    first: date
    last: date
    authorised: Decimal
    used: Decimal


def spells(rows: Rows) -> list[Spell]:
    """The spells of a firm, its establishments together, the oldest first; a month authorised or used counts."""
    allowed, used = (_sums(_points(rows, column).values()) for column in ("authorised_fte", "used_fte"))
    months = sorted(month for month in {*allowed, *used} if allowed.get(month, 0) or used.get(month, 0))
    found: list[list[date]] = []
    for month in months:
        if found and Month.of(found[-1][-1]).plus(1) == Month.of(month):
            found[-1].append(month)
        else:
            found.append([month])
    return [
        Spell(
            run[0], run[-1], max(Decimal(allowed.get(one, 0)) for one in run),
            max(Decimal(used.get(one, 0)) for one in run),
        )
        for run in found
    ]  # fmt: skip


def payment_plans(plans: Iterable[Plan], months: list[date], until: date | None) -> list[Any]:
    """What runs each month: of each establishment its latest plan, added up; carried and cut like the others."""
    kept = [plan for plan in known_plans(plans) if plan.granted]
    points: Points = {}
    for month in months:
        latest: dict[str, Plan] = {}
        for plan in kept:
            if plan.amount is None or not _runs(plan, month):
                continue
            known = latest.get(plan.siret)
            if known is None or plan.created_on > known.created_on:
                latest[plan.siret] = plan
        if latest:
            points[month] = sum((plan.amount or Decimal(0) for plan in latest.values()), Decimal(0))
    return [points.get(month) if _known(month, until) else None for month in months]


def known_plans(plans: Iterable[Plan]) -> list[Plan]:
    """The plans that were asked for, each once (same establishment, same dates; as granted if it was), the oldest
    first.
    """
    seen: dict[tuple[str, date, date | None], Plan] = {}
    for plan in sorted(plans, key=lambda plan: not plan.granted):
        if plan.stage != EXCLUDED_STAGE:
            seen.setdefault((plan.siret, plan.created_on, plan.due_on), plan)
    return sorted(seen.values(), key=lambda plan: (plan.created_on, plan.siret))


def in_debt(rows: Rows, siret: str, until: date | None) -> bool | None:
    """Whether the last known row of an establishment has a debt on either part; None when nothing is known."""
    own = [row for row in rows if row["siret"] == siret and _known(row["month"], until)]
    known = [row for row in own if row["employee_debt_eur"] is not None or row["employer_debt_eur"] is not None]
    if not known:
        return None
    last = max(known, key=lambda row: row["month"])
    return (last["employee_debt_eur"] or 0) > 0 or (last["employer_debt_eur"] or 0) > 0


def latest(values: Sequence[Any]) -> Any:
    """The last figure that is known; None when none is."""
    return next((value for value in reversed(values) if value is not None), None)


def rising_for(values: Sequence[Any]) -> int:
    """Months in a row, up to the last known one, in each of which the figure was above the month before."""
    known = [value for value in values if value is not None]
    count = 0
    while count + 1 < len(known) and known[-1 - count] > known[-2 - count]:
        count += 1
    return count


def _runs(plan: Plan, month: date) -> bool:
    """month(creation) ≤ month ≤ due date; a plan without an end goes on."""
    return Month.of(plan.created_on).first_day <= month and (plan.due_on is None or month <= plan.due_on)


def _points(rows: Rows, column: str) -> dict[str, Points]:
    found: dict[str, Points] = {}
    for row in rows:
        points = found.setdefault(row["siret"], {})
        if row[column] is not None:
            points[row["month"]] = row[column]
    return found


def _sums(many: Iterable[Points]) -> Points:
    total: Points = {}
    for points in many:
        for month, value in points.items():
            total[month] = total.get(month, 0) + value
    return total


def _forward(points: Points, until: date | None) -> Points:
    """Every month from the first known to the freshness month (else the last known): its figure, or the one before."""
    if not points:
        return {}
    last, value, filled = Month.of(until or max(points)), None, {}
    month = Month.of(min(points))
    while month <= last:
        value = points.get(month.first_day, value)
        filled[month.first_day] = value
        month = month.plus(1)
    return filled


def _window(points: Points, months: list[date], until: date | None) -> list[Any]:
    return [points.get(month) if _known(month, until) else None for month in months]


def _known(month: date, until: date | None) -> bool:
    return until is None or Month.of(month) <= Month.of(until)
