"""What has changed since the model was learnt: shares by bin, missing values, volumes; without any label.

PSI under 0.1: stable; to 0.25: to watch; above: to act. Bins are those of the training rows; missing is its own bin,
so that a source that stops is seen at once.
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


@dataclass(frozen=True)
class Drift:
    """A feature before and now. verdict: stable, watch or act."""

    feature: str
    psi: float
    missing_before: float
    missing_now: float
    verdict: str


def verdict(psi: float, missing_change: float) -> str:
    """The graver of what the shares and the missing values say."""
    if psi >= ACT or abs(missing_change) >= MISSING_ACT:
        return TO_ACT
    return TO_WATCH if psi >= WATCH else STABLE


def feature_drift(before: Frame, now: Frame, features: Sequence[ModelFeature]) -> list[Drift]:
    """One line per feature, the most changed first."""
    found = []
    for one in features:
        if one.kind == CATEGORY:
            first, second = _category_shares(text_column(before, one.code), text_column(now, one.code))
        else:
            first, second = _number_shares(number_column(before, one.code), number_column(now, one.code))
        psi = population_stability(first, second)
        missing = (float(first[0] / max(first.sum(), 1.0)), float(second[0] / max(second.sum(), 1.0)))
        found.append(Drift(one.code, psi, missing[0], missing[1], verdict(psi, missing[1] - missing[0])))
    return sorted(found, key=lambda one: (-one.psi, one.feature))


def score_drift(before: Floats, now: Floats) -> float:
    """PSI of the scores."""
    first, second = _number_shares(before, now)
    return population_stability(first, second)


def _number_shares(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    known = before[~np.isnan(before)]
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.empty(0)
    return _counted(before, cuts), _counted(now, cuts)


def _counted(values: Floats, cuts: Floats) -> Floats:
    place = np.searchsorted(cuts, values, side="right") + 1
    place[np.isnan(values)] = 0
    return np.bincount(place, minlength=len(cuts) + 2).astype(np.float64)


def _category_shares(before: Any, now: Any) -> tuple[Floats, Floats]:
    names = np.unique(np.concatenate([before[before != ""], now[now != ""]]))
    counts = [
        [float((values == "").sum()), *(float((values == name).sum()) for name in names)] for values in (before, now)
    ]
    return np.array(counts[0]), np.array(counts[1])


def volume_change(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, float]:
    """Relative change of each count (level, région…); infinite where nothing was before."""
    return {
        name: (now.get(name, 0) - count) / count if count else (float("inf") if now.get(name, 0) else 0.0)
        for name, count in sorted({**dict.fromkeys(now, 0), **before}.items())
    }
