"""One block of the invented world, lived once and then told to each file of each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vigie.detection.invent import accounts, contributions, debts, firms, life, short_time, words
from vigie.detection.invent.accounts import Sheets
from vigie.detection.invent.contributions import Due
from vigie.detection.invent.debts import Debts, Plans
from vigie.detection.invent.firms import Accounts, Firms
from vigie.detection.invent.firms import Places as Establishments
from vigie.detection.invent.life import Life
from vigie.detection.invent.options import Options
from vigie.detection.invent.places import Places
from vigie.detection.invent.rows import Bytes, Ints, chosen, days_of, digits, joined, text
from vigie.detection.invent.short_time import Requests


@dataclass(frozen=True)
class Block:
    """Everything known of a block of firms."""

    options: Options
    communes: Places
    firms: Firms
    places: Establishments
    accounts: Accounts
    life: Life
    due: Due
    debts: Debts
    plans: Plans
    requests: Requests
    sheets: Sheets

    @cached_property
    def siren(self) -> Bytes:
        return digits(self.firms.siren, 9)

    @cached_property
    def departement(self) -> Bytes:
        """Of each firm's head office."""
        return chosen(self.communes.departement, self.places.commune[self.places.first_of])

    @cached_property
    def manager(self) -> Bytes:
        """The Urssaf that manages each firm: a three-digit code drawn from its département."""
        return digits(self.places.commune[self.places.first_of] * 7 % 900 + 100, 3)

    @cached_property
    def account(self) -> Bytes:
        return digits(self.accounts.number, 18)

    @cached_property
    def hard(self) -> NDArray[np.bool_]:
        """Firms whose name must be quoted."""
        return self.firms.hard_turn >= 0

    def name(self, separator: str) -> Bytes:
        """Company names, quoted where the separator or quotes ask for it."""
        turns = [*words.TURNS, *(turn.replace('"', '""') for turn in words.HARD_TURNS)]
        turn = np.where(self.hard, len(words.TURNS) + self.firms.hard_turn, self.firms.turn)
        quoted = np.array([separator in each or '"' in each for each in turns])[turn]
        mark = text(np.where(quoted, b'"', b""))
        trades = [trade.word for trade in words.ALL_TRADES]
        return joined(
            mark,
            chosen(trades, self.firms.trade),
            b" ",
            chosen(words.FAMILIES, self.firms.family),
            chosen(turns, turn),
            mark,
        )

    def current_siret(self, delivery: int) -> Ints:
        """SIRET of each account as Urssaf writes it at a delivery: debts follow a firm that moved."""
        moved = self.firms.moves_at[self.accounts.firm]
        return np.where((moved >= 0) & (moved <= delivery), self.accounts.siret_after, self.accounts.siret_before)

    def siret_at(self, account: Ints, months: Ints) -> Ints:
        """SIRET of accounts at the time of each month."""
        moved = self.firms.moves_at[self.accounts.firm[account]]
        return np.where(
            (moved >= 0) & (moved <= months), self.accounts.siret_after[account], self.accounts.siret_before[account]
        )


def extraction_day(delivery: int) -> int:
    """The day at whose end a delivery is taken: the 20th of its month."""
    return int(days_of(np.array([delivery]))[0]) + 19


def live(options: Options, communes: Places, block: int) -> Block:
    """Simulates a block."""
    people = firms.draw(options, block)
    where = firms.places(options, people, len(communes))
    urssaf = firms.urssaf_accounts(options, people, where)
    lived = life.live(options, people)
    cents = contributions.monthly_cents(people, urssaf, lived)
    owed = debts.debts(options, people, urssaf, lived, cents)
    return Block(
        options, communes, people, where, urssaf, lived,
        contributions.due(options, people, urssaf, lived, cents), owed,
        debts.payment_plans(options, people, urssaf, lived, owed),
        short_time.requests(options, people, where, lived), accounts.sheets(options, people, lived),
    )  # fmt: skip
