"""Who the firms of a block are: identity, place, size, habits. Everything that does not move with the months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vigie.detection.invent import words
from vigie.detection.invent.identifiers import accounts, sirens, sirets
from vigie.detection.invent.options import BLOCK, Options
from vigie.detection.invent.rows import Ints, days_of
from vigie.detection.invent.streams import stream

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
INSIDE, SMALL, LEFT_OUT, PUBLIC, FOREIGN = range(5)
_OUTSIDE_SHARES = (0.70, 0.12, 0.08, 0.10)
GIANT = 1_600  # establishments of the first firm
_MEDIAN, _SIGMA = np.log(18.0), 1.1
_SECOND_ACCOUNT, _PSEUDO, _WRONG_KEY = 0.06, 0.005, 0.001


@dataclass(frozen=True)
class Firms:
    """A block of firms. Months are month numbers; -1 where there is none. Days count since 1970."""

    block: int
    kind: Ints
    siren: Ints
    trade: Ints
    section: Ints
    legal: Ints
    public_legal: Ints
    workforce: Floats
    created_on: Ints
    first_month: Ints
    stops_at: Ints
    moves_at: Ints
    rate: Floats
    span: Ints
    family: Ints
    turn: Ints
    hard_turn: Ints
    first_name: Ints
    hidden: Bools
    plain_urssaf: Bools
    accounts_share: Floats
    confidential: Bools
    closing_month: Ints
    departement_hint: Ints
    establishments: Ints

    def __len__(self) -> int:
        return len(self.siren)

    @property
    def sole_trader(self) -> Bools:
        return (self.legal == words.LEGAL.index("1000")) & (self.public_legal < 0)


@dataclass(frozen=True)
class Places:
    """Establishments of a block, the head office first for each firm. moved: the head office that follows a move."""

    firm: Ints
    rank: Ints
    siret: Ints
    commune: Ints
    first_of: Ints
    share: Floats
    opened_on: Ints
    street: Ints
    number: Ints
    longitude: Floats
    latitude: Floats


@dataclass(frozen=True)
class Accounts:
    """Urssaf accounts of a block. siret_before, siret_after: before and after the firm's move."""

    firm: Ints
    number: Ints
    share: Floats
    siret_before: Ints
    siret_after: Ints


def draw(options: Options, block: int) -> Firms:
    """The firms of a block."""
    low, high = block * BLOCK, min((block + 1) * BLOCK, options.total)
    ids = np.arange(low, high)
    count = len(ids)
    random = stream(options.seed, "firms", block)
    outside = (ids + 1) * options.outside_count // options.total > ids * options.outside_count // options.total
    kind = np.where(outside, 1 + random.choice(4, count, p=_OUTSIDE_SHARES), INSIDE)
    trade = random.integers(0, len(words.TRADES), count)
    excluded = len(words.TRADES) + random.integers(0, len(words.LEFT_OUT), count)
    trade = np.where(kind == LEFT_OUT, excluded, trade)
    section = np.array([words.SECTIONS.index(each.section) for each in words.ALL_TRADES])[trade]
    first_month, created_on = _births(options, random, count)
    workforce = _sizes(random, kind)
    establishments = _establishments(options, random, kind)
    if low == 0:
        establishments[0], workforce[0], first_month[0] = GIANT, 21_000.0, options.start
        created_on[0] = min(created_on[0], int(days_of(np.array([options.start - 240]))[0]))
    window = options.last - options.window_start
    at = options.window_start + random.integers(2, max(window, 3), (2, count))
    chance = random.random((6, count))
    stops = (chance[0] < 0.01) & (ids != 0)
    moves = (chance[1] < 0.04) & (at[1] > first_month + 3) & (at[1] < options.last) & (ids != 0)
    return Firms(
        block, kind, sirens(ids), trade, section,
        random.choice(len(words.LEGAL), count, p=words.LEGAL_WEIGHTS),
        np.where(kind == PUBLIC, random.integers(0, len(words.PUBLIC_LEGAL), count), -1),
        workforce, created_on, first_month, np.where(stops, at[0], -1), np.where(moves, at[1], -1),
        random.uniform(0.25, 0.45, count),
        np.select([chance[2] < 0.85, chance[2] < 0.97], [1, 3], 12),
        random.integers(0, len(words.FAMILIES), count), random.integers(0, len(words.TURNS), count),
        np.where(chance[3] < 0.02, random.integers(0, len(words.HARD_TURNS), count), -1),
        random.integers(0, len(words.FIRST_NAMES), count), chance[4] < 0.03,
        (kind != SMALL) | (chance[5] < 0.1),
        random.beta(2.6, 1.4, count), random.random(count) < 0.45,
        random.choice(np.array([12, 3, 6, 9]), count, p=(0.7, 0.1, 0.1, 0.1)),
        random.integers(0, 1 << 30, count), establishments,
    )  # fmt: skip


