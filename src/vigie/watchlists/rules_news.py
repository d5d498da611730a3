"""What is new of a firm between two readings of its files, by kind: one table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from vigie.agents.rules_mails import MAILS
from vigie.watchlists.rules_sight import Category

Rows = Sequence[Mapping[str, Any]]
Read = Mapping[str, Rows]  # table of a publication → the rows of a firm


class NewsKind(StrEnum):
    """What may happen to a firm that somebody follows."""

    ALERT = "alert"
    AGGRAVATION = "aggravation"
    PROCEEDING = "proceeding"
    PLAN_STARTED = "plan_started"
    PLAN_BROKEN = "plan_broken"
    DEBT = "debt"


@dataclass(frozen=True)
class Kind:
    """One row of the table. rests_on: the nature of data that its reader must hold, None for what is public."""

    label: str
    rests_on: Category | None


# In the order of « Mes courriels », whose table words them and says when each is told.
KINDS: dict[NewsKind, Kind] = {
    kind: Kind(MAILS[kind].label, rests_on)
    for kind, rests_on in {
        NewsKind.PROCEEDING: None,
        NewsKind.ALERT: Category.SCORE,
        NewsKind.AGGRAVATION: Category.SCORE,
        NewsKind.PLAN_STARTED: Category.URSSAF,
        NewsKind.PLAN_BROKEN: Category.URSSAF,
        NewsKind.DEBT: Category.URSSAF,
    }.items()
}
# In euros, both parts together: told when the debt passes above one that it was under.
DEBT_STEPS = (Decimal(10_000), Decimal(50_000), Decimal(200_000), Decimal(1_000_000))
DEBTS, PLANS, PROCEEDINGS = "dossier_debts", "dossier_payment_plans", "dossier_proceedings"
COMPARED = (DEBTS, PLANS, PROCEEDINGS)
ENDED = frozenset({"fin_procedure", "inclusion_autre_procedure", "abandon_procedure"})
RUNNING = frozenset({"APPROB", "PR"})  # stages of a payment plan


def readable(kind: str, held: Iterable[Category]) -> bool:
    """Whether who holds these natures of data may be told of this kind."""
    rests_on = KINDS[NewsKind(kind)].rests_on
    return rests_on is None or rests_on in frozenset(held)


def alert_news(before: str, after: str) -> set[NewsKind]:
    """Of two levels: of the list read until now (none for a firm that it does not hold), and of the new one."""
    if after == "none":
        return set()
    if before == "none":
        return {NewsKind.ALERT}
    return {NewsKind.AGGRAVATION} if (before, after) == ("moderate", "strong") else set()


def facts_news(before: Read, after: Read, today: date) -> set[NewsKind]:
    """Of two readings of the same tables. A table that one of them lacks says nothing: it was not delivered."""
    both = before.keys() & after.keys()
    found = set()
    if PROCEEDINGS in both and _proceedings(after[PROCEEDINGS]) - _proceedings(before[PROCEEDINGS]):
        found.add(NewsKind.PROCEEDING)
    if PLANS in both:
        was, now = _running(before[PLANS]), _running(after[PLANS])
        known = {(row["siret"], row["created_on"]) for row in after[PLANS]}
        if now.keys() - was.keys():
            found.add(NewsKind.PLAN_STARTED)
        if any(due_on is None or due_on > today for plan, due_on in was.items() if plan in known - now.keys()):
            found.add(NewsKind.PLAN_BROKEN)
    if DEBTS in both and _step(after[DEBTS]) > _step(before[DEBTS]):
        found.add(NewsKind.DEBT)
    return found


def _proceedings(rows: Rows) -> set[tuple[date, str, str]]:
    return {(row["effective_on"], row["kind"], row["stage"]) for row in rows if row["stage"] not in ENDED}


def _running(rows: Rows) -> dict[tuple[str, date], date | None]:
    """(establishment, creation) of the plans that run → their last instalment."""
    return {(row["siret"], row["created_on"]): row["due_on"] for row in rows if row["stage"] in RUNNING}


def _step(rows: Rows) -> int:
    """How many thresholds the debt passes: of each establishment its last month known, added up."""
    last: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row["employee_debt_eur"] is None and row["employer_debt_eur"] is None:
            continue
        if row["siret"] not in last or row["month"] > last[row["siret"]]["month"]:
            last[row["siret"]] = row
    parts = ((row["employee_debt_eur"] or 0) + (row["employer_debt_eur"] or 0) for row in last.values())
    debt = sum(parts, Decimal(0))
    return sum(debt > step for step in DEBT_STEPS)
