"""How good a list of probabilities is: ranking, levels, calibration, field work; each with an interval by firm.

Intervals redraw whole firms, not rows: twelve months of one firm are not twelve observations. A draw is a row of
weights (how often each firm was drawn): 500 draws are matrix products and running sums, not 500 recomputations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vigie.detection.model.calibrate import ECE_BINS, logit, sigmoid
from vigie.detection.model.columns import Floats, Integers

DRAWS = 500
CHUNK_CELLS = 4_000_000
CELLS_ABOVE_ROWS = 40_000
CELL_CLASSES = 2_000
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Measure:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float | None]:
        """Rounded for a file; what could not be computed is null."""
        return {
            name: None if np.isnan(value) else round(float(value), 6)
            for name, value in (("value", self.value), ("low", self.low), ("high", self.high))
        }


@dataclass(frozen=True)
class Judged:
    """Rows with their outcome, log-odds and levels; firms: the unit that is redrawn."""

    labels: Floats
    log_odds: Floats
    firms: Any
    strong: Any
    moderate: Any

    def at(self, rows: Any) -> Judged:
        """A part of the rows."""
        return Judged(self.labels[rows], self.log_odds[rows], self.firms[rows], self.strong[rows], self.moderate[rows])


def measure(judged: Judged, seed: int = 0, draws: int = DRAWS) -> dict[str, Measure]:
    """Every figure of the report with its interval over draws of firms."""
    statistics = _statistics(judged)
    exact = statistics(np.ones((1, len(judged.labels))))
    drawn: dict[str, list[Floats]] = {name: [] for name in exact}
    if len(judged.labels) > CELLS_ABOVE_ROWS:
        cells = _cells(judged)
        statistics = _statistics(cells.judged, cells.squares, cells.counts)
        chunks = _cell_weights(cells, judged.firms, seed, draws)
    else:
        chunks = firm_weights(judged.firms, seed, draws)
    for weights in chunks:
        for name, values in statistics(weights).items():
            drawn[name].append(values)
    return {name: _interval(float(values[0]), drawn[name]) for name, values in exact.items()}


def _interval(value: float, parts: list[Floats]) -> Measure:
    values = np.concatenate(parts) if parts else np.array([value])
    values = values[np.isfinite(values)]
    if not np.isfinite(value) or len(values) == 0:
        return Measure(value if np.isfinite(value) else np.nan, np.nan, np.nan)
    low, high = np.quantile(values, INTERVAL)
    return Measure(value, float(low), float(high))


def firm_weights(firms: Any, seed: int, draws: int) -> Any:
    """Yields draws × rows weights, in chunks: how many times the firm of each row was drawn."""
    names, inverse = np.unique(np.asarray(firms), return_inverse=True)
    random = np.random.Generator(np.random.PCG64([seed, len(names)]))
    step = max(1, CHUNK_CELLS // max(1, len(inverse)))
    for start in range(0, draws, step):
        count = min(step, draws - start)
        drawn = random.integers(0, len(names), size=(count, len(names)))
        counts = np.stack([np.bincount(one, minlength=len(names)) for one in drawn]).astype(np.float64)
        yield counts[:, inverse]


@dataclass(frozen=True)
class _Cells:
    """Rows of near scores, same outcome and same levels, taken together: what makes 500 draws of a country quick.

    judged: one row per cell. cell: of each row. counts: rows of each. squares: mean squared error in each.
    """

    judged: Judged
    cell: Integers
    counts: Floats
    squares: Floats


def _cells(judged: Judged) -> _Cells:
    """About 2,000 classes of score of equal mass, crossed with outcome and levels."""
    probability = sigmoid(judged.log_odds)
    cuts = np.unique(np.quantile(judged.log_odds, np.linspace(0, 1, CELL_CLASSES + 1)[1:-1]))
    place = np.searchsorted(cuts, judged.log_odds, side="right")
    key = ((place * 2 + judged.labels.astype(np.int64)) * 2 + judged.strong) * 2 + judged.moderate
    names, cell, counts = np.unique(key, return_inverse=True, return_counts=True)
    size = counts.astype(np.float64)

    def mean(values: Floats) -> Floats:
        return np.bincount(cell, values, minlength=len(names)) / size

    # All cells of a class share its mean, or their order would tell the outcome.
    shared = (np.bincount(place, probability) / np.maximum(np.bincount(place), 1))[names // 8]
    rows = Judged((names // 4 % 2).astype(np.float64), np.asarray(logit(shared)), names, names // 2 % 2, names % 2)
    return _Cells(rows, cell, size, mean((probability - judged.labels) ** 2))


def _cell_weights(cells: _Cells, firms: Any, seed: int, draws: int) -> Any:
    """Yields draws × cells: how many rows of the drawn firms fall in each cell."""
    names, inverse = np.unique(np.asarray(firms), return_inverse=True)
    random = np.random.Generator(np.random.PCG64([seed, len(names)]))
    total = len(cells.cell)
    if len(names) == total:
        yield random.multinomial(total, cells.counts / total, size=draws).astype(np.float64)
        return
    for _ in range(draws):
        counts = np.bincount(random.integers(0, len(names), size=len(names)), minlength=len(names))
        yield np.bincount(cells.cell, counts[inverse].astype(np.float64), minlength=len(cells.counts))[None, :]


def _statistics(
    judged: Judged, squares: Floats | None = None, counts: Floats | None = None
) -> Callable[[Floats], dict[str, Floats]]:
    """A function of weights (draws × rows) that gives every figure for each draw.

    squares: squared error of each row when it is not that of its probability; counts: rows behind each.
    """
    order = np.argsort(-judged.log_odds, kind="stable")
    labels = judged.labels[order]
    probability = sigmoid(judged.log_odds[order])
    errors = (probability - labels) ** 2 if squares is None else squares[order]
    mass = np.cumsum(np.ones(len(labels)) if counts is None else counts[order])
    ends = np.flatnonzero(np.append(np.diff(judged.log_odds[order]) != 0, True))
    strong, moderate = (np.asarray(one)[order].astype(np.float64) for one in (judged.strong, judged.moderate))
    bounds = np.linspace(0, mass[-1], ECE_BINS + 1)[:-1].astype(np.int64)
    # A bin starts where a score starts: equal scores are never told apart by the order of their rows.
    starts = np.unique(np.append(0, ends[:-1] + 1)[np.searchsorted(mass[ends], bounds, side="right")])

    def compute(given: Floats) -> dict[str, Floats]:
        weights = given[:, order]
        positives, total = weights @ labels, weights.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = positives / total
            brier = (weights @ errors) / total
            found = {
                **_ranking(weights, labels, ends),
                "brier": brier,
                "brier_skill": 1.0 - brier / (rate * (1.0 - rate)),
                "ece": _ece(weights, labels, probability, starts),
                **_level(weights, labels, strong, 0.5, "strong", "f05"),
                **_level(weights, labels, moderate, 2.0, "moderate", "f2"),
                "base_rate": rate,
            }
        return found

    return compute


def weighted_ranking(judged: Judged, weights: Floats) -> dict[str, Floats]:
    """AUC and average precision of each draw (draws × rows of weights)."""
    order = np.argsort(-judged.log_odds, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(judged.log_odds[order]) != 0, True))
    with np.errstate(invalid="ignore", divide="ignore"):
        return _ranking(weights[:, order], judged.labels[order], ends)


def _ranking(weights: Floats, labels: Floats, ends: Integers) -> dict[str, Floats]:
    """ROC AUC and average precision, ties taken together."""
    true = np.cumsum(weights * labels, axis=1)[:, ends]
    false = np.cumsum(weights, axis=1)[:, ends] - true
    positives, negatives = true[:, -1:], false[:, -1:]
    gained = np.diff(true, axis=1, prepend=0.0)
    lost = np.diff(false, axis=1, prepend=0.0)
    area = (lost * (true - gained / 2)).sum(axis=1) / (positives * negatives)[:, 0]
    precision = np.divide(true, true + false, out=np.zeros_like(true), where=true + false > 0)
    average = (gained * precision).sum(axis=1) / positives[:, 0]
    return {"auc": area, "average_precision": average}


def _ece(weights: Floats, labels: Floats, probability: Floats, starts: Integers) -> Floats:
    """Expected calibration error over the bins of equal mass of the whole table, equal scores in one bin."""
    gaps = np.add.reduceat(weights * (probability - labels), starts, axis=1)
    return np.asarray(np.abs(gaps).sum(axis=1) / weights.sum(axis=1))


def _level(weights: Floats, labels: Floats, flagged: Floats, beta: float, level: str, name: str) -> dict[str, Floats]:
    """F-beta, precision, recall, balanced accuracy and share of rows at a level."""
    hit, alerts, positives = weights @ (labels * flagged), weights @ flagged, weights @ labels
    total = weights.sum(axis=1)
    recall = hit / positives
    specificity = 1.0 - (alerts - hit) / (total - positives)
    denominator = beta**2 * positives + alerts
    return {
        name: np.where(denominator > 0, (1 + beta**2) * hit / np.where(denominator > 0, denominator, 1), 0.0),
        f"precision_{level}": np.where(alerts > 0, hit / np.where(alerts > 0, alerts, 1), np.nan),
        f"recall_{level}": recall,
        f"balanced_accuracy_{level}": (recall + specificity) / 2,
        f"share_{level}": alerts / total,
    }


def roc_auc(labels: Floats, log_odds: Floats) -> float:
    """Area under the ROC curve, alone."""
    return float(_alone(labels, log_odds)["auc"][0])


def average_precision(labels: Floats, log_odds: Floats) -> float:
    """Average precision, alone."""
    return float(_alone(labels, log_odds)["average_precision"][0])


def _alone(labels: Floats, log_odds: Floats) -> dict[str, Floats]:
    order = np.argsort(-log_odds, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(log_odds[order]) != 0, True))
    with np.errstate(invalid="ignore", divide="ignore"):
        return _ranking(np.ones((1, len(labels))), labels[order], ends)


def reliability(probability: Floats, labels: Floats, bins: int = ECE_BINS) -> list[dict[str, float]]:
    """Bins of equal mass: rows, mean announced probability, observed rate and its 95 % Wilson interval."""
    order = np.argsort(probability, kind="stable")
    found = []
    for part in np.array_split(order, bins):
        if len(part):
            low, high = wilson(float(labels[part].sum()), len(part))
            found.append(
                {
                    "rows": float(len(part)), "announced": float(probability[part].mean()),
                    "observed": float(labels[part].mean()), "low": low, "high": high,
                }
            )  # fmt: skip
    return found


def wilson(hits: float, rows: int) -> tuple[float, float]:
    """95 % interval of a proportion."""
    z = 1.959964
    share, spread = hits / rows, z * z / rows
    middle = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / rows + spread / (4 * rows)) / (1 + spread)
    return float(middle - half), float(middle + half)


def at_capacity(labels: Floats, log_odds: Floats, places: Any, k: int) -> dict[str, float]:
    """precision@k and recall@k: the k highest of each place (département) are taken."""
    chosen = top_of_each(log_odds, places, k)
    hits = float(labels[chosen].sum())
    return {
        "k": float(k), "taken": float(chosen.sum()),
        "precision": hits / chosen.sum() if chosen.any() else float("nan"),
        "recall": hits / labels.sum() if labels.sum() else float("nan"),
    }  # fmt: skip


def top_of_each(log_odds: Floats, places: Any, k: int) -> Any:
    """True for the k highest rows of each place; ties by the table's order."""
    _, place = np.unique(np.asarray(places), return_inverse=True)
    order = np.lexsort((-log_odds, place))
    sizes = np.bincount(place)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[rank < k]] = True
    return chosen


def population_stability(expected: Floats, actual: Floats) -> float:
    """PSI of two lists of shares over the same bins (0.1 watch, 0.25 act)."""
    first = np.clip(expected / max(expected.sum(), 1e-12), 1e-4, None)
    second = np.clip(actual / max(actual.sum(), 1e-12), 1e-4, None)
    return float(((second - first) * np.log(second / first)).sum())
