"""The rate expected for a list: moved as recent failures moved, and by nothing that was not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vigie.detection.model.forecast import Seen, expected_rate, monthly

CALIBRATION = np.arange(20, 26)
NOW = 48  # the last month known


def world(hazards: Any, firms: int = 4_000, seed: int = 0, now: int = NOW) -> Seen:
    """Firms that fail at the hazard of each calendar month; rows of months 20 to now − 1, as known at `now`."""
    random = np.random.default_rng(seed)
    drawn = random.random((firms, 60)) < hazards(np.arange(60))
    fails = np.where(drawn.any(axis=1), drawn.argmax(axis=1), 10_000)
    parts = []
    for month in range(20, now):
        alive = fails > month
        ahead = (fails[alive] - month).astype(float)
        known = min(now - month, 18)
        parts.append(
            (np.full(alive.sum(), month), np.where(ahead <= now - month, ahead, np.nan), known, np.flatnonzero(alive))
        )
    event = np.concatenate([part[1] for part in parts])
    known = np.concatenate([np.full(len(part[0]), part[2]) for part in parts]).astype(float)
    firms_seen = np.concatenate([part[3] for part in parts])
    return Seen(firms_seen, np.concatenate([part[0] for part in parts]), event, np.full(len(event), np.nan), known)


def test_a_rate_that_falls_by_a_half_is_seen() -> None:
    found = expected_rate(world(lambda month: np.where(month < 36, 0.006, 0.003)), CALIBRATION, 0.10)

    assert 0.045 < found < 0.065  # the calibration months saw some of the low ones


def test_a_steady_rate_is_left_alone() -> None:
    assert expected_rate(world(lambda month: np.full(len(month), 0.004)), CALIBRATION, 0.07) == pytest.approx(
        0.07, rel=0.08
    )


def test_a_few_events_move_it_little() -> None:
    small = expected_rate(world(lambda month: np.where(month < 36, 0.006, 0.0), firms=120), CALIBRATION, 0.10)

    assert 0.06 < small < 0.10


def test_nothing_of_the_future_counts() -> None:
    """The same past with another future gives the same rate: what is not known yet is nowhere in the sums."""
    calm = world(lambda month: np.where(month <= NOW, 0.005, 0.0))
    storm = world(lambda month: np.where(month <= NOW, 0.005, 0.5))

    assert expected_rate(calm, CALIBRATION, 0.08) == expected_rate(storm, CALIBRATION, 0.08)
    assert monthly(storm)[0].max() == NOW


def test_closures_leave_the_risk() -> None:
    followed = Seen(
        np.array([1, 2]), np.array([10, 10]), np.array([np.nan, 3.0]), np.array([2.0, np.nan]), np.array([12.0, 12.0])
    )

    months, events, exposed = monthly(followed)

    assert list(zip(months[:4], events[:4], exposed[:4], strict=True)) == [(11, 0, 2), (12, 0, 2), (13, 1, 1)]


def test_without_anything_known_the_rate_stays() -> None:
    nothing = Seen(np.empty(0), np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), np.empty(0))

    assert expected_rate(nothing, CALIBRATION, 0.05) == 0.05
