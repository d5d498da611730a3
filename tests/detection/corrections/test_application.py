"""Applying corrections: caps, order, additivity, floors, shapes, groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.corrections.conftest import DOCUMENT
from vigie.detection.corrections.application import Adjusted, Thresholds, apply, levels, logit
from vigie.detection.corrections.checks import CorrectionRefused
from vigie.detection.corrections.correction import Correction, read_correction
from vigie.detection.corrections.effects import Contributions, positions
from vigie.kernel.period import Month

Make = Callable[..., Correction]
MONTH = Month(2026, 1)
THRESHOLDS = Thresholds(strong=0.3, moderate=0.15)
NAN = float("nan")


def contributions(by_family: Any, by_feature: Any = None) -> Contributions:
    families = np.array(by_family, dtype=float)
    features = np.array(by_feature, dtype=float) if by_feature is not None else np.zeros((len(families), 1))
    return Contributions(("ratio",), features, ("finance", "urssaf_debt")[: families.shape[1]], families)


def applied(corrections: list[Correction], frame: Any, given_by_model: Contributions, log_odds: Any) -> Adjusted:
    return apply(
        corrections, frame, given_by_model, np.array(log_odds, dtype=float), thresholds=THRESHOLDS, month=MONTH
    )


def test_without_correction_nothing_moves() -> None:
    found = applied([], {}, contributions([[0.5]]), [-2.0])
    assert found.log_odds.tolist() == [-2.0]
    assert found.effects.shape == (1, 0)
    assert found.codes_applied() == [[]]


def test_an_added_curve_is_straight_between_points_and_flat_outside(correction: Make) -> None:
    one = correction(
        kind="shape_edit", parameters={"feature": "ratio", "points": [[0, 0], [2, 0.5], [4, 0]], "missing": -0.1}
    )
    found = applied([one], {"ratio": [-5, 0, 1, 2, 3, 9, NAN]}, contributions([[0.0]] * 7), [-2] * 7)
    assert found.effects[:, 0] == pytest.approx([0, 0, 0.25, 0.5, 0.25, 0, -0.1])


def test_a_replaced_curve_takes_the_place_of_the_models_between_its_ends(correction: Make) -> None:
    """The model says 0.3 everywhere; drawn: 0 at 0 to 1 at 2. At 1 the drawing says 0.5: + 0.2."""
    one = correction(kind="shape_edit", parameters={"feature": "ratio", "points": [[0, 0], [2, 1]], "mode": "replace"})
    model = contributions([[0.3]] * 5, [[0.3]] * 5)
    found = applied([one], {"ratio": [-1, 0, 1, 2, 3]}, model, [-2] * 5)
    assert found.effects[:, 0] == pytest.approx([0, -0.3, 0.2, 0.7, 0])


def test_a_family_that_counts_half_loses_half(correction: Make) -> None:
    one = correction(kind="family_scale", parameters={"family": "finance", "factor": 0.5})
    found = applied([one], {}, contributions([[0.8, 0.1], [-0.4, 0.1], [6.0, 0.0]]), [-1, -1, -1])
    assert found.effects[:, 0] == pytest.approx([-0.4, 0.2, -1.0])


def test_floors_come_last_and_never_lift_by_more_than_one(correction: Make) -> None:
    floor = correction(code="plancher", kind="floor", parameters={"minimum": -2.0})
    shift = correction(code="decalage", parameters={"effect": 0.5})
    found = applied([floor, shift], {}, contributions([[0.0]] * 3), [-1.0, -2.8, -5.0])
    assert found.codes == ("decalage", "plancher")
    assert found.effects.tolist() == [[0.5, 0.0], [0.5, pytest.approx(0.3)], [0.5, 1.0]]
    assert found.codes_applied()[0] == ["decalage"]


def test_a_ceiling_wins_over_a_floor(correction: Make) -> None:
    floor = correction(code="plancher", kind="floor", parameters={"minimum": -1.0})
    ceiling = correction(code="plafond", kind="floor", parameters={"maximum": -1.5})
    found = applied([floor, ceiling], {}, contributions([[0.0]] * 2), [-2.0, -1.2])
    assert found.log_odds == pytest.approx([-1.5, -1.5])


def test_an_effect_in_level_steps_is_capped_too(correction: Make) -> None:
    one = correction(parameters={"effect": 2, "unit": "level_step"})
    assert THRESHOLDS.level_step == pytest.approx(0.8873032)
    assert applied([one], {}, contributions([[0.0]]), [-2.0]).effects[0, 0] == 1.0


def test_two_versions_of_one_code_are_not_applied_together(correction: Make) -> None:
    with pytest.raises(CorrectionRefused, match="Deux versions"):
        applied([correction(version=1), correction(version=2)], {}, contributions([[0.0]]), [-2.0])


def test_members_of_a_group_must_agree_on_its_bounds(correction: Make) -> None:
    first = correction(code="aaa", parameters={"effect": 0.5, "group": {"code": "g", "low": -1, "high": 1}})
    second = correction(code="bbb", parameters={"effect": 0.5, "group": {"code": "g", "low": -1, "high": 0.5}})
    with pytest.raises(CorrectionRefused, match="mêmes bornes"):
        applied([first, second], {}, contributions([[0.0]]), [-2.0])


def test_a_column_that_the_month_lacks_is_named(correction: Make) -> None:
    with pytest.raises(CorrectionRefused, match="« dette »"):
        applied([correction(scope={"feature": "dette", "above": 1})], {}, contributions([[0.0]]), [-2.0])


@pytest.mark.parametrize("library", [pd.DataFrame, pa.table, dict])
def test_any_kind_of_table_will_do(correction: Make, library: Callable[[Any], Any]) -> None:
    one = correction(
        scope={"region": ["84"], "feature": "ratio", "above": 1, "all": [{"feature": "flag", "equals": True}]}
    )
    frame = library(
        {"region": ["84", "84", "11", None], "ratio": [2.0, None, 2.0, 2.0], "flag": [True, True, True, None]}
    )
    found = applied([one], frame, contributions([[0.0]] * 4), [-2] * 4)
    assert found.effects[:, 0].tolist() == [0.5, 0, 0, 0]


def test_places_in_a_group_share_ties() -> None:
    found = positions(np.array([5.0, 1, 3, 3, 7, 9]), np.array(["a", "a", "a", "a", "b", "c"]))
    assert found == pytest.approx([1, 0, 0.5, 0.5, 1, 1])
    assert positions(np.array([]), np.array([], dtype=str)).tolist() == []


def test_a_score_on_a_threshold_goes_up() -> None:
    assert levels(logit(np.array([0.3, 0.15, 0.1499])), THRESHOLDS).tolist() == ["strong", "moderate", "none"]


SCOPES: list[dict[str, Any]] = [
    {}, {"naf_section": ["C"]}, {"feature": "ratio", "above": 0.5}, {"not": {"feature": "ratio", "at_most": 0}},
    {"main_family_is_not": "finance"},
]  # fmt: skip
GROUP = {"code": "g", "low": -0.6, "high": 0.8}
EFFECTS: list[dict[str, Any]] = [
    {"kind": "offset", "parameters": {"effect": 0.9}},
    {"kind": "offset", "parameters": {"effect": -1.0}},
    {"kind": "offset", "parameters": {"effect": 0.7, "group": GROUP}},
    {"kind": "offset", "parameters": {"effect": -0.7, "group": GROUP}},
    {"kind": "offset", "parameters": {"effect": 2, "unit": "level_step"}},
    {"kind": "offset", "parameters": {"effect_by": {"column": "naf_section", "effects": {"C": 0.3, "F": -0.3}}}},
    {"kind": "shape_edit", "parameters": {"feature": "ratio", "points": [[-1, -1], [1, 1]]}},
    {"kind": "shape_edit", "parameters": {"feature": "ratio", "points": [[-1, -9], [1, 9]], "mode": "replace"}},
    {"kind": "family_scale", "parameters": {"family": "finance", "factor": 3}},
    {"kind": "floor", "parameters": {"minimum": -1}},
    {"kind": "floor", "parameters": {"minimum": -3, "maximum": 0.5}},
]
CHOICES = st.lists(st.tuples(st.sampled_from(SCOPES), st.sampled_from(EFFECTS)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(chosen=CHOICES, seed=st.integers(0, 1000), order=st.randoms())
def test_caps_order_and_sum_hold_for_any_corrections(chosen: list[Any], seed: int, order: Any) -> None:
    rng = np.random.default_rng(seed)
    rows = 20
    by_family = rng.normal(0, 1.5, (rows, 2))
    by_feature = rng.normal(0, 2, (rows, 1))
    base = -3.0
    log_odds = base + by_family.sum(axis=1)
    ratio = np.where(rng.random(rows) < 0.2, NAN, rng.normal(0, 1, rows))
    frame = {"naf_section": rng.choice(["C", "F", "G"], rows), "ratio": ratio}
    corrections = [
        read_correction({**DOCUMENT, "code": f"regle_{rank}", "scope": scope, **effect})
        for rank, (scope, effect) in enumerate(chosen)
    ]
    model = contributions(by_family, by_feature)
    found = applied(corrections, frame, model, log_odds)
    assert (np.abs(found.effects) <= 1 + 1e-12).all()
    assert (np.abs(found.effects.sum(axis=1)) <= 1.5 + 1e-12).all()
    assert np.abs(base + by_family.sum(axis=1) + found.effects.sum(axis=1) - found.log_odds).max() < 1e-9
    assert (found.applied | (found.effects == 0)).all()
    mixed = corrections.copy()
    order.shuffle(mixed)
    again = applied(mixed, frame, model, log_odds)
    assert again.codes == found.codes
    assert (again.effects == found.effects).all()
