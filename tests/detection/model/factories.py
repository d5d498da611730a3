"""Small invented tables for the model's tests: firms × months, failures drawn from a known law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vigie.detection.model.columns import ModelFeature
from vigie.detection.model.train import Parameters

FEATURES = (
    ModelFeature("debt", "urssaf_debt", direction=1, unit="eur", confidentiality="urssaf", label="Dette Urssaf"),
    ModelFeature("debt_months", "urssaf_debt", unit="months", confidentiality="urssaf"),
    ModelFeature("equity", "finance", direction=-1, unit="ratio", winsorise=True),
    ModelFeature("margin", "finance", unit="ratio"),
    ModelFeature("naf_section", "identity", kind="category"),
    ModelFeature("late", "finance", kind="flag"),
)

TINY = Parameters(
    max_rows=20_000, bags=4, max_bins=16, max_pair_bins=6, pairs=2, learning_rate=0.15, max_rounds=60,
    early_stopping_rounds=10, min_samples_leaf=5, max_leaves=2, smoothing_rounds=0, thinning=2, jobs=1,
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """An invented table and what is known of it."""

    columns: dict[str, Any]
    labels: Any
    firms: Any
    months: Any
    truth: Any


def table(firms: int = 400, months: int = 6, seed: int = 1, *, base: float = -2.6) -> Table:
    """Firms × months; failure depends on debt, equity, an interaction inside finance, and the section."""
    random = np.random.default_rng(seed)
    rows = firms * months
    firm = np.repeat(np.arange(firms), months)
    level = np.repeat(random.normal(size=firms), months)
    debt = np.maximum(0.0, level + 0.5 * random.normal(size=rows)) * 10_000
    equity = -0.5 * level + random.normal(size=rows)
    margin = random.normal(size=rows)
    section = np.repeat(random.choice(["C", "F", "G", "I"], size=firms), months)
    log_odds = base + debt / 8_000 - 0.6 * equity + 0.8 * (margin < 0) * (equity < 0) + 0.7 * (section == "F")
    columns = {
        "debt": debt, "debt_months": np.round(debt / 3_000),
        "equity": np.where(random.random(rows) < 0.3, np.nan, equity), "margin": margin,
        "naf_section": section, "late": (random.random(rows) < 0.2).astype(float),
    }  # fmt: skip
    labels = (random.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
    sirens = np.array([f"{900_000_000 + one}" for one in firm])
    return Table(columns, labels, sirens, np.tile(np.arange(months), firms), log_odds)


def rows_of(made: Table, chosen: Any) -> Table:
    """Some rows of a table."""
    return Table(
        {name: values[chosen] for name, values in made.columns.items()},
        made.labels[chosen], made.firms[chosen], made.months[chosen], made.truth[chosen],
    )  # fmt: skip
