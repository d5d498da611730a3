"""The glass box: exact sums, same numbers as the library that grew it, stored and read back without loss."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from tests.detection.model.factories import FEATURES, TINY, Table, table
from vigie.detection.model.additive import AdditiveModel, ModelRefused, discretise, extracted, monotone
from vigie.detection.model.calibrate import logit
from vigie.detection.model.columns import Preparation
from vigie.detection.model.train import Dealing, TrainedModel, fit_bags, group_hashes, score, train


def test_base_and_contributions_add_up_to_the_probability(trained: TrainedModel, learnt: Table) -> None:
    found = score(trained, learnt.columns)

    assert np.abs(found.base + found.by_family.sum(axis=1) - logit(found.p18)).max() < 1e-6
    assert np.abs(found.base + found.by_feature.sum(axis=1) - logit(found.p18)).max() < 1e-6
    assert (found.low <= found.p18).all()
    assert (found.p18 <= found.high).all()
    assert (found.p6 <= found.p12).all()
    assert (found.p12 <= found.p18).all()


def test_look_up_equals_the_library_that_grew_it() -> None:
    made = table(firms=150, months=3, seed=5)
    preparation = Preparation.fit(made.columns, FEATURES, made.labels)
    matrix = preparation.matrix(made.columns)
    hashes = group_hashes(made.firms, 1)
    bags = Dealing.of(hashes, made.labels, TINY.bags).signs(hashes)
    free = [0] * len(FEATURES)  # without the second monotone pass, which the library does not know
    fitted = fit_bags(matrix, made.labels, bags, preparation, TINY, seed=1)

    model = extracted(fitted, preparation, free, {})

    assert np.abs(model.term_scores(matrix) - fitted.eval_terms(matrix)).max() < 1e-9
    on_cuts = np.column_stack([np.resize(cuts, 50) if len(cuts) else np.zeros(50) for cuts in model.cuts])
    assert np.abs(model.term_scores(on_cuts) - fitted.eval_terms(on_cuts)).max() < 1e-9
    raw = model.intercept + model.term_scores(matrix).sum(axis=1)
    assert np.abs(raw - fitted.decision_function(matrix)).max() < 1e-9


def test_stored_and_read_back_it_scores_the_same(trained: TrainedModel, learnt: Table) -> None:
    again = TrainedModel.from_json(trained.to_json(), [one.code for one in FEATURES])

    assert np.array_equal(score(again, learnt.columns).log_odds, score(trained, learnt.columns).log_odds)
    assert again.to_json() == trained.to_json()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(trained: TrainedModel, learnt: Table) -> None:
    same = train(learnt.columns, learnt.labels, learnt.firms, learnt.months, FEATURES, TINY, seed=3)
    other = train(learnt.columns, learnt.labels, learnt.firms, learnt.months, FEATURES, TINY, seed=4)

    assert same.to_json() == trained.to_json()
    assert other.to_json() != trained.to_json()


def test_an_altered_model_is_refused(trained: TrainedModel) -> None:
    stored = json.loads(trained.model.to_json())
    stored["intercept"] += 0.1

    with pytest.raises(ModelRefused, match="empreinte"):
        AdditiveModel.from_json(json.dumps(stored))


def test_a_model_for_other_features_is_refused_by_name(trained: TrainedModel) -> None:
    announced = [one.code for one in FEATURES if one.code != "equity"] + ["paydex"]

    with pytest.raises(ModelRefused, match=r"equity.*paydex"):
        TrainedModel.from_json(trained.to_json(), announced)


def test_curves_follow_the_direction_of_the_registry(trained: TrainedModel) -> None:
    for code, direction in (("debt", 1), ("equity", -1)):
        _, scores, _ = trained.model.curve(code)

        assert all(direction * (after - before) >= -1e-9 for before, after in pairwise(scores))


def test_pairs_stay_inside_one_family(trained: TrainedModel) -> None:
    pairs = [term for term in trained.model.terms if len(term.features) == 2]

    assert pairs
    for term in pairs:
        assert len({FEATURES[index].family for index in term.features}) == 1


def test_missing_is_a_bin_of_its_own_and_never_zero() -> None:
    """Defect L10: a firm without accounts is not a firm whose ratios are 0."""
    assert discretise(np.array([np.nan, -1.0, 0.0, 5.0]), np.array([0.0, 2.0])).tolist() == [0, 1, 2, 3]


def test_monotone_pools_what_goes_backwards_and_leaves_missing_alone() -> None:
    found = monotone(np.array([9.0, 0.0, 2.0, 1.0, 3.0]), np.array([1.0, 1, 1, 1, 1]), 1)

    assert found.tolist() == [9.0, 0.0, 1.5, 1.5, 3.0]
