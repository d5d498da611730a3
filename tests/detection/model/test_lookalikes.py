"""Look-alikes: same sector and size, no unit outweighs the others, judged on firms followed afterwards."""

from __future__ import annotations

import numpy as np

from tests.detection.model.factories import FEATURES, Table, table
from vigie.detection.model.lookalikes import (
    Scaling,
    future_lift,
    nearest_accompanied,
    probable_need,
    shared_facts,
)


def world() -> tuple[Table, dict[str, np.ndarray], np.ndarray]:
    """Firms, their columns, and those that need help: high debt and low margin."""
    made = table(firms=3_000, months=1, seed=8)
    size = np.where(np.random.default_rng(1).random(3_000) < 0.5, "10-19", "20-49")
    needs = (made.columns["debt"] > 8_000) & (made.columns["margin"] < 0)
    return made, {**made.columns, "size_band": size}, needs


def test_neighbours_are_accompanied_of_the_same_sector_and_size_and_never_oneself() -> None:
    _, columns, needs = world()

    found = nearest_accompanied(columns, needs, FEATURES)

    for row in np.flatnonzero((found.nearest >= 0).any(axis=1))[:200]:
        for other in found.nearest[row][found.nearest[row] >= 0]:
            assert needs[other]
            assert other != row
            assert columns["naf_section"][row] == columns["naf_section"][other]
            assert columns["size_band"][row] == columns["size_band"][other]
    assert (np.diff(found.distances, axis=1)[~np.isnan(found.distances[:, 1:])] >= 0).all()


def test_nobody_accompanied_gives_nobody_alike() -> None:
    _, columns, needs = world()

    found = nearest_accompanied(columns, np.zeros_like(needs), FEATURES)

    assert (found.nearest == -1).all()
    assert np.isnan(probable_need(columns, np.zeros_like(needs), FEATURES, np.arange(len(needs)), 0)).all()


def test_firms_accompanied_afterwards_come_first() -> None:
    """Known firms are few and chosen by nobody's rule: the lift is read on those followed later."""
    made, columns, needs = world()
    random = np.random.default_rng(3)
    now = needs & (random.random(len(needs)) < 0.3)
    later = needs & ~now
    departements = random.choice(["13", "59", "2A"], len(needs))

    need = probable_need(columns, now, FEATURES, made.firms, seed=1)
    found = future_lift(need, later, now, departements)

    assert found["lift"] > 2
    assert need[later].mean() > 2 * need[~needs].mean()


def test_what_two_firms_share_is_what_sets_both_apart() -> None:
    _, columns, _ = world()
    columns["debt"][:2], columns["margin"][:2] = 90_000.0, np.array([-3.0, 3.0])
    scaling = Scaling.fit(columns, FEATURES)

    found = shared_facts(scaling, scaling(columns), np.array([0, 1]), np.array([1, 0]))

    assert next(one.code for one, _ in found[0]) in ("debt", "debt_months")
    assert {side for one, side in found[0] if one.code == "debt"} == {1}
    assert "margin" not in [one.code for one, _ in found[0]]
    assert found[0] == found[1]
