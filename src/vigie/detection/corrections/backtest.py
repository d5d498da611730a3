"""What a correction would have brought on the last month whose outcome is known: measured, not believed.

The cohort is a month at least 18 months old, judged with what was known then. Before and after are compared on the same
draws of firms, so that the interval of their difference is narrower than those of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.detection.corrections.simulation import Pair, Scene, rank
from vigie.detection.model.columns import Floats, text_column
from vigie.detection.model.metrics import DRAWS, INTERVAL, firm_weights

HORIZON_MONTHS = 18
FEWEST_FAILURES = 10
LABELS = {
    "average_precision": "Précision moyenne",
    "precision_strong": "Précision du niveau « risque fort »",
    "precision_alert": "Précision de toutes les alertes",
    "recall_alert": "Part des défaillances en alerte",
}


@dataclass(frozen=True)
class Cohort:
    """A month whose outcome is known. labels: 1 failed within 18 months, 0 not, NaN unknown.

    provenance_fr: who judged the month, for the reader of the figures.
    """

    scene: Scene
    labels: Floats
    provenance_fr: str


def backtest(cohort: Cohort, pair: Pair, *, seed: int = 0, draws: int = DRAWS) -> dict[str, Any]:
    """Each measure before, after, and their difference, with 95 % intervals over draws of firms."""
    known = ~np.isnan(cohort.labels)
    labels = cohort.labels[known]
    found: dict[str, Any] = {
        "month": str(cohort.scene.month),
        "provenance_fr": cohort.provenance_fr,
        "firms": len(labels),
        "failures": int(labels.sum()),
    }
    if labels.sum() < FEWEST_FAILURES:
        reason = f"{int(labels.sum())} défaillances seulement dans ce mois : rien ne peut être mesuré."
        return found | {"possible": False, "reason_fr": reason}
    states = [_State.of(cohort.scene, corrections, known) for corrections in (pair.before, pair.after)]
    firms = text_column(cohort.scene.frame, "siren")[known]
    exact = [state.measures(labels, np.ones((1, len(labels)))) for state in states]
    drawn: list[list[dict[str, Floats]]] = [[], []]
    for weights in firm_weights(firms, seed, draws):
        for index, state in enumerate(states):
            drawn[index].append(state.measures(labels, weights))
    rows = [_row(name, exact, drawn) for name in LABELS]
    return found | {"possible": True, "moved": int((states[0].level != states[1].level).sum()), "measures": rows}


@dataclass(frozen=True)
class _State:
    """A cohort under one set of corrections."""

    log_odds: Floats
    level: NDArray[np.int64]

    @classmethod
    def of(cls, scene: Scene, corrections: Any, known: NDArray[np.bool_]) -> _State:
        log_odds = scene.adjusted(corrections).log_odds
        return cls(log_odds[known], rank(scene.levels(log_odds))[known])

    def measures(self, labels: Floats, weights: Floats) -> dict[str, Floats]:
        """Each measure for each draw (a row of weights)."""
        strong, alert = (self.level == 2).astype(np.float64), (self.level >= 1).astype(np.float64)
        caught = weights @ (labels * alert)
        return {
            "average_precision": weighted_average_precision(weights, labels, self.log_odds),
            "precision_strong": _ratio(weights @ (labels * strong), weights @ strong),
            "precision_alert": _ratio(caught, weights @ alert),
            "recall_alert": _ratio(caught, weights @ labels),
        }


def weighted_average_precision(weights: Floats, labels: Floats, log_odds: Floats) -> Floats:
    """Average precision of each draw, ties taken together."""
    order = np.argsort(-log_odds, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(log_odds[order]) != 0, True))
    drawn = weights[:, order]
    true = np.cumsum(drawn * labels[order], axis=1)[:, ends]
    taken = np.cumsum(drawn, axis=1)[:, ends]
    precision = np.divide(true, taken, out=np.zeros_like(true), where=taken > 0)
    gained = np.diff(true, axis=1, prepend=0.0)
    return _ratio((gained * precision).sum(axis=1), true[:, -1])


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _row(name: str, exact: list[dict[str, Floats]], drawn: list[list[dict[str, Floats]]]) -> dict[str, Any]:
    values = [float(one[name][0]) for one in exact]
    parts = [np.concatenate([chunk[name] for chunk in one]) for one in drawn]
    return {
        "name": name,
        "label_fr": LABELS[name],
        "before": _measure(values[0], parts[0]),
        "after": _measure(values[1], parts[1]),
        "difference": _measure(values[1] - values[0], parts[1] - parts[0]),
    }


def _measure(value: float, draws: Floats) -> dict[str, float | None]:
    known = draws[~np.isnan(draws)]
    if np.isnan(value) or len(known) == 0:
        return {"value": None, "low": None, "high": None}
    low, high = np.quantile(known, INTERVAL)
    return {"value": round(value, 6), "low": round(float(low), 6), "high": round(float(high), 6)}
