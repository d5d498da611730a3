"""From probabilities to levels: an explicit, versioned policy, chosen on calibration months only.

One convention: a value on a threshold goes up (`>=`). Levels are codes; their French labels belong to the screens.
A firm leaves a level only below the threshold minus the hysteresis, so that noise makes no first alert. In capacity
mode a département never has more than k alerts, whatever the ties and whoever stays by hysteresis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from vigie.detection.model.calibrate import logit, sigmoid
from vigie.detection.model.columns import Floats
from vigie.detection.model.metrics import top_of_each
from vigie.kernel.errors import VigieError

POLICY_VERSION = 1
MIN_ALERTS_FOR_PRECISION = 20
ALERTS_BEFORE_FLOOR = 5


class Level(StrEnum):
    """The three levels, as stored."""

    STRONG = "strong"
    MODERATE = "moderate"
    NONE = "none"


LEVELS = (Level.NONE, Level.MODERATE, Level.STRONG)


class Mode(StrEnum):
    """How the two thresholds are found."""

    FBETA = "fbeta"
    CAPACITY = "capacity"
    PRECISION_FLOOR = "precision_floor"


class PolicyRefused(VigieError):
    """A policy that contradicts itself."""


@dataclass(frozen=True)
class Policy:
    """How levels are decided. hysteresis in log-odds; capacity: alerts (strong and moderate) per département."""

    mode: Mode = Mode.FBETA
    beta_strong: float = 0.5
    beta_moderate: float = 2.0
    capacity_per_departement: int = 200
    precision_strong: float = 0.5
    precision_moderate: float = 0.25
    hysteresis: float = 0.1
    version: int = POLICY_VERSION

    def __post_init__(self) -> None:
        if self.beta_strong > self.beta_moderate or self.precision_moderate > self.precision_strong:
            raise PolicyRefused("niveaux : le risque fort doit être le plus précis des deux.")
        if self.capacity_per_departement < 1 or self.hysteresis < 0:
            raise PolicyRefused("niveaux : la capacité vaut au moins 1, l’hystérésis au moins 0.")

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Policy:
        """The reverse."""
        return cls(**{**stored, "mode": Mode(stored.get("mode", Mode.FBETA))})


@dataclass(frozen=True)
class Thresholds:
    """Two probabilities, with what was expected of them on the calibration months."""

    strong: float
    moderate: float
    policy: Policy = field(default_factory=Policy)
    expected: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "strong": self.strong, "moderate": self.moderate, "policy": self.policy.to_json(),
            "expected": dict(self.expected),
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Thresholds:
        """The reverse."""
        return cls(stored["strong"], stored["moderate"], Policy.from_json(stored["policy"]), dict(stored["expected"]))


def choose(policy: Policy, probability: Floats, labels: Floats) -> Thresholds:
    """Thresholds for a policy, from calibration rows (never from the rows that will judge)."""
    if policy.mode is Mode.PRECISION_FLOOR:
        strong = best_floor(probability, labels, policy.precision_strong)
        moderate = best_floor(probability, labels, policy.precision_moderate)
    else:
        strong = best_fbeta(probability, labels, policy.beta_strong)
        moderate = best_fbeta(probability, labels, policy.beta_moderate)
    moderate = min(strong, moderate)
    return Thresholds(strong, moderate, policy, _expected(probability, labels, strong, moderate))


def _candidates(probability: Floats, labels: Floats) -> tuple[Floats, Floats, Floats]:
    """Each distinct probability from the highest: itself, alerts at or above it, failures among them."""
    order = np.argsort(-probability, kind="stable")
    values, hits = probability[order], np.cumsum(labels[order])
    ends = np.flatnonzero(np.append(np.diff(values) != 0, True))
    return values[ends], (ends + 1).astype(np.float64), hits[ends]


def best_fbeta(probability: Floats, labels: Floats, beta: float) -> float:
    """The probability at and above which F-beta is the highest; the highest such one among equals."""
    values, alerts, hits = _candidates(probability, labels)
    found = (1 + beta**2) * hits / (beta**2 * labels.sum() + alerts)
    return float(values[int(np.argmax(found))])


def best_floor(probability: Floats, labels: Floats, floor: float) -> float:
    """The lowest probability at and above which precision is at least the floor; the highest seen when none is."""
    values, alerts, hits = _candidates(probability, labels)
    enough = (hits / alerts >= floor) & (alerts >= min(MIN_ALERTS_FOR_PRECISION, len(labels)))
    reached = np.flatnonzero(enough)
    if len(reached) == 0:
        return float(values[min(ALERTS_BEFORE_FLOOR, len(values)) - 1]) if hits[-1] else 1.0
    return float(values[reached[-1]])


def _expected(probability: Floats, labels: Floats, strong: float, moderate: float) -> dict[str, float]:
    """Volumes and precisions on the rows that chose, for the list's volume control."""
    found: dict[str, float] = {"rows": float(len(labels)), "base_rate": float(labels.mean())}
    for name, threshold in (("strong", strong), ("moderate", moderate)):
        flagged = probability >= threshold
        found[f"share_{name}"] = float(flagged.mean())
        found[f"precision_{name}"] = float(labels[flagged].mean()) if flagged.any() else 0.0
        found[f"recall_{name}"] = float(labels[flagged].sum() / max(1.0, labels.sum()))
    return found


def levels(thresholds: Thresholds, probability: Floats, places: Any | None = None, previous: Any | None = None) -> Any:
    """Level of each row, as a text array.

    places: département of each row, needed in capacity mode. previous: level in the list before, or None.
    """
    policy = thresholds.policy
    grade = grades(thresholds, probability)
    if previous is not None:
        kept = Thresholds(
            _lowered(thresholds.strong, policy.hysteresis), _lowered(thresholds.moderate, policy.hysteresis), policy
        )
        before = np.asarray(previous)
        stays = np.minimum(grades(kept, probability), np.where(before == Level.STRONG, 2, before == Level.MODERATE))
        grade = np.maximum(grade, stays)
    if policy.mode is Mode.CAPACITY:
        if places is None:
            raise PolicyRefused("niveaux : le mode par capacité demande le département de chaque entreprise.")
        grade = limited(grade, probability, places, policy.capacity_per_departement)
    return np.array([str(level) for level in LEVELS])[grade]


def grades(thresholds: Thresholds, probability: Floats) -> Any:
    """0, 1, 2 for none, moderate, strong; a value on the threshold goes up."""
    return (probability >= thresholds.moderate).astype(np.int64) + (probability >= thresholds.strong)


def limited(grade: Any, probability: Floats, places: Any, k: int) -> Any:
    """The same grades with at most k alerts in each place: the graver first, then the more probable."""
    ranking = np.where(grade > 0, grade * 2.0 + probability, -1.0)
    chosen = top_of_each(ranking, places, k)
    return np.where(chosen, grade, 0)


def _lowered(threshold: float, hysteresis: float) -> float:
    return float(sigmoid(np.asarray(logit(threshold) - hysteresis)))
