"""What a firm is at a date: its age, its procedure, which explanation it is given, its place in its sector. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

KINDS = ("liquidation", "redressement", "sauvegarde")  # the gravest first
OVER = frozenset({"fin_procedure", "inclusion_autre_procedure", "abandon_procedure"})
PLAN = "plan_continuation"
PHASES = {
    ("sauvegarde", False): "Sauvegarde",
    ("sauvegarde", True): "Plan de sauvegarde",
    ("redressement", False): "Redressement judiciaire",
    ("redressement", True): "Plan de continuation",
    ("liquidation", False): "Liquidation judiciaire",
    ("liquidation", True): "Liquidation judiciaire",
}
IN_BONIS, UNKNOWN = "In bonis", "Statut inconnu"


class Case(StrEnum):
    """The four explanations."""

    CRASH = "crash"  # closed, in redressement or liquidation: said, without a chart
    ALERT = "alert"
    RAS = "ras"  # scored, without alert
    OUTSIDE = "horsperimetre"


def age(created: date, today: date) -> int:
    """Whole years."""
    return today.year - created.year - ((today.month, today.day) < (created.month, created.day))


def phase(kind: str, stage: str) -> str:
    """The name of a phase, in French; the words of the source when it is none of ours."""
    return PHASES.get((kind, stage == PLAN), f"{kind}, {stage}".strip(", "))


def procedure(rows: Iterable[Mapping[str, Any]] | None, day: date) -> str:
    """The status at a date: of each kind its latest decision, over ones dropped, the gravest left.

    rows None: the source is missing, which is never « In bonis » (L-02).
    """
    if rows is None:
        return UNKNOWN
    last: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        kept = last.get(row["kind"])
        if row["effective_on"] <= day and (kept is None or row["effective_on"] >= kept["effective_on"]):
            last[row["kind"]] = row
    open_ones = {kind: row for kind, row in last.items() if row["stage"] not in OVER}
    gravest = next((kind for kind in KINDS if kind in open_ones), None)
    return phase(gravest, open_ones[gravest]["stage"]) if gravest else IN_BONIS


def phases(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, date]]:
    """Each phase with the first date of it, the newest first."""
    first: dict[str, date] = {}
    for row in rows:
        if row["stage"] in OVER:
            continue
        name = phase(row["kind"], row["stage"])
        first[name] = min(first.get(name, row["effective_on"]), row["effective_on"])
    return sorted(first.items(), key=lambda pair: pair[1], reverse=True)


def case(*, closed: bool, status: str, level: str | None) -> Case:
    """Which explanation a firm is given. level: of the current list; None when it is not in it."""
    if closed or status in ("Redressement judiciaire", "Liquidation judiciaire"):
        return Case.CRASH
    if level is None:
        return Case.OUTSIDE
    return Case.RAS if level == "none" else Case.ALERT


def quartile(value: float, q1: float, median: float, q3: float) -> str:
    """Where a figure stands among those of the sector."""
    if value < q1:
        return "dans le quart le plus bas"
    if value < median:
        return "sous la médiane"
    if value <= q3:
        return "au-dessus de la médiane" if value > median else "à la médiane"
    return "dans le quart le plus haut"


def fiscal_year(closed_on: date) -> int:
    """That of the closing date less six months: a year closed in March 2025 is that of 2024."""
    return closed_on.year if closed_on.month > 6 else closed_on.year - 1


def steps(base: float, bars: Iterable[float]) -> list[tuple[float, float]]:
    """A waterfall: where each bar begins and ends, on the scale on which they add up."""
    kept, at = [], base
    for value in bars:
        kept.append((at, at + value))
        at += value
    return kept
