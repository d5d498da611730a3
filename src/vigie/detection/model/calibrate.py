"""From a score to a probability that can be believed, and to the base rate of today.

Platt (affine in log-odds) is the production's: it keeps the sum of contributions exact. Beta calibration bends both
ends apart and serves challengers. Isotonic loses precision by its ties on small sets: refused below 1,000 failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vigie.detection.model.columns import Floats
from vigie.kernel.errors import VigieError

ISOTONIC_MIN_POSITIVES = 1_000
MIN_POSITIVES = 10
TINY = 1e-12
ECE_BINS = 10


class CalibrationRefused(VigieError):
    """Too few failures to calibrate in the way asked."""


def sigmoid(log_odds: Floats) -> Floats:
    """Probability of a log-odds."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))


def logit(probability: Floats | float) -> Any:
    """Log-odds of a probability, kept finite."""
    bounded = np.clip(probability, TINY, 1.0 - TINY)
    return np.log(bounded) - np.log1p(-bounded)


def _logistic(columns: Floats, labels: Floats, weights: Floats | None = None) -> Floats:
    """Coefficients of a logistic regression by Newton's method; a faint ridge towards the identity keeps it finite."""
    design = np.column_stack([columns, np.ones(len(labels))])
    start = np.zeros(design.shape[1])
    start[:-1] = 1.0 if design.shape[1] == 2 else 0.0
    beta, ridge = start.copy(), 1e-6 * len(labels) * np.eye(design.shape[1])
    ridge[-1, -1] = 0.0
    weights = np.ones(len(labels)) if weights is None else weights

    def likelihood(at: Floats) -> float:
        score = design @ at
        gap = at - start
        return float(weights @ (labels * score - np.logaddexp(0.0, score)) - gap @ ridge @ gap / 2)

    for _ in range(100):
        fitted = sigmoid(design @ beta)
        gradient = design.T @ (weights * (labels - fitted)) - ridge @ (beta - start)
        curvature = design.T @ (design * (weights * fitted * (1 - fitted))[:, None]) + ridge
        step = np.linalg.solve(curvature + 1e-12 * np.eye(len(beta)), gradient)
        before = likelihood(beta)
        while likelihood(beta + step) < before - 1e-12 and np.abs(step).max() > 1e-12:
            step = step / 2.0  # a full step goes too far when scores are spread (boosted trees)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    return beta


@dataclass(frozen=True)
class Platt:
    """logit(p) = slope × score + offset."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, score: Floats) -> Floats:
        """Calibrated log-odds."""
        return self.slope * score + self.offset


def platt(score: Floats, labels: Floats) -> Platt:
    """Slope and offset by maximum likelihood; with fewer than 10 failures only the offset (mean) is moved."""
    if min(labels.sum(), len(labels) - labels.sum()) < MIN_POSITIVES:
        return Platt(1.0, mean_offset(score, labels))
    slope, offset = _logistic(score[:, None], labels)
    if slope <= 0:  # a score that ranks backwards on the calibration months: keep its order, mend the mean
        return Platt(1.0, mean_offset(score, labels))
    return Platt(round(float(slope), 12), round(float(offset), 12))


def mean_offset(score: Floats, labels: Floats) -> float:
    """The offset that makes the mean probability equal to the base rate (Jeffreys when no failure is seen)."""
    wanted = (labels.sum() + 0.5) / (len(labels) + 1.0) if labels.sum() in (0, len(labels)) else labels.mean()
    low, high = -30.0, 30.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(score + middle).mean() < wanted else (low, middle)
    return round((low + high) / 2, 12)


@dataclass(frozen=True)
class Beta:
    """logit(p) = a ln q − b ln(1 − q) + c, where q is the uncalibrated probability; a, b ≥ 0."""

    a: float
    b: float
    c: float

    def __call__(self, score: Floats) -> Floats:
        """Calibrated log-odds of an uncalibrated log-odds."""
        return self.a * -np.logaddexp(0.0, -score) + self.b * np.logaddexp(0.0, score) + self.c


def beta(score: Floats, labels: Floats) -> Beta | Platt:
    """Beta calibration; Platt where a coefficient comes out negative (it would turn the order around)."""
    if min(labels.sum(), len(labels) - labels.sum()) < 3 * MIN_POSITIVES:
        return platt(score, labels)
    a, b, c = _logistic(np.column_stack([-np.logaddexp(0.0, -score), np.logaddexp(0.0, score)]), labels)
    if a <= 0 or b <= 0:
        return platt(score, labels)
    return Beta(float(a), float(b), float(c))


@dataclass(frozen=True)
class Isotonic:
    """A stepwise increasing table of probabilities."""

    scores: Floats
    probabilities: Floats

    def __call__(self, score: Floats) -> Floats:
        """Calibrated log-odds."""
        return logit(np.interp(score, self.scores, self.probabilities))


def isotonic(score: Floats, labels: Floats) -> Isotonic:
    """Isotonic regression; refused below 1,000 failures."""
    if labels.sum() < ISOTONIC_MIN_POSITIVES:
        raise CalibrationRefused(
            f"calibration isotone : {int(labels.sum())} défaillances, il en faut {ISOTONIC_MIN_POSITIVES}. "
            "Prenez Platt ou bêta."
        )
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(score, labels)
    return Isotonic(np.asarray(fitted.X_thresholds_), np.asarray(fitted.y_thresholds_))


def prior_shift(forecast: float, calibration: float) -> float:
    """What to add to every log-odds when the failure rate expected is not that of the calibration months."""
    return float(logit(forecast) - logit(calibration))


def undo_resampling(share_before: float, share_after: float) -> float:
    """What to add to every log-odds after a training that changed the share of failures."""
    return float(logit(share_before) - logit(share_after))


def expected_calibration_error(probability: Floats, labels: Floats, bins: int = ECE_BINS) -> float:
    """Mean gap between announced and observed rate over bins of equal mass."""
    order = np.argsort(probability, kind="stable")
    return float(
        sum(
            len(part) * abs(probability[part].mean() - labels[part].mean())
            for part in np.array_split(order, bins)
            if len(part)
        )
        / max(1, len(order))
    )
