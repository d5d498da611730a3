"""Calibration on invented scores whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from vigie.detection.model.calibrate import (
    Beta,
    CalibrationRefused,
    Platt,
    beta,
    expected_calibration_error,
    isotonic,
    logit,
    mean_offset,
    platt,
    prior_shift,
    sigmoid,
    undo_resampling,
)


def drawn(slope: float, offset: float, rows: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and outcomes whose log-odds are slope × score + offset."""
    random = np.random.default_rng(3)
    score = random.normal(-2.5, 1.5, rows)
    return score, (random.random(rows) < sigmoid(slope * score + offset)).astype(float)


def test_platt_finds_the_slope_and_the_offset() -> None:
    fitted = platt(*drawn(0.6, -0.4))

    assert fitted.slope == pytest.approx(0.6, abs=0.04)
    assert fitted.offset == pytest.approx(-0.4, abs=0.08)


def test_beta_mends_what_platt_cannot() -> None:
    random = np.random.default_rng(5)
    score = random.normal(-1.0, 2.0, 60_000)
    truth = Beta(0.5, 1.4, -0.3)(score)
    labels = (random.random(len(score)) < sigmoid(truth)).astype(float)

    by_beta = np.abs(sigmoid(beta(score, labels)(score)) - sigmoid(truth)).mean()
    by_platt = np.abs(sigmoid(platt(score, labels)(score)) - sigmoid(truth)).mean()

    assert by_beta < 0.01 < by_platt


def test_spread_scores_of_boosted_trees_converge() -> None:
    """A full Newton step went too far: the calibration of LightGBM was arbitrary."""
    random = np.random.default_rng(8)
    truth = random.normal(-5.0, 3.0, 5_000)
    labels = (random.random(5_000) < sigmoid(truth)).astype(float)

    for factor, shift in ((4.0, 6.0), (0.1, -3.0), (2.5, -9.0)):
        fitted = platt(factor * truth + shift, labels)

        assert fitted.slope * factor == pytest.approx(1.0, abs=0.15)
        assert sigmoid(fitted(factor * truth + shift)).mean() == pytest.approx(labels.mean(), abs=1e-4)


def test_isotonic_is_refused_below_a_thousand_failures() -> None:
    score, labels = drawn(1.0, -1.0, 5_000)
    assert labels.sum() < 1_000

    with pytest.raises(CalibrationRefused, match="Platt"):
        isotonic(score, labels)


def test_isotonic_serves_when_failures_are_many() -> None:
    score, labels = drawn(0.5, 0.3)

    fitted = sigmoid(isotonic(score, labels)(score))

    assert expected_calibration_error(fitted, labels) < 0.01
    assert (np.diff(fitted[np.argsort(score)]) >= 0).all()


def test_few_failures_move_only_the_mean() -> None:
    labels = np.zeros(200)
    labels[:4] = 1.0
    score = np.linspace(-3, 1, 200)

    fitted = platt(score, labels)

    assert fitted.slope == 1.0
    assert sigmoid(fitted(score)).mean() == pytest.approx(0.02, abs=1e-6)


def test_a_score_that_ranks_backwards_is_not_turned_around() -> None:
    score, labels = drawn(-0.8, -4.0)

    assert platt(score, labels).slope == 1.0


def test_no_failure_at_all_stays_finite() -> None:
    assert np.isfinite(mean_offset(np.zeros(50), np.zeros(50)))


def test_the_base_rate_moves_without_touching_the_order() -> None:
    score = logit(np.array([0.02, 0.05, 0.30]))

    moved = sigmoid(score + prior_shift(0.015, 0.03))

    assert (np.diff(moved) > 0).all()
    assert moved[0] < 0.0105


def test_oversampling_is_undone_by_its_shift() -> None:
    """Defect of the reference: with 35 % of failures shown, 35 % is announced where 5 % fail."""
    assert sigmoid(np.asarray(logit(0.35) + undo_resampling(0.05, 0.35))) == pytest.approx(0.05)


def test_calibration_error_sees_an_inflated_score_and_not_a_true_one() -> None:
    score, labels = drawn(1.0, 0.0)

    assert expected_calibration_error(sigmoid(score), labels) < 0.01
    assert expected_calibration_error(sigmoid(score + 1.5), labels) > 0.1
    assert Platt(1.0, 0.0)(score) is not None
