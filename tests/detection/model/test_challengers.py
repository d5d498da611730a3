"""The others: the reference forest as it runs, and the blend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from tests.detection.model.factories import FEATURES, TINY, Table, table
from vigie.detection.model import challengers
from vigie.detection.model.calibrate import logit, sigmoid
from vigie.detection.model.challengers import Learning, oversampled
from vigie.detection.model.columns import Preparation
from vigie.detection.model.metrics import roc_auc


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challengers, "BOOSTING_ROUNDS", 30)


def learning(made: Table) -> Learning:
    return Learning(made.columns, made.labels, made.firms, made.months, FEATURES, TINY, 5)


def test_oversampling_reaches_its_share_and_keeps_every_survivor() -> None:
    labels = np.array([1.0] * 10 + [0.0] * 190)

    rows = oversampled(labels, 0.35, seed=1)

    assert labels[rows].mean() == pytest.approx(0.35, abs=0.003)
    assert (labels[rows] == 0).sum() == 190


def test_the_reference_forest_is_reproduced_exactly() -> None:
    """Depth 9, 100 trees, square root of the features, 35 % of failures, missing set to zero."""
    made = table(firms=120, months=2)
    found = challengers.reference_forest(learning(made)).log_odds(made.columns)

    matrix = Preparation.fit(made.columns, FEATURES, made.labels).matrix(made.columns)
    zeros = np.where(np.isnan(matrix), 0.0, matrix)
    rows = oversampled(made.labels, 0.35, 5)
    forest = RandomForestClassifier(n_estimators=100, max_depth=9, max_features="sqrt", random_state=5)
    expected = forest.fit(zeros[rows], made.labels[rows]).predict_proba(zeros)[:, 1]

    assert np.allclose(found, logit(np.clip(expected, 1e-4, 1 - 1e-4)))


def test_the_reference_forest_inflates_probabilities_and_the_plain_one_does_not() -> None:
    """Defect of the reference: oversampling announces what does not happen."""
    made, fresh = table(firms=400, months=3, seed=1, base=-4.2), table(firms=400, months=3, seed=2, base=-4.2)

    inflated = sigmoid(challengers.reference_forest(learning(made)).log_odds(fresh.columns)).mean()
    plain = sigmoid(challengers.plain_forest(learning(made)).log_odds(fresh.columns)).mean()

    assert inflated > fresh.labels.mean() + 0.08
    assert plain == pytest.approx(fresh.labels.mean(), abs=0.03)


@pytest.mark.parametrize("one", challengers.CHALLENGERS, ids=lambda one: one.code)
def test_each_challenger_ranks_and_is_the_same_for_the_same_seed(one: challengers.Challenger) -> None:
    made, fresh = table(firms=300, months=2, seed=1), table(firms=300, months=2, seed=2)

    found = one.fit(learning(made)).log_odds(fresh.columns)

    assert roc_auc(fresh.labels, found) > 0.65
    assert np.array_equal(found, one.fit(learning(made)).log_odds(fresh.columns))


def test_the_blend_is_the_calibrated_mean_of_both_log_odds() -> None:
    made = table(firms=300, months=2, seed=1)
    both = learning(made)
    glass_box, boosted = challengers.production(both), challengers.boosting_monotone(both)

    found = challengers.blend(both, glass_box, boosted)

    mean = (glass_box.log_odds(made.columns) + boosted.log_odds(made.columns)) / 2
    assert np.corrcoef(found.log_odds(made.columns), mean)[0, 1] == pytest.approx(1.0)
    assert found.held_out is not None
    known = ~np.isnan(found.held_out)
    assert sigmoid(found.held_out[known]).mean() == pytest.approx(made.labels[known].mean(), abs=1e-4)


def test_boosting_follows_the_direction_of_the_registry() -> None:
    made = table(firms=300, months=2, seed=1)
    fitted = challengers.boosting_monotone(learning(made))
    rising = {name: np.repeat(values[:1], 50) for name, values in made.columns.items()}
    rising["debt"] = np.linspace(0, 40_000, 50)

    assert (np.diff(fitted.log_odds(rising)) >= -1e-12).all()


def test_trivial_rules_give_the_rates_they_saw() -> None:
    made = table(firms=400, months=2, seed=1)
    columns = {
        **made.columns, "size_band": np.repeat("20-49", len(made.labels)),
        challengers.DEBT_RATIO: made.columns["debt"] / 5_000,
    }  # fmt: skip
    both = replace(learning(made), frame=columns)

    sector = sigmoid(challengers.sector_and_size(both).log_odds(columns))
    debt = sigmoid(challengers.debt_over_a_month(both).log_odds(columns))

    assert sector[made.columns["naf_section"] == "F"].mean() > sector[made.columns["naf_section"] == "C"].mean()
    assert set(np.round(debt, 9)) == set(np.round(np.unique(debt), 9))
    assert debt[columns[challengers.DEBT_RATIO] > 1].min() > debt[columns[challengers.DEBT_RATIO] <= 1].max()
