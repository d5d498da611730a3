"""Yearly accounts as the open ratios publish them: late, missing or confidential, worse when distress is high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from vigie.detection.invent import words
from vigie.detection.invent.firms import Bools, Firms, Floats
from vigie.detection.invent.life import Life
from vigie.detection.invent.options import Options
from vigie.detection.invent.rows import Ints, days_of
from vigie.detection.invent.streams import stream

MISSING = 0.35
RATIOS = (
    "taux_d_endettement", "ratio_de_liquidite", "ratio_de_vetuste", "autonomie_financiere",
    "poids_bfr_exploitation_sur_ca", "couverture_des_interets", "caf_sur_ca", "capacite_de_remboursement",
    "marge_ebe", "resultat_courant_avant_impots_sur_ca", "poids_bfr_exploitation_sur_ca_jours",
    "rotation_des_stocks_jours", "credit_clients_jours", "credit_fournisseurs_jours",
)  # fmt: skip


@dataclass(frozen=True)
class Sheets:
    """One filed balance sheet a line. Amounts in euros; ratios in hundredths of their unit. Blank when confidential."""

    firm: Ints
    closed_on: Ints
    filed_on: Ints
    kind: Ints
    confidential: Bools
    euros: Ints
    ratios: Ints
    present: Bools


def sheets(options: Options, firms: Firms, life: Life) -> Sheets:
    """The sheets closed from two years before the window on, in the order of firms then years."""
    random = stream(options.seed, "ratios_inpi_bce.csv", firms.block)
    years = np.arange(options.window_start // 12 - 2, options.last // 12 + 1)
    closing = years[None, :] * 12 + firms.closing_month[:, None] - 1
    closed_on = days_of(closing + 1) - 1
    row = np.clip(closing - options.start, 0, options.length - 1)
    column = np.arange(len(firms))[:, None]
    push = life.push[row, column].astype(np.float64)
    alive = (closed_on > firms.created_on[:, None] + 180) & (
        (life.employed[row, column] > 0) | ((closing < options.start) & (firms.first_month == options.start)[:, None])
    )
    chance = random.random(closing.shape)
    usual = np.log(MISSING / (1 - MISSING)) + 3.0 * (0.65 - firms.accounts_share[:, None])
    missing = chance < 1 / (1 + np.exp(-(usual + 0.6 * push)))
    wait = random.integers(4, 10, closing.shape) + np.clip(np.rint(1.2 * push), 0, 6).astype(np.int64)
    firm, year = np.nonzero(alive & ~missing & (firms.legal[:, None] != words.LEGAL.index("1000")))
    count = len(firm)
    push, ends = push[firm, year], closed_on[firm, year]
    people = np.maximum(life.employed[row[firm, year], firm], 1)
    people = np.where(closing[firm, year] < options.start, np.rint(firms.workforce[firm]), people)
    euros, ratios = _figures(random, firms, firm, people, push)
    confidential = firms.confidential[firm] & (people < 50)
    present = ~confidential[:, None] & (random.random((count, len(RATIOS))) > 0.06)
    filed = days_of(closing[firm, year] + 1 + wait[firm, year]) + random.integers(0, 28, count) if count else ends
    kind = np.searchsorted(np.array([0.02, 0.6, 0.97]), random.random(count))
    return Sheets(firm, ends, filed, kind, confidential, euros, ratios, present)


def _figures(random: Generator, firms: Firms, firm: Ints, people: Ints, push: Floats) -> tuple[Ints, Ints]:
    """Five amounts in euros, then the fourteen ratios in hundredths."""
    count = len(firm)
    sales = np.array([trade.sales for trade in words.ALL_TRADES])[firms.trade[firm]]
    noise = random.standard_normal((16, count))
    revenue = people * sales * 1000.0 * np.exp(0.3 * noise[0] - 0.06 * push)
    margin = revenue * np.clip(0.45 + 0.12 * noise[1], 0.05, 0.95)
    ebitda_rate = 7.0 - 3.2 * push + 4.0 * noise[2]
    ebit_rate = ebitda_rate - np.abs(2.5 + noise[3])
    net_rate = 0.75 * ebit_rate - 0.6 * np.maximum(push, 0) + noise[4]
    equity = np.clip(34 - 11 * push + 13 * noise[5], -80, 95)
    euros = np.rint(np.stack([revenue, margin, revenue * ebitda_rate / 100, revenue * ebit_rate / 100,
                              revenue * net_rate / 100], axis=1)).astype(np.int64)  # fmt: skip
    ratios = np.stack(
        [
            np.clip(90 + 55 * push + 60 * noise[6], 0, 900),
            np.clip(165 - 32 * push + 40 * noise[7], 10, 900),
            np.clip(50 + 18 * noise[8], 0, 100),
            equity,
            np.clip(14 + 4 * push + 9 * noise[9], -60, 90),
            np.clip(6 + 7 * push + 8 * noise[10], -100, 300),
            net_rate + 2.5 + 0.8 * noise[11],
            np.clip(2.2 + 1.1 * push + 1.5 * noise[12], -20, 40),
            ebitda_rate,
            ebit_rate - np.maximum(push, 0) * 0.8,
            np.clip(50 + 14 * push + 32 * noise[9], -200, 320),
            np.clip(40 + 6 * push + 22 * noise[13], 0, 400),
            np.clip(55 + 3 * push + 18 * noise[14], 0, 300),
            np.clip(58 + 11 * push + 17 * noise[15], 0, 360),
        ],
        axis=1,
    )
    return euros, np.rint(ratios * 100).astype(np.int64)
