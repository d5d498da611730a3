"""The drift of a month in words: what moved, how much it weighs, what is to be done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tests.detection.model.factories import FEATURES, table
from vigie.detection.model.drift import Reference
from vigie.detection.release import drifting
from vigie.detection.release.history import History

CODES = tuple(one.code for one in FEATURES)


def month(columns: dict[str, Any], heavy: str, log_odds: Any) -> Any:
    """A month whose scores come from one feature above all."""
    by_feature = np.full((len(log_odds), len(CODES)), 0.01)
    by_feature[:, CODES.index(heavy)] = 1.0
    scores = SimpleNamespace(features=CODES, by_feature=by_feature, log_odds=log_odds)
    return SimpleNamespace(firms=columns, scores=scores)


def found(changed: dict[str, float], heavy: str = "debt", shift: float = 0.0) -> drifting.Drifting:
    before, now = table(firms=1_500, months=1, seed=1), table(firms=1_500, months=1, seed=2)
    for code, more in changed.items():
        now.columns[code] = now.columns[code] + more
    reference = Reference.of(before.columns, FEATURES, before.truth)
    return drifting.drifting(reference, month(now.columns, heavy, now.truth + shift), FEATURES, 0.25)


def test_same_world_says_so() -> None:
    one = found({})

    assert one.passed
    assert one.moved == ()
    assert "ressemblent" in one.meaning_fr


def test_feature_that_moved_and_weighs_is_above_the_limit() -> None:
    one = found({"debt": 20_000.0})

    assert not one.passed
    assert one.moved[0].sentence_fr.startswith("Dette Urssaf : valeurs plus hautes qu’à l’apprentissage (indice ")
    assert "--retrain" in one.meaning_fr
    assert one.weight_moved > 0.9


def test_feature_that_moved_and_weighs_little_is_watched() -> None:
    one = found({"debt": 20_000.0}, heavy="margin")

    assert one.passed
    assert "pèsent peu" in one.meaning_fr


def test_missing_values_are_told_and_scores_compared() -> None:
    one = found({"margin": np.nan})
    assert "manquantes 0\u00a0% puis 100\u00a0%" in one.moved[0].sentence_fr

    assert not found({}, shift=3.0).passed


def test_table_and_facts_are_what_doors_expect() -> None:
    one = found({"debt": 20_000.0})

    rows = drifting.table(one)
    told = drifting.facts(one, {"model_id": "m", "training_window": {}}, [])

    assert rows["feature"].to_pylist() == sorted(CODES)
    assert rows["verdict"].to_pylist()[0] == "act"
    assert told["passed"] is False
    assert told["moved"][0]["feature"] == "debt"
    assert drifting.facts(None, {"model_id": "m"}, [])["measured"] is False


def test_volumes_by_level_and_region() -> None:
    former = pd.DataFrame({"siren": ["1", "2"], "level": ["strong", "none"], "score": [1, 0], "region": ["53", None]})
    entries = pa.table({"level": ["strong", "moderate", "none"], "region": ["53", "32", "32"]})

    assert drifting.volumes(entries, History(former, "x", frozenset(), {})) == [
        ["risque fort", 1, 1], ["risque modéré", 0, 1], ["pas d’alerte", 1, 1],
        ["alertes, région 32", 0, 1], ["alertes, région 53", 1, 1],
    ]  # fmt: skip
    assert drifting.volumes(entries, History(None, None, frozenset(), {})) == []
