"""The variant in time: who is at risk when, closures, and the use of the months the classifier must leave."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detection.model.factories import FEATURES, TINY, table
from vigie.detection.model.hazard import PERIODS, person_periods, score_hazard, train_hazard
from vigie.detection.model.metrics import roc_auc


def laid(event: float, closure: float, known: float) -> list[tuple[int, float, float]]:
    found = person_periods([event], [closure], [known])
    return sorted(zip(found.period.tolist(), found.failed.tolist(), found.closed.tolist(), strict=True))


def test_a_failure_in_the_eighth_month_is_seen_in_the_third_period_and_ends_the_follow_up() -> None:
    assert laid(8, np.nan, 24) == [(0, 0.0, 0.0), (1, 0.0, 0.0), (2, 1.0, 0.0)]


def test_a_recent_month_counts_for_the_periods_that_are_over_and_never_as_a_survival() -> None:
    """Rule L1: seven months known are two whole periods, not four."""
    assert laid(np.nan, np.nan, 7) == [(0, 0.0, 0.0), (1, 0.0, 0.0)]
    assert laid(np.nan, np.nan, 2) == []


def test_a_period_not_yet_over_counts_for_nobody_not_even_for_those_who_failed_in_it() -> None:
    """Counting the failures alone would say that everybody fails in the months that just passed."""
    assert laid(5, np.nan, 5) == [(0, 0.0, 0.0)]
    assert laid(np.nan, 5, 5) == [(0, 0.0, 0.0)]
    assert laid(2, np.nan, 2) == []


def test_a_failure_after_what_is_known_is_not_known() -> None:
    assert laid(9, np.nan, 6) == [(0, 0.0, 0.0), (1, 0.0, 0.0)]


def test_a_closure_is_a_competing_event() -> None:
    assert laid(np.nan, 5, 24) == [(0, 0.0, 0.0), (1, 0.0, 1.0)]


def test_probabilities_grow_with_the_horizon_and_rank_the_invented_truth() -> None:
    made = table(firms=700, months=4, seed=21)
    random = np.random.default_rng(1)
    rows = len(made.labels)
    event = np.where(made.labels == 1, random.integers(1, 19, rows), np.nan)
    closure = np.where(random.random(rows) < 0.05, random.integers(1, 19, rows), np.nan)
    known = np.where(made.months >= 2, 9, 24)  # the last months are censored

    hazard = train_hazard(
        made.columns, person_periods(event, closure, known), made.firms, made.months, FEATURES, TINY, seed=2
    )
    found = score_hazard(hazard, made.columns)

    assert (found.p6 <= found.p12).all()
    assert (found.p12 <= found.p18).all()
    assert len(hazard.closure) == len(PERIODS)
    assert found.p18.mean() == pytest.approx(made.labels.mean(), abs=0.05)
    assert roc_auc(made.labels, found.p18) > 0.7


def test_months_just_passed_do_not_make_failing_sure() -> None:
    """Of the last months only short periods are known: the level is set on months where all of them are."""
    made = table(firms=500, months=24, seed=8)
    random = np.random.default_rng(3)
    rows = len(made.labels)
    event = np.where(made.labels == 1, random.integers(1, 19, rows), np.nan)
    known = np.clip(23 - made.months, 0, 18).astype(float)

    hazard = train_hazard(
        made.columns, person_periods(event, np.full(rows, np.nan), known), made.firms, made.months, FEATURES, TINY,
        seed=2,
    )  # fmt: skip

    assert score_hazard(hazard, made.columns).p18.mean() == pytest.approx(made.labels.mean(), abs=0.05)
