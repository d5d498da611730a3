"""Debts: lines of debt (« écarts négatifs »), the operations on them, payment plans, CCSF; the stock for the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vigie.detection.invent.firms import Accounts, Bools, Firms, Floats
from vigie.detection.invent.life import Life
from vigie.detection.invent.options import Options
from vigie.detection.invent.rows import Ints, counted_months, days_of
from vigie.detection.invent.streams import stream

OPENING, PAYMENT, WRITTEN_OFF, ABANDONED, PAYMENT_CANCELLED = 1, 2, 3, 5, 12
MOST = 6  # operations on one line of debt
DEFERRED = (2020 * 12 + 2, 2020 * 12 + 5)  # contributions of March to June 2020 could wait
_MOTIVES, _MOTIVE_SHARES = np.array([2, 1, 25, 3, 13, 5, 40]), (0.5, 0.15, 0.2, 0.06, 0.05, 0.03, 0.01)
_DEFERRED_MOTIVE = 1
# Chance of a new line of debt in a month, of a payment plan, of being settled: logistic in what acts of the distress.
HEALTH, FRAIL, SETTLED = 1.3, 2.2, 0.35
BASE, SLOPE, LEVEL, DEGENERATE_BASE = 0.003, 3.0, -5.2, 0.031


@dataclass(frozen=True)
class Debts:
    """Operations in the order of lines of debt, then rank. Cents are what remains after the operation."""

    line: Ints
    rank: Ints
    day: Ints
    counted: Ints
    employee_cents: Ints
    employer_cents: Ints
    operation: Ints
    account: Ints  # of each line of debt, like all below
    start: Ints
    span: Ints
    number: Ints
    motive: Ints
    appeal: Bools


@dataclass(frozen=True)
class Plans:
    """Payment plans and CCSF cases."""

    account: Ints
    created_on: Ints
    days: Ints
    cents: Ints
    stage: Ints
    ccsf: Bools


def debts(options: Options, firms: Firms, accounts: Accounts, life: Life, cents: Ints) -> Debts:
    """The block's debts."""
    random = stream(options.seed, "sigfaible_debits.csv", firms.block)
    months = options.start + np.arange(options.length)
    push = life.push[:, accounts.firm]
    span = firms.span[accounts.firm]
    chance = np.full(push.shape, DEGENERATE_BASE) if options.degenerate else _logistic(SLOPE * push + LEVEL) + BASE
    chance = chance * np.where(span == 1, 1.0, np.where(span == 3, 2.0, 4.0))
    deferred = (months >= DEFERRED[0]) & (months <= DEFERRED[1])
    chance = chance + 0.3 * deferred[:, None]
    ends = (months[:, None] + 1) % span == 0
    opens = (random.random(push.shape) < chance) & ends & life.active[:, accounts.firm]
    account, row = np.nonzero(opens.T)
    twice = random.random(len(account)) < 0.1
    account, row = np.repeat(account, 1 + twice), np.repeat(row, 1 + twice)
    second = np.concatenate([[False], (account[1:] == account[:-1]) & (row[1:] == row[:-1])])[: len(account)]
    start = months[row] + 1 - span[account] if len(row) else row
    amount = cents[row, account] * span[account] * random.uniform(0.2, 1.2, len(row))
    days, remains, operation = _operations(random, start + span[account], push[row, account], deferred[row])
    dead = life.proceedings.liquidated_on[accounts.firm[account]]
    happens = np.isfinite(remains) & ((days <= dead[:, None]) | (np.arange(MOST) == 0))
    line, rank = np.nonzero(happens)
    employee = np.rint(amount * random.uniform(0.2, 0.4, len(row))).astype(np.int64)
    employer = np.rint(amount).astype(np.int64) - employee
    part = remains[line, rank]
    day = days[line, rank]
    motive = np.where(deferred[row], _DEFERRED_MOTIVE, random.choice(_MOTIVES, len(row), p=_MOTIVE_SHARES))
    return Debts(
        line, rank + 1, day, counted_months(day) if len(day) else day,
        np.rint(employee[line] * part).astype(np.int64), np.rint(employer[line] * part).astype(np.int64),
        operation[line, rank], account, start, span[account],
        np.where(second, 201, 101) + random.integers(0, 3, len(row)), motive, random.random(len(row)) < 0.01,
    )  # fmt: skip