def _births(options: Options, random: Generator, count: int) -> tuple[Ints, Ints]:
    """First month with activity, and day of creation: one firm in eight is born during the window."""
    age = np.minimum(random.exponential(170.0, count).astype(np.int64) + 1, 900)
    born = options.start - age
    young = random.random(count) < 0.125
    born = np.where(young, options.window_start + random.integers(0, options.months - 6, count), born)
    days = days_of(born) + random.integers(0, 28, count)
    return np.maximum(born, options.start), days


def _sizes(random: Generator, kind: Ints) -> Floats:
    """Log-normal workforce, cut at ten: above for those followed, below for the small ones."""
    draws = np.exp(_MEDIAN + _SIGMA * random.standard_normal((12, len(kind))))
    large = (draws >= 10.5) & (draws < 20_000)
    picked = draws[large.argmax(axis=0), np.arange(len(kind))]
    picked = np.where(large.any(axis=0), picked, 18.0)
    return np.where(kind == SMALL, random.integers(1, 9, len(kind)).astype(float), picked)


def _establishments(options: Options, random: Generator, kind: Ints) -> Ints:
    """How many: one firm in a hundred has more than twenty; the others make the mean asked for."""
    draw = random.random(len(kind))
    few = max(options.establishments - 1.25, 0.0) / 1.5 + 0.04
    count = np.select([draw < 0.01, draw < 0.01 + few], [21 + random.integers(0, 9, len(kind)), 2], 1)
    count = np.where((count == 2) & (random.random(len(kind)) < 0.35), 3, count)
    return np.where((kind == SMALL) | (kind == FOREIGN), 1, count)


def places(options: Options, firms: Firms, communes: int) -> Places:
    """The establishments of the firms; a firm that moves has one more, at the end."""
    random = stream(options.seed, "establishments", firms.block)
    moved = (firms.moves_at >= 0).astype(np.int64)
    several = firms.establishments + moved
    owner = np.repeat(np.arange(len(firms)), several)
    first_of = np.cumsum(several) - several
    rank = np.arange(len(owner)) - first_of[owner]
    weight = np.where(rank == 0, 2.0, random.uniform(0.2, 1.0, len(owner)))
    follows = (moved[owner] == 1) & (rank == several[owner] - 1)
    weight[follows] = 0.0
    share = weight / np.bincount(owner, weight, len(firms))[owner]
    home = firms.departement_hint % communes
    near = np.minimum(home[owner] + random.integers(0, 4, len(owner)), communes - 1)
    commune = np.where(rank == 0, home[owner], np.where(follows, near, random.integers(0, communes, len(owner))))
    opened = np.minimum(
        firms.created_on[owner] + rank * random.integers(30, 900, len(owner)),
        int(days_of(np.array([options.window_start]))[0]) - 1,
    )
    opened = np.maximum(opened, firms.created_on[owner])
    opened = np.where(follows, days_of(firms.moves_at)[owner], opened)
    return Places(
        owner, rank, sirets(firms.siren[owner], rank + 1), commune, first_of, share, opened,
        random.integers(0, len(words.STREETS), len(owner)), random.integers(1, 150, len(owner)),
        random.uniform(-1.0, 6.5, len(owner)), random.uniform(43.6, 49.6, len(owner)),
    )  # fmt: skip


def urssaf_accounts(options: Options, firms: Firms, where: Places) -> Accounts:
    """One account a firm, two for some; a few on forged SIRETs, a few with a wrong key."""
    random = stream(options.seed, "accounts", firms.block)
    chance, part = random.random((3, len(firms))), random.uniform(0.5, 0.8, len(firms))
    two = chance[0] < _SECOND_ACCOUNT
    several = np.where(firms.plain_urssaf, 1 + two, 0)
    owner = np.repeat(np.arange(len(firms)), several)
    second = np.concatenate([[False], owner[1:] == owner[:-1]]) if len(owner) else np.zeros(0, bool)
    share = np.where(two[owner], np.where(second, 1 - part[owner], part[owner]), 1.0)
    place = where.first_of[owner] + (second & (firms.establishments[owner] > 1))
    before = where.siret[place]
    last = where.first_of + firms.establishments + (firms.moves_at >= 0) - 1
    after = np.where((place == where.first_of[owner]) & (firms.moves_at >= 0)[owner], where.siret[last][owner], before)
    forged = sirets(firms.siren[owner], np.where(chance[1][owner] < _PSEUDO / 2, 5_001, 9_001))
    pseudo = (chance[1] < _PSEUDO)[owner]
    before, after = np.where(pseudo, forged, before), np.where(pseudo, forged, after)
    wrong = (chance[2] < _WRONG_KEY)[owner]
    spoilt = np.where(before % 10 == 9, -9, 1)
    before, after = np.where(wrong, before + spoilt, before), np.where(wrong, before + spoilt, after)
    number = (firms.block * BLOCK + owner) * 2 + second + options.seed % 97
    return Accounts(owner, accounts(number), share, before, after)
