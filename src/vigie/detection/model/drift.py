"""What has changed since the model was learnt: shares by bin, missing values, volumes; without any label.

PSI under 0.1: stable; to 0.25: to watch; above: to act. Bins are those of the training rows; missing is its own bin,
so that a source that stops is seen at once. What the training rows looked like is stored beside the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vigie.detection.model.columns import CATEGORY, Floats, Frame, ModelFeature, number_column, text_column
from vigie.detection.model.metrics import population_stability

WATCH, ACT = 0.1, 0.25
MISSING_ACT = 0.2
BINS = 10
STABLE, TO_WATCH, TO_ACT = "stable", "watch", "act"
VERDICTS = (STABLE, TO_WATCH, TO_ACT)
SHIFT_TOLD = 0.5  # of a bin, on the mean place of the known values


@dataclass(frozen=True)
class Drift:
    """A feature before and now. verdict: stable, watch or act. shift: bins by which the known values moved, signed."""

    feature: str
    psi: float
    missing_before: float
    missing_now: float
    verdict: str
    shift: float = 0.0


@dataclass(frozen=True)
class Shape:
    """How values are shared out. bins: cuts of a number, or names of a category; counts: missing first, then by bin
    (of a category, names that the training had never met come last)."""

    bins: tuple[float, ...] | tuple[str, ...]
    counts: Floats

    @classmethod
    def of_numbers(cls, values: Floats) -> Shape:
        known = values[~np.isnan(values)]
        cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.empty(0)
        return cls(tuple(cuts.tolist()), _by_cuts(values, cuts))

    @classmethod
    def of_names(cls, values: Any) -> Shape:
        names = tuple(str(one) for one in np.unique(values[values != ""]))
        return cls(names, _by_names(values, names))

    @property
    def missing(self) -> float:
        return float(self.counts[0] / max(self.counts.sum(), 1.0))

    def to_json(self) -> dict[str, Any]:
        return {"bins": list(self.bins), "counts": self.counts.astype(int).tolist()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Shape:
        return cls(tuple(stored["bins"]), np.array(stored["counts"], dtype=np.float64))


@dataclass(frozen=True)
class Reference:
    """The rows that the model learnt from (a run keeps their last year): shape of each feature and of the log-odds."""

    features: Mapping[str, Shape]
    scores: Shape | None = None

    @classmethod
    def of(cls, frame: Frame, features: Sequence[ModelFeature], log_odds: Floats | None = None) -> Reference:
        shapes = {
            one.code: Shape.of_names(text_column(frame, one.code))
            if one.kind == CATEGORY
            else Shape.of_numbers(number_column(frame, one.code))
            for one in features
        }
        return cls(shapes, None if log_odds is None else Shape.of_numbers(log_odds))

    def to_json(self) -> dict[str, Any]:
        return {
            "features": {code: shape.to_json() for code, shape in sorted(self.features.items())},
            "scores": None if self.scores is None else self.scores.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Reference:
        scores = stored.get("scores")
        return cls(
            {code: Shape.from_json(shape) for code, shape in stored["features"].items()},
            None if scores is None else Shape.from_json(scores),
        )

    def score_drift(self, log_odds: Floats) -> float | None:
        """PSI of the scores of a month; None when those of the training were not kept."""
        if self.scores is None:
            return None
        cuts = np.array(self.scores.bins, dtype=np.float64)
        return population_stability(self.scores.counts, _by_cuts(log_odds, cuts))


def verdict(psi: float, missing_change: float) -> str:
    """The graver of what the shares and the missing values say."""
    if psi >= ACT or abs(missing_change) >= MISSING_ACT:
        return TO_ACT
    return TO_WATCH if psi >= WATCH else STABLE


def feature_drift(before: Reference, now: Frame, features: Sequence[ModelFeature]) -> list[Drift]:
    """One line per feature that the reference knows, the most changed first."""
    found = [_drift(one, before.features[one.code], now) for one in features if one.code in before.features]
    return sorted(found, key=lambda one: (-one.psi, one.feature))


def _drift(feature: ModelFeature, before: Shape, now: Frame) -> Drift:
    first, shift = before.counts, 0.0
    if feature.kind == CATEGORY:
        second = _by_names(text_column(now, feature.code), [str(one) for one in before.bins])
    else:
        second = _by_cuts(number_column(now, feature.code), np.array(before.bins, dtype=np.float64))
        shift = _place(second) - _place(first) if first[1:].any() and second[1:].any() else 0.0
    missing = float(second[0] / max(second.sum(), 1.0))
    psi = population_stability(first, second)
    return Drift(feature.code, psi, before.missing, missing, verdict(psi, missing - before.missing), shift)


def _place(counts: Floats) -> float:
    """The mean bin of the known values."""
    return float((counts[1:] * np.arange(len(counts) - 1)).sum() / counts[1:].sum())


def score_drift(before: Floats, now: Floats) -> float:
    """PSI of the scores."""
    found = Reference({}, Shape.of_numbers(before)).score_drift(now)
    assert found is not None
    return found


def _by_cuts(values: Floats, cuts: Floats) -> Floats:
    place = np.searchsorted(cuts, values, side="right") + 1
    place[np.isnan(values)] = 0
    return np.bincount(place, minlength=len(cuts) + 2).astype(np.float64)


def _by_names(values: Any, names: Sequence[str]) -> Floats:
    """Missing, then each name, then all others."""
    counts = [float((values == name).sum()) for name in ("", *names)]
    return np.array([*counts, len(values) - sum(counts)], dtype=np.float64)


def volume_change(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, float]:
    """Relative change of each count (level, région…); infinite where nothing was before."""
    return {
        name: (now.get(name, 0) - count) / count if count else (float("inf") if now.get(name, 0) else 0.0)
        for name, count in sorted({**dict.fromkeys(now, 0), **before}.items())
    }
