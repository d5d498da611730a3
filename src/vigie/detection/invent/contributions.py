"""Contributions due, by account and declaration period, with regularisations and amounts corrected later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.detection.invent.firms import Accounts, Firms
from vigie.detection.invent.life import Life
from vigie.detection.invent.options import Options
from vigie.detection.invent.rows import Ints
from vigie.detection.invent.streams import stream

_WAGE_CENTS = 220_000.0
_NEGATIVE, _CORRECTED = 0.02, 0.03


@dataclass(frozen=True)
class Due:
    """One line of the contribution file each. start: first month; span: 1, 3 or 12 months.

    cents: the amount of today; first_cents: what was announced until corrected_at. known_at: month of the delivery
    that brings the line first. Amounts are multiples of twelve cents: spread over months, they stay whole.
    """

    account: Ints
    start: Ints
    span: Ints
    cents: Ints
    first_cents: Ints
    corrected_at: Ints
    known_at: Ints

    def amount(self, delivery: int) -> Ints:
        """What the delivery of a month says."""
        return np.where(self.corrected_at <= delivery, self.cents, self.first_cents)

    def known(self, delivery: int) -> NDArray[np.bool_]:
        return self.known_at <= delivery


def monthly_cents(firms: Firms, accounts: Accounts, life: Life) -> Ints:
    """What each account owes for each simulated month (rows), a multiple of twelve cents."""
    part = accounts.share * firms.rate[accounts.firm] * _WAGE_CENTS / 12
    return np.rint(life.employed[:, accounts.firm] * part).astype(np.int64) * 12


def due(options: Options, firms: Firms, accounts: Accounts, life: Life, cents: Ints) -> Due:
    """Every line, in the order of accounts then months."""
    random = stream(options.seed, "sigfaible_cotisdues.csv", firms.block)
    months = options.start + np.arange(options.length)
    span = firms.span[accounts.firm]
    starts = (
        (months[:, None] % span == 0)
        & (months[:, None] >= options.window_start)
        & (months[:, None] + span <= options.last + 1)
    )
    paid = cents * life.active[:, accounts.firm]
    total = np.concatenate([np.zeros((1, paid.shape[1]), np.int64), np.cumsum(paid, axis=0)])
    account, row = np.nonzero((starts & life.active[:, accounts.firm]).T)
    length = span[account]
    amount = total[np.minimum(row + length, options.length), account] - total[row, account]
    size = len(account)
    chance = random.random((2, size), dtype=np.float32)
    wait, gap = random.integers(1, 7, size), random.uniform(0.03, 0.2, size)
    known = months[row] + length if size else months[:0]
    corrected = chance[0] < _CORRECTED
    first = np.where(corrected, np.rint(amount * (1 + gap) / 12).astype(np.int64) * 12, amount)
    back = np.flatnonzero(chance[1] < _NEGATIVE)
    given = -np.rint(amount[back] * gap[back] / 12).astype(np.int64) * 12
    order = np.argsort(np.concatenate([np.arange(size), back]), kind="stable")

    def both(main: Ints, extra: Ints) -> Ints:
        return np.concatenate([main, extra])[order]

    return Due(
        both(account, account[back]),
        both(months[row], months[row][back]),
        both(length, length[back]),
        both(amount, given),
        both(first, given),
        both(np.where(corrected, known + wait, known), known[back]),
        both(known, known[back] + wait[back]),
    )


def spread(options: Options, count: int, accounts: Accounts, lines: Due, delivery: int) -> tuple[Ints, Ints]:
    """Cents due per firm (column) and simulated month (row), and how many lines make each: for the truth."""
    keep = lines.known(delivery)
    cents = lines.amount(delivery)[keep] // lines.span[keep]
    firm, row, length = accounts.firm[lines.account[keep]], lines.start[keep] - options.start, lines.span[keep]
    shape = (options.length + 1, count)
    steps, many = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    np.add.at(steps, (row, firm), cents)
    np.add.at(steps, (row + length, firm), -cents)
    np.add.at(many, (row, firm), 1)
    np.add.at(many, (row + length, firm), -1)
    return np.cumsum(steps, axis=0)[:-1], np.cumsum(many, axis=0)[:-1]
