"""Training: the sample keeps the base rate, bags are apart by firm, nothing judged is learnt from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.detection.model.factories import FEATURES, TINY, rows_of, table
from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.columns import CATEGORY_MIN_ROWS, ModelFeature, Preparation
from vigie.detection.model.train import (
    Dealing,
    TrainedModel,
    TrainingRefused,
    group_hashes,
    sample_rows,
    score,
    train,
)


def test_the_sample_keeps_the_share_of_failures_and_whole_firms() -> None:
    made = table(firms=2_000, months=6)
    hashes, ranks = group_hashes(made.firms, 7), made.months
    kept = sample_rows(hashes, ranks, ~np.isnan(made.labels), replace(TINY, max_rows=3_000))

    assert 2_900 < len(kept) <= 3_000
    assert abs(made.labels[kept].mean() - made.labels.mean()) < 0.02
    for firm in np.unique(made.firms[kept])[:20]:
        months = made.months[kept][made.firms[kept] == firm]
        assert set(np.diff(np.sort(months))) <= {2}  # one month in two, none torn away


def test_oversampling_is_not_done() -> None:
    """Defect of the reference: 35 % of positives inflate the probabilities; here mean probability = base rate."""
    made = table(firms=500, months=4, seed=9)
    trained = train(made.columns, made.labels, made.firms, made.months, FEATURES, TINY, seed=0)

    assert abs(score(trained, made.columns).p18.mean() - made.labels.mean()) < 0.02
    assert trained.facts["base_rate"] == pytest.approx(made.labels.mean(), abs=1e-6)


def test_no_firm_is_judged_by_a_bag_that_saw_it() -> None:
    """Rule L3: calibration is fitted on firms absent from the bag that judges them."""
    made = table(firms=60, months=5)
    hashes = group_hashes(made.firms, 0)
    bags = Dealing.of(hashes, made.labels, 4).signs(hashes)

    for firm in np.unique(made.firms):
        assert len(np.unique(bags[made.firms == firm], axis=0)) == 1
    assert (np.sum(bags < 0, axis=1) == 1).all()


def test_censored_rows_are_left_out_and_never_zeros() -> None:
    """Rule L1: a month whose 18 months are not over has no label, and counts for nothing."""
    made = table(firms=300, months=4, seed=2)
    censored = np.where(made.months >= 2, np.nan, made.labels)
    half = rows_of(made, made.months < 2)

    found = train(made.columns, censored, made.firms, made.months, FEATURES, TINY, seed=1)
    alone = train(half.columns, half.labels, half.firms, half.months, FEATURES, TINY, seed=1)

    assert found.model.to_json() == alone.model.to_json()


def test_preparation_is_fitted_on_training_rows_only() -> None:
    """Defect L9: percentiles and orders of categories come from the rows given to train, whatever is scored after."""
    made = table(firms=300, months=2, seed=4)
    trained = train(made.columns, made.labels, made.firms, made.months, FEATURES, TINY, seed=1)
    wild = {name: values.copy() for name, values in made.columns.items()}
    wild["equity"][:5] = 1e9
    before = trained.to_json()

    found = score(trained, wild)

    assert trained.to_json() == before
    assert np.isfinite(found.log_odds).all()


def test_probabilities_are_near_the_truth_of_the_invented_law() -> None:
    made, fresh = table(firms=1_500, months=4, seed=11), table(firms=1_500, months=4, seed=12)
    trained = train(made.columns, made.labels, made.firms, made.months, FEATURES, TINY, seed=1)

    found = score(trained, fresh.columns).p18

    assert np.abs(found - sigmoid(fresh.truth)).mean() < 0.06


def test_shorter_horizons_come_from_the_months_to_the_event() -> None:
    made = table(firms=1_000, months=3, seed=13)
    random = np.random.default_rng(0)
    months_to_event = np.where(made.labels == 1, random.integers(1, 19, len(made.labels)), np.nan)

    trained = train(
        made.columns, made.labels, made.firms, made.months, FEATURES, TINY, seed=1, months_to_event=months_to_event
    )
    found = score(trained, made.columns)

    assert abs(found.p6.mean() - (months_to_event <= 6).mean()) < 0.01
    assert abs(found.p12.mean() - (months_to_event <= 12).mean()) < 0.01


def test_the_base_rate_moves_with_the_forecast(trained: TrainedModel) -> None:
    made = table()
    halved = trained.with_forecast(trained.calibration_rate / 2)

    shift = score(halved, made.columns).log_odds - score(trained, made.columns).log_odds

    assert np.ptp(shift) < 1e-9
    assert shift[0] < -0.6


def test_one_outcome_only_is_refused() -> None:
    made = table(firms=20, months=2)

    with pytest.raises(TrainingRefused, match="des deux issues"):
        train(made.columns, np.zeros_like(made.labels), made.firms, made.months, FEATURES, TINY)


def test_an_unknown_category_takes_the_place_of_the_rare_ones() -> None:
    feature = ModelFeature("sector", "identity", kind="category")
    rare = CATEGORY_MIN_ROWS - 1
    values = np.array(["A"] * 100 + ["B"] * 100 + ["C"] * rare + [""] * 10)
    preparation = Preparation.fit({"sector": values}, (feature,), np.zeros(len(values)))

    found = preparation.matrix({"sector": np.array(["A", "C", "Z", ""])})[:, 0]

    assert found[1] == found[2]
    assert found[0] != found[1]
    assert np.isnan(found[3])
