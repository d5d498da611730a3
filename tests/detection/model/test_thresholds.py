"""Levels: one convention, a policy chosen elsewhere than where it is judged, a capacity that is never passed."""

from __future__ import annotations

import numpy as np
import pytest

from vigie.detection.model.thresholds import (
    Level,
    Mode,
    Policy,
    PolicyRefused,
    Thresholds,
    best_fbeta,
    best_floor,
    choose,
    levels,
)


def test_a_value_on_the_threshold_goes_up() -> None:
    found = levels(Thresholds(0.4, 0.1), np.array([0.4, 0.39999, 0.1, 0.09999]))

    assert found.tolist() == ["strong", "moderate", "moderate", "none"]


def test_levels_are_codes_and_never_labels() -> None:
    """Defect of the reference: « Alerte seuil F1/2 » was read as no alert; a level is one of three codes."""
    assert {str(one) for one in Level} == {"strong", "moderate", "none"}


def test_fbeta_is_the_best_of_every_possible_threshold() -> None:
    random = np.random.default_rng(1)
    probability = np.round(random.random(300), 2)
    labels = (random.random(300) < probability).astype(float)

    for beta in (0.5, 2.0):
        found = best_fbeta(probability, labels, beta)

        def value(threshold: float, beta: float = beta) -> float:
            flagged = probability >= threshold
            return float((1 + beta**2) * labels[flagged].sum() / (beta**2 * labels.sum() + flagged.sum()))

        assert value(found) == pytest.approx(max(value(one) for one in np.unique(probability)))


def test_thresholds_come_from_the_calibration_rows_given_and_say_what_they_expect() -> None:
    random = np.random.default_rng(2)
    probability = random.beta(1, 12, 4_000)
    labels = (random.random(4_000) < probability).astype(float)

    found = choose(Policy(), probability, labels)

    assert found.moderate <= found.strong
    assert found.expected["share_strong"] == pytest.approx((probability >= found.strong).mean())
    assert Thresholds.from_json(found.to_json()) == found


def test_the_precision_floor_is_kept() -> None:
    random = np.random.default_rng(3)
    probability = random.beta(1, 8, 6_000)
    labels = (random.random(6_000) < probability).astype(float)

    threshold = best_floor(probability, labels, 0.3)

    assert labels[probability >= threshold].mean() >= 0.3


def test_no_departement_passes_its_capacity_even_with_ties_and_hysteresis() -> None:
    policy = Policy(Mode.CAPACITY, capacity_per_departement=3)
    probability = np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0.2, 0.6, 0.01])
    places = np.array(["13"] * 6 + ["2B"] * 2)
    before = np.array(["strong"] * 8)

    found = levels(Thresholds(0.5, 0.2, policy), probability, places, before)

    assert (found[:6] != "none").sum() == 3
    assert found[0] == "strong"
    assert found[6:].tolist() == ["strong", "none"]


def test_a_firm_leaves_a_level_only_well_below_the_threshold() -> None:
    thresholds = Thresholds(0.5, 0.2, Policy(hysteresis=0.2))
    probability = np.array([0.46, 0.46, 0.40, 0.17, 0.10])

    fresh = levels(thresholds, probability)
    after = levels(thresholds, probability, previous=np.array(["strong", "none", "strong", "moderate", "moderate"]))

    assert fresh.tolist() == ["moderate", "moderate", "moderate", "none", "none"]
    assert after.tolist() == ["strong", "moderate", "moderate", "moderate", "none"]


def test_a_contradictory_policy_is_refused() -> None:
    with pytest.raises(PolicyRefused):
        Policy(precision_strong=0.1, precision_moderate=0.4)
    with pytest.raises(PolicyRefused):
        levels(Thresholds(0.5, 0.2, Policy(Mode.CAPACITY)), np.array([0.6]))
