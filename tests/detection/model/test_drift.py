"""Drift: a stable table is silent, a source that stops is seen."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.detection.model.factories import FEATURES, table
from vigie.detection.model.drift import (
    STABLE,
    TO_ACT,
    TO_WATCH,
    Drift,
    Reference,
    feature_drift,
    score_drift,
    verdict,
    volume_change,
)


def drift_between(before: Any, now: Any) -> list[Drift]:
    stored = json.loads(json.dumps(Reference.of(before, FEATURES).to_json()))
    return feature_drift(Reference.from_json(stored), now, FEATURES)


def test_two_months_of_the_same_world_are_stable() -> None:
    before, now = table(firms=2_000, months=1, seed=1), table(firms=2_000, months=1, seed=2)

    assert {one.verdict for one in drift_between(before.columns, now.columns)} == {STABLE}


def test_a_source_that_stops_and_one_that_doubles_come_first() -> None:
    """The loss of a source in 2025 and the deferrals of 2020 would have been seen."""
    before, now = table(firms=2_000, months=1, seed=1), table(firms=2_000, months=1, seed=2)
    now.columns["margin"][:] = np.nan
    now.columns["debt"][:] = now.columns["debt"] * 2 + 5_000

    found = drift_between(before.columns, now.columns)

    assert {one.feature for one in found[:2]} == {"margin", "debt"}
    assert all(one.verdict == TO_ACT for one in found[:2])
    assert next(one for one in found if one.feature == "margin").missing_now == 1.0


def test_verdicts_follow_the_usual_limits() -> None:
    assert [verdict(0.05, 0.0), verdict(0.1, 0.0), verdict(0.25, 0.0), verdict(0.0, 0.2)] == [
        STABLE, TO_WATCH, TO_ACT, TO_ACT,
    ]  # fmt: skip


def test_scores_and_volumes_are_compared() -> None:
    random = np.random.default_rng(0)

    assert score_drift(random.normal(size=5_000), random.normal(size=5_000)) < 0.02
    assert score_drift(random.normal(size=5_000), random.normal(1.0, 1.0, 5_000)) > 0.25
    assert volume_change({"strong": 100}, {"strong": 190, "moderate": 3}) == {
        "strong": pytest.approx(0.9), "moderate": float("inf"),
    }  # fmt: skip


def test_values_that_rise_and_names_never_met_are_seen() -> None:
    before, now = table(firms=2_000, months=1, seed=1), table(firms=2_000, months=1, seed=2)
    now.columns["equity"][:] = now.columns["equity"] + 2
    now.columns["naf_section"][:800] = "Z"

    found = {one.feature: one for one in drift_between(before.columns, now.columns)}

    assert found["equity"].shift > 1
    assert abs(found["margin"].shift) < 0.5
    assert found["naf_section"].verdict == TO_ACT
