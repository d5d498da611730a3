"""A model can learn the invented world, not too well; nothing can be learnt of the degenerate one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from tests.detection.invent.signal import World, auc
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent

SIX_THOUSAND = Options(firms=6_000, outside=0, seed=2, truth=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return _world(tmp_path_factory.mktemp("signal"), SIX_THOUSAND)


@pytest.fixture(scope="module")
def degenerate(tmp_path_factory: pytest.TempPathFactory) -> World:
    return _world(tmp_path_factory.mktemp("degenerate"), replace(SIX_THOUSAND, degenerate=True))


def _world(folder: Path, options: Options) -> World:
    invent(options, folder)
    return World(folder / "truth" / "2026-10" / "truth.parquet")


def test_a_plain_regression_reaches_the_auc_of_the_contract(world: World) -> None:
    features, labels, groups = world.sample()
    assert 0.77 <= auc(features[:, :3], labels, groups) <= 0.83


def test_the_base_rate_is_four_to_six_percent_a_year(world: World) -> None:
    assert 0.04 <= world.yearly_rate() <= 0.06


def test_no_feature_alone_says_it_all(world: World) -> None:
    features, labels, _ = world.sample()
    assert roc_auc_score(labels, features[:, 3]) < 0.92  # the hidden variable itself


def test_nothing_predicts_in_the_degenerate_world(degenerate: World) -> None:
    features, labels, groups = degenerate.sample()
    assert 0.48 <= auc(features, labels, groups) <= 0.52
    for column in range(features.shape[1]):
        assert 0.48 <= roc_auc_score(labels, features[:, column]) <= 0.52


def test_the_degenerate_world_fails_as_often(degenerate: World) -> None:
    assert 0.04 <= degenerate.yearly_rate() <= 0.06
