"""Dry runs and backtests on small invented months."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from vigie.detection.corrections.application import Thresholds, logit
from vigie.detection.corrections.backtest import Cohort, backtest, weighted_average_precision
from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.effects import Contributions
from vigie.detection.corrections.simulation import Scene, curve, simulate, with_candidate
from vigie.kernel.period import Month
from vigie.kernel.siren import INVENTED_PREFIX

Make = Callable[..., Correction]


def scene(scores: list[float], **columns: Any) -> Scene:
    """Firms with given scores; the model's only feature is « ratio », worth its value over ten."""
    count = len(scores)
    frame = {
        "siren": np.array([INVENTED_PREFIX + str(rank).zfill(9 - len(INVENTED_PREFIX)) for rank in range(count)]),
        "region": np.array(["84"] * count), "departement": np.array(["69"] * count),
        "naf_section": np.array(["C"] * count), "ratio": np.arange(count, dtype=float), **columns,
    }  # fmt: skip
    by_feature = np.nan_to_num(frame["ratio"])[:, None] / 10
    return Scene(
        Month(2026, 1), frame, Contributions(("ratio",), by_feature, ("finance",), by_feature),
        logit(np.array(scores)), Thresholds(strong=0.3, moderate=0.1),
    )  # fmt: skip


def test_a_dry_run_counts_who_moves_where(correction: Make) -> None:
    """+ 0.5 in région 84: 0.07 → 0.11 (alert), 0.22 → 0.32 (strong), 0.01 stays; région 11 is not touched."""
    given = scene([0.07, 0.22, 0.01, 0.07], region=np.array(["84", "84", "84", "11"]))
    found = simulate(given, with_candidate([], correction(scope={"region": ["84"]})))
    assert (found["firms"], found["concerned"], found["up"], found["down"]) == (4, 3, 2, 0)
    assert found["levels_before"] == {"none": 3, "moderate": 1, "strong": 0}
    assert found["levels_after"] == {"none": 2, "moderate": 1, "strong": 1}
    assert found["transitions"] == [
        {"before": "none", "after": "moderate", "firms": 1}, {"before": "moderate", "after": "strong", "firms": 1},
    ]  # fmt: skip
    assert [(row["code"], row["concerned"], row["up"], row["strong_after"]) for row in found["by_region"]] == [
        ("84", 3, 2, 1), ("11", 0, 0, 0),
    ]  # fmt: skip
    assert [row["code"] for row in found["by_section"]] == ["C"]
    assert [row["level_after"] for row in found["firms_moving"]] == ["moderate", "strong"]
    assert found["firms_moving"][0]["score_after"] == pytest.approx(0.1104, abs=1e-4)
    assert found["effects"] == [{"code": "essai", "version": 1, "firms": 3, "mean": 0.5, "lowest": 0.5, "highest": 0.5}]
    assert json.loads(json.dumps(found)) == found


def test_the_version_in_force_is_not_counted_twice(correction: Make) -> None:
    other, former = correction(code="autre"), correction(version=1)
    pair = with_candidate([other, former], correction(version=2))
    assert [one.name for one in pair.before] == ["autre.v1"]
    assert [one.name for one in pair.after] == ["autre.v1", "essai.v2"]


def test_without_a_candidate_all_corrections_are_compared_to_none(correction: Make) -> None:
    found = simulate(scene([0.07]), with_candidate([correction(), correction(code="autre")], None))
    assert (found["up"], found["curve"], len(found["effects"])) == (1, None, 2)


def test_the_curve_is_shown_before_and_after(correction: Make) -> None:
    """Eleven firms, values 0 to 10, contribution value / 10; drawn: + 0 at 2, + 0.6 at 5, + 0 at 8; one unknown."""
    one = correction(
        kind="shape_edit",
        parameters={"feature": "ratio", "points": [[2, 0], [5, 0.6], [8.5, 0]], "missing": 0.2},
    )
    values = np.append(np.arange(11, dtype=float), np.nan)
    found = curve(scene([0.1] * 12, ratio=values), one)
    assert found is not None
    by_value = {point["value"]: point for point in found["points"]}
    assert (by_value[5.0]["before"], by_value[5.0]["after"]) == (pytest.approx(0.5), pytest.approx(1.1))
    assert by_value[10.0]["after"] == pytest.approx(1.0)
    assert (by_value[8.5]["before"], by_value[8.5]["firms"]) == (pytest.approx(0.85), 0)
    assert sum(point["firms"] for point in found["points"]) == 11
    assert found["missing"] == {"before": 0.0, "after": 0.2, "firms": 1}


def test_a_curve_of_a_feature_that_nobody_has_is_still_drawn(correction: Make) -> None:
    one = correction(kind="shape_edit", parameters={"feature": "ratio", "points": [[0, 0.1], [5, 0.6]]})
    found = curve(scene([0.1, 0.1], ratio=np.array([np.nan, np.nan])), one)
    assert found is not None
    assert [(point["value"], point["after"]) for point in found["points"]] == [(0.0, 0.1), (5.0, 0.6)]


def test_a_backtest_measures_the_difference_on_the_same_draws(correction: Make) -> None:
    """The correction raises section C, where the failures that the model does not see are."""
    random = np.random.default_rng(5)
    section = np.where(random.random(800) < 0.2, "C", "F")
    labels = (random.random(800) < np.where(section == "C", 0.4, 0.03)).astype(float)
    labels[:10] = np.nan
    given = scene(random.uniform(0.05, 0.35, 800).tolist(), naf_section=section)
    raised = correction(scope={"naf_section": ["C"]}, parameters={"effect": 1.0})
    found = backtest(Cohort(given, labels, "essai"), with_candidate([], raised), seed=1, draws=100)
    assert (found["possible"], found["firms"]) == (True, 790)
    precision = found["measures"][0]
    known = ~np.isnan(labels)
    assert precision["before"]["value"] == pytest.approx(
        average_precision_score(labels[known], given.log_odds[known]), abs=1e-6
    )
    assert precision["difference"]["low"] > 0
    assert precision["difference"]["value"] == pytest.approx(
        precision["after"]["value"] - precision["before"]["value"], abs=2e-6
    )
    again = backtest(Cohort(given, labels, "essai"), with_candidate([], raised), seed=1, draws=100)
    assert again == found


def test_too_few_failures_are_told_rather_than_measured(correction: Make) -> None:
    found = backtest(Cohort(scene([0.1] * 20), np.zeros(20), "essai"), with_candidate([], correction()))
    assert found["possible"] is False
    assert "0 défaillances" in found["reason_fr"]


def test_ties_are_taken_together_in_average_precision() -> None:
    labels, scores = np.array([1.0, 0, 1, 0]), np.array([1.0, 1, 0, 0])
    found = weighted_average_precision(np.ones((1, 4)), labels, scores)
    assert found[0] == pytest.approx(average_precision_score(labels, scores))
