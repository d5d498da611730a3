"""When what waits is said again: to silent experts, then to the company; when a need is given up. Pure.

Days are calendar days of Paris, counted from the moment at which each expert was asked. Only the furthest thing due is
said: an expert whom nobody wrote to for a month gets his last chance, not the reminder of the ninth day as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vigie.kernel.period import paris_day, working_days_between

SILENT, LAST_CHANCE, ABANDON, REFUSED, BY_HAND = "silent", "last_chance", "abandon", "refused", "by_hand"
LATE = 30  # days after which a company is no longer told what it has understood long ago


class Standing(Enum):
    """Where a need stands, as far as reminders care."""

    WAITS = "waits"  # nobody has taken it, somebody may
    HELD = "held"  # somebody has it or had it, or the company took it back
    GIVEN_UP = "given_up"
    REFUSED = "refused"  # by all


@dataclass(frozen=True)
class Thresholds:
    """In days: of Paris, or working days for ``refusal_told``."""

    reminder: int = 9
    last_chance: int = 21
    abandon: int = 45
    grace: int = 3
    refusal_told: int = 3


@dataclass(frozen=True)
class Silent:
    """An expert who has not answered. since: when he was asked; told: the kinds he got for this need, and when last."""

    match: int
    since: datetime
    reachable: bool = True
    told: frozenset[str] = frozenset()
    last_told: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """What is known of a need. silent: those who wait; told: the kinds said to the company.

    last_asked: the latest moment at which an expert who did not answer was asked, given up or not.
    """

    standing: Standing
    silent: tuple[Silent, ...] = ()
    told: frozenset[str] = frozenset()
    last_asked: datetime | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True)
class Due:
    """What is to be done now. reminded, last_chance, expired: matches; company: what it is told, or nothing."""

    reminded: tuple[int, ...] = ()
    last_chance: tuple[int, ...] = ()
    expired: tuple[int, ...] = ()
    company: str = ""

    def __bool__(self) -> bool:
        return bool(self.reminded or self.last_chance or self.expired or self.company)


def due(facts: Waiting, now: datetime, limits: Thresholds) -> Due:
    """What is to be said about a need at that moment; nothing when all of it was said."""
    steps = {silent.match: _step(silent, facts.standing, now, limits) for silent in facts.silent}
    reminded, last_chance, expired = (_those(steps, kind) for kind in (SILENT, LAST_CHANCE, ABANDON))
    left = len(steps) - len(expired)
    given_up = facts.standing is Standing.GIVEN_UP or (facts.standing is Standing.WAITS and bool(expired) and not left)
    company = ""
    if given_up:
        company = ABANDON if _still_worth_telling(facts, now, limits) else ""
    elif reminded or last_chance:
        company = SILENT
    elif facts.standing is Standing.REFUSED and _refused_long_enough(facts, now, limits):
        company = REFUSED
    return Due(reminded, last_chance, expired, "" if company in facts.told else company)


def days_between(start: datetime, end: datetime) -> int:
    """From one day of Paris to another: the hours do not count, whatever the clocks did in between."""
    return (paris_day(end) - paris_day(start)).days


def _step(silent: Silent, standing: Standing, now: datetime, limits: Thresholds) -> str:
    age = days_between(silent.since, now)
    if silent.last_told is not None and days_between(silent.last_told, now) < limits.grace:
        return ""
    if age >= limits.abandon:
        return ABANDON
    if standing is not Standing.WAITS or not silent.reachable:  # somebody holds the need, or nobody would read
        return ""
    if age >= limits.last_chance:
        return "" if LAST_CHANCE in silent.told else LAST_CHANCE
    if age >= limits.reminder:
        return "" if silent.told & {SILENT, LAST_CHANCE} else SILENT
    return ""


def _those(steps: dict[int, str], kind: str) -> tuple[int, ...]:
    return tuple(match for match, step in steps.items() if step == kind)


def _still_worth_telling(facts: Waiting, now: datetime, limits: Thresholds) -> bool:
    moments = _known([facts.last_asked, *(silent.since for silent in facts.silent)])
    return bool(moments) and days_between(max(moments), now) < limits.abandon + LATE


def _refused_long_enough(facts: Waiting, now: datetime, limits: Thresholds) -> bool:
    if facts.refused_at is None or days_between(facts.refused_at, now) >= LATE:
        return False
    return working_days_between(paris_day(facts.refused_at), paris_day(now)) >= limits.refusal_told


def _known(moments: Iterable[datetime | None]) -> list[datetime]:
    return [moment for moment in moments if moment is not None]
