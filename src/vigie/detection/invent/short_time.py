"""Short-time work: requests and the hours used month by month. Hours are counted in quarters of an hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.detection.invent.firms import Firms
from vigie.detection.invent.firms import Places as Establishments
from vigie.detection.invent.life import SHOCK, Life
from vigie.detection.invent.options import Options
from vigie.detection.invent.rows import Ints, days_of
from vigie.detection.invent.streams import stream

HOURLY_CENTS = 824
_REASONS, _REASON_SHARES = np.array([1, 2, 3, 4, 5]), (0.60, 0.06, 0.06, 0.03, 0.25)
BASE, SLOPE, LEVEL, DEGENERATE_BASE = 0.0010, 2.5, -5.5, 0.008


@dataclass(frozen=True)
class Requests:
    """Requests, then the lines of use (request, month, quarters of hours, people)."""

    firm: Ints
    siret: Ints
    number: Ints
    company: Ints
    people: Ints
    site: Ints
    decided_on: Ints
    start_on: Ints
    end_on: Ints
    quarters: Ints
    reason: Ints
    scope: Ints
    former: Ints
    council: Ints
    use_request: Ints
    use_month: Ints
    use_quarters: Ints
    use_people: Ints


def requests(options: Options, firms: Firms, where: Establishments, life: Life) -> Requests:
    """The block's requests."""
    random = stream(options.seed, "demande_ap.csv", firms.block)
    months = options.start + np.arange(options.length)
    if options.degenerate:
        chance = np.full(life.push.shape, DEGENERATE_BASE)
    else:
        chance = BASE + 1 / (1 + np.exp(-(SLOPE * life.push.astype(np.float64) + LEVEL)))
    chance = np.where((months == SHOCK)[:, None], np.maximum(chance, 0.3), chance)
    opens = (random.random(chance.shape) < chance) & life.active & (firms.workforce >= 5)
    firm, row = np.nonzero(opens.T)
    count = len(firm)
    company = life.employed[row, firm].astype(np.int64)
    pick = random.integers(0, 1 << 30, count) % firms.establishments[firm]
    place = where.first_of[firm] + np.where(random.random(count) < 0.7, 0, pick)
    site = np.maximum(np.rint(company * where.share[place]), 1).astype(np.int64)
    people = np.maximum(np.rint(site * random.uniform(0.2, 0.9, count)), 1).astype(np.int64)
    lasts = random.integers(1, 7, count)
    start = days_of(months[row]) + random.integers(0, 28, count) if count else row
    end = days_of(months[row] + lasts) - 1 if count else row
    quarters = np.maximum(people * lasts * random.integers(80, 400, count), 4)
    line = np.repeat(np.arange(count), lasts)
    ahead = np.arange(len(line)) - np.repeat(np.cumsum(lasts) - lasts, lasts)
    used = np.rint(quarters[line] / lasts[line] * random.uniform(0.4, 0.9, len(line))).astype(np.int64)
    at = row[line] + ahead
    counts = (random.random(len(line)) < 0.9) & (at < options.length) & (used > 0)
    counts &= life.active[np.minimum(at, options.length - 1), firm[line]]
    line = line[counts]
    return Requests(
        firm, where.siret[place], firms.block * 10_000_000 + np.arange(count), company, people, site,
        start - random.integers(2, 25, count), start, end, quarters,
        random.choice(_REASONS, count, p=_REASON_SHARES), random.integers(1, 5, count), random.integers(1, 4, count),
        random.integers(0, 4, count), line, options.start + at[counts], used[counts],
        np.maximum(people[line] - random.integers(0, 3, len(line)), 1),
    )  # fmt: skip
