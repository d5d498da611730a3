"""A month as the model judged it, before corrections: what release, corrections and audits start from.

Stored under `scores/<month>/`: `firms.parquet` (one row per firm scored: the panel's columns of the month, in the order
of the SIREN), `scores.parquet` (same rows: base, log_odds, p18, p12, p6, low, high), `by_feature.parquet` and
`by_family.parquet` (same rows, one column each, log-odds), `facts.json` (model, thresholds, policy).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vigie.detection.corrections.application import Thresholds
from vigie.detection.corrections.effects import Contributions
from vigie.detection.lake import atomic_folder, read_json, write_json
from vigie.detection.model.columns import Floats
from vigie.detection.model.train import Scores
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month

COLUMNS = ("base", "log_odds", "p18", "p12", "p6", "low", "high")


@dataclass(frozen=True)
class ScoredMonth:
    """firms: the panel's rows of the month for the firms scored, sorted by siren. facts: model_id, policy, rates."""

    month: Month
    firms: pa.Table
    scores: Scores
    thresholds: Thresholds
    facts: Mapping[str, Any]

    @property
    def contributions(self) -> Contributions:
        """What corrections start from."""
        made = self.scores
        return Contributions(made.features, made.by_feature, made.families, made.by_family)

    @property
    def siren(self) -> np.ndarray:
        return self.firms["siren"].to_numpy(zero_copy_only=False)


def save(scored: ScoredMonth, folder: Path, tmp: Path) -> None:
    """Writes the month; the folder appears whole."""
    made = scored.scores
    with atomic_folder(folder, tmp) as work:
        pq.write_table(scored.firms, work / "firms.parquet", compression="zstd")
        _write(work / "scores.parquet", {name: getattr(made, name) for name in COLUMNS})
        _write(work / "by_feature.parquet", dict(zip(made.features, made.by_feature.T, strict=True)))
        _write(work / "by_family.parquet", dict(zip(made.families, made.by_family.T, strict=True)))
        facts = {
            **scored.facts,
            "month": str(scored.month),
            "strong": scored.thresholds.strong,
            "moderate": scored.thresholds.moderate,
        }
        write_json(work / "facts.json", facts)


def facts_of(folder: Path) -> Any:
    """The facts of a stored month, without its rows; None when it was not scored."""
    return read_json(folder / "facts.json")


def load(folder: Path) -> ScoredMonth:
    """The month that `save` wrote; CheckFailed when there is none."""
    facts = read_json(folder / "facts.json")
    if facts is None:
        raise CheckFailed(str(folder), "ce mois n’a pas été calculé : lancez d’abord vigie-batch run pour lui.")
    scores = pq.read_table(folder / "scores.parquet")
    by_feature = pq.read_table(folder / "by_feature.parquet")
    by_family = pq.read_table(folder / "by_family.parquet")
    columns = {name: scores[name].to_numpy() for name in COLUMNS}
    made = Scores(
        p18=columns["p18"], p12=columns["p12"], p6=columns["p6"], low=columns["low"], high=columns["high"],
        base=columns["base"], log_odds=columns["log_odds"],
        by_feature=_matrix(by_feature), by_family=_matrix(by_family),
        features=tuple(by_feature.column_names), families=tuple(by_family.column_names),
    )  # fmt: skip
    return ScoredMonth(
        Month.parse(facts["month"]), pq.read_table(folder / "firms.parquet"), made,
        Thresholds(facts["strong"], facts["moderate"]), facts,
    )  # fmt: skip


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), path, compression="zstd")


def _matrix(table: pa.Table) -> Floats:
    return np.column_stack([column.to_numpy() for column in table.columns]) if table.num_columns else np.empty((0, 0))
