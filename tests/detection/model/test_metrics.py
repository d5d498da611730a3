"""Figures agree with the reference library, intervals are drawn by firm."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from vigie.detection.model import metrics
from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.metrics import (
    Judged,
    at_capacity,
    average_precision,
    firm_weights,
    measure,
    population_stability,
    reliability,
    roc_auc,
    top_of_each,
)


def judged(rows: int = 600, repeated: int = 1, seed: int = 0) -> Judged:
    random = np.random.default_rng(seed)
    log_odds = np.round(random.normal(-2, 1.2, rows), 1)  # with ties
    labels = (random.random(rows) < sigmoid(log_odds)).astype(float)
    firms = np.arange(rows * repeated) // repeated
    log_odds, labels = np.repeat(log_odds, repeated), np.repeat(labels, repeated)
    return Judged(labels, log_odds, firms, log_odds >= -0.5, log_odds >= -1.5)


def test_figures_are_those_of_the_reference_library() -> None:
    rows = judged()
    found = {name: one.value for name, one in measure(rows, draws=5).items()}
    probability = sigmoid(rows.log_odds)

    assert found["auc"] == pytest.approx(reference.roc_auc_score(rows.labels, rows.log_odds))
    assert found["average_precision"] == pytest.approx(reference.average_precision_score(rows.labels, rows.log_odds))
    assert found["brier"] == pytest.approx(reference.brier_score_loss(rows.labels, probability))
    assert found["f05"] == pytest.approx(reference.fbeta_score(rows.labels, rows.strong, beta=0.5))
    assert found["f2"] == pytest.approx(reference.fbeta_score(rows.labels, rows.moderate, beta=2))
    assert found["precision_strong"] == pytest.approx(reference.precision_score(rows.labels, rows.strong))
    assert found["recall_moderate"] == pytest.approx(reference.recall_score(rows.labels, rows.moderate))
    assert found["balanced_accuracy_moderate"] == pytest.approx(
        reference.balanced_accuracy_score(rows.labels, rows.moderate)
    )
    assert roc_auc(rows.labels, rows.log_odds) == found["auc"]
    assert average_precision(rows.labels, rows.log_odds) == found["average_precision"]


def test_a_weighted_draw_is_the_same_as_repeated_rows() -> None:
    rows = judged(rows=120)
    weights = next(iter(firm_weights(rows.firms, seed=4, draws=1)))[0]
    repeated = rows.at(np.repeat(np.arange(120), weights.astype(int)))

    from vigie.detection.model.metrics import _statistics

    drawn = _statistics(rows)(weights[None, :])

    assert drawn["auc"][0] == pytest.approx(roc_auc(repeated.labels, repeated.log_odds))
    assert drawn["average_precision"][0] == pytest.approx(average_precision(repeated.labels, repeated.log_odds))


def test_intervals_are_drawn_by_firm_not_by_row() -> None:
    """Twelve rows of one firm are not twelve observations: the interval does not shrink."""
    once, twelve = judged(), judged(repeated=12)

    first, second = measure(once, draws=200)["auc"], measure(twelve, draws=200)["auc"]

    assert second.value == pytest.approx(first.value)
    assert (second.high - second.low) == pytest.approx(first.high - first.low, rel=0.05)


def test_intervals_hold_the_figure_and_the_same_seed_gives_the_same() -> None:
    found, again = measure(judged(), seed=7, draws=100), measure(judged(), seed=7, draws=100)

    assert found == again
    for name in ("auc", "average_precision", "brier", "f05", "f2", "base_rate"):
        assert found[name].low <= found[name].value <= found[name].high


@pytest.mark.parametrize("repeated", [1, 3])
def test_intervals_of_a_large_table_are_those_of_every_row(monkeypatch: pytest.MonkeyPatch, repeated: int) -> None:
    """Above 40,000 rows near scores are drawn together: same figures, same intervals, a tenth of the time."""
    random = np.random.default_rng(1)
    log_odds = np.repeat(random.normal(-2, 1.2, 3_000), repeated)
    labels = (random.random(len(log_odds)) < sigmoid(log_odds)).astype(float)
    rows = Judged(labels, log_odds, np.arange(len(labels)) // repeated, log_odds >= -0.5, log_odds >= -1.5)
    slow = measure(rows, draws=400)

    monkeypatch.setattr(metrics, "CELLS_ABOVE_ROWS", 100)
    quick = measure(rows, draws=400)

    for name in ("auc", "average_precision", "brier", "ece", "f05", "f2", "precision_strong"):
        assert quick[name].value == slow[name].value
        width = slow[name].high - slow[name].low
        assert quick[name].low == pytest.approx(slow[name].low, abs=0.2 * width), name
        assert quick[name].high == pytest.approx(slow[name].high, abs=0.2 * width), name


@pytest.mark.parametrize("above", [100, 1_000_000])
def test_a_rule_of_two_scores_is_judged_on_two_bins(monkeypatch: pytest.MonkeyPatch, above: int) -> None:
    """Bins that cut equal scores by the order of their rows made an error that its own interval did not hold."""
    monkeypatch.setattr(metrics, "CELLS_ABOVE_ROWS", above)
    random = np.random.default_rng(5)
    alert = random.random(4_000) < 0.03
    labels = (random.random(4_000) < np.where(alert, 0.3, 0.04)).astype(float)
    log_odds = np.log(np.where(alert, 0.2 / 0.8, 0.05 / 0.95))

    found = measure(Judged(labels, log_odds, np.arange(4_000), alert, alert), draws=200)["ece"]

    gap = sum(abs((sigmoid(log_odds) - labels)[side].sum()) for side in (alert, ~alert)) / 4_000
    assert found.value == pytest.approx(gap)
    assert found.low <= found.value <= found.high


def test_one_outcome_only_gives_no_figure_rather_than_a_false_one() -> None:
    rows = judged()
    found = measure(Judged(np.zeros(600), rows.log_odds, rows.firms, rows.strong, rows.moderate), draws=5)

    assert np.isnan(found["auc"].value)
    assert found["auc"].to_json() == {"value": None, "low": None, "high": None}


def test_the_k_highest_of_each_departement_are_taken() -> None:
    log_odds = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    places = np.array(["13", "13", "13", "2A", "2A"])

    assert top_of_each(log_odds, places, 2).tolist() == [True, False, True, True, True]
    found = at_capacity(np.array([1.0, 1, 0, 0, 0]), log_odds, places, 1)
    assert found["precision"] == 0.5
    assert found["recall"] == 0.5


def test_reliability_has_bins_of_equal_mass_and_their_interval() -> None:
    rows = judged(rows=1_000)

    table = reliability(sigmoid(rows.log_odds), rows.labels)

    assert [one["rows"] for one in table] == [100.0] * 10
    assert all(one["low"] <= one["observed"] <= one["high"] for one in table)


def test_stability_is_null_for_the_same_shares_and_large_for_others() -> None:
    assert population_stability(np.array([5.0, 5]), np.array([50.0, 50])) == pytest.approx(0)
    assert population_stability(np.array([9.0, 1]), np.array([1.0, 9])) > 0.25