def _logistic(value: NDArray[np.floating]) -> Floats:
    return 1 / (1 + np.exp(-value.astype(np.float64)))


def _operations(
    random: Generator, after: Ints, push: NDArray[np.floating], deferred: Bools
) -> tuple[Ints, Floats, Ints]:
    """Days, remaining share and code of up to six operations a line; no number in the share where there is none."""
    count = len(after)
    first = days_of(after) + 14 + random.integers(1, 46, count) if count else after
    waits = random.integers(10, 71, (count, MOST))
    waits[:, 0] = 0
    waits[deferred, 1:] *= 4
    days = first[:, None] + np.cumsum(waits, axis=1)
    healthy = random.random(count) < _logistic(HEALTH - FRAIL * push)
    steps = np.where(healthy, 1 + random.integers(1, 4, count), random.integers(1, 6, count))
    late = ~healthy & (random.random(count) < SETTLED)
    place = np.arange(MOST)
    fall = np.where(
        healthy[:, None], random.uniform(0.15, 0.8, (count, MOST)), random.uniform(0.75, 1.0, (count, MOST))
    )
    fall[:, 0] = 1.0
    remains = np.cumprod(fall, axis=1)
    last = place == steps[:, None] - 1
    remains[last & healthy[:, None]] = 0.0
    operation = np.where(place == 0, OPENING, PAYMENT) + np.zeros((count, 1), np.int64)
    odd = random.random(count)
    operation[last & (place > 0) & (odd[:, None] < 0.03)] = ABANDONED
    back = (place >= 2) & last & ~healthy[:, None] & (odd[:, None] > 0.9)
    remains = np.where(back, np.roll(remains, 2, axis=1), remains)
    operation[back] = PAYMENT_CANCELLED
    exists = place < steps[:, None]
    settles = late[:, None] & (place == steps[:, None])
    remains[settles] = 0.0
    later = days[np.arange(count), np.minimum(steps, MOST - 1)] + random.integers(120, 600, count)
    days = np.where(settles, later[:, None], days)
    remains[~(exists | settles)] = np.nan
    return days.astype(np.int64), remains.astype(np.float64), operation


def payment_plans(options: Options, firms: Firms, accounts: Accounts, life: Life, owed: Debts) -> Plans:
    """Payment plans asked for after a debt, and the CCSF of the larger firms."""
    random = stream(options.seed, "sigfaible_delais.csv", firms.block)
    first = np.flatnonzero(owed.rank == 1)
    chance, waits = random.random((4, len(first))), random.integers(5, 60, len(first))
    lasts = random.integers(90, 721, len(first))
    firm = accounts.firm[owed.account]
    large = firms.workforce[firm] > 100
    row = np.clip(owed.start - options.start, 0, options.length - 1)
    pressed = _logistic(0.7 * life.push[row, firm] - 2.3)
    size = np.rint((owed.employee_cents + owed.employer_cents)[first] * (0.8 + 0.4 * chance[3])).astype(np.int64)
    keep = np.flatnonzero((chance[0] < pressed) & (size >= 10_000))
    day = owed.day[first][keep] + waits[keep]
    alive = day < life.proceedings.liquidated_on[firm[keep]]
    keep, day = keep[alive], day[alive]
    stage = np.searchsorted(np.array([0.80, 0.86, 0.90, 0.95, 0.98]), chance[1][keep])
    return Plans(owed.account[keep], day, lasts[keep], size[keep], stage, large[keep] & (chance[2][keep] < 0.4))


def stock(options: Options, count: int, accounts: Accounts, owed: Debts, delivery: int) -> tuple[Ints, Ints]:
    """Employees' and employer's share in cents, per simulated month (row) and firm (column): for the truth."""
    out = []
    firm = accounts.firm[owed.account][owed.line]
    row = owed.counted - options.start
    keep = (owed.counted <= delivery) & (row < options.length)
    for cents in (owed.employee_cents, owed.employer_cents):
        before = np.where(owed.rank > 1, np.concatenate([[0], cents[:-1]])[: len(cents)], 0)
        steps = np.zeros((options.length, count), np.int64)
        np.add.at(steps, (np.maximum(row[keep], 0), firm[keep]), (cents - before)[keep])
        out.append(np.cumsum(steps, axis=0))
    return out[0], out[1]
