"""What reasons are made of: the right facts chosen, values written as they are read in French."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.detection.model.factories import FEATURES
from vigie.detection.model.explain import figure, month_of, raw_values, select


def test_the_three_most_aggravating_and_the_two_most_reassuring_are_chosen() -> None:
    contributions = np.array([[0.1, 0.9, -0.5, 0.3, 0.2, -0.01], [0.0, 0.01, 0.0, 0.0, 0.0, -0.2]])

    found = select(contributions)

    assert found.tolist() == [[1, 3, 4, 2, -1], [-1, -1, -1, 5, -1]]


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (-1_234.0, 0, "−1\u202f234"),
        (12.5, 1, "12,5"),
        (3.0, 1, "3"),
        (-0.2, 0, "0"),
        (1_000_000, 0, "1\u202f000\u202f000"),
    ],
)
def test_numbers_are_written_as_they_are_read_in_french(value: float, decimals: int, expected: str) -> None:
    assert figure(value, decimals) == expected


def test_values_are_given_as_delivered_and_months_named() -> None:
    frame = {
        "debt": [41_200.0], "debt_months": [2.0], "equity": [np.nan], "margin": [0.1], "naf_section": ["C"],
        "late": [1.0],
    }  # fmt: skip

    found = raw_values(frame, FEATURES)

    assert found[0][0] == 41_200.0
    assert np.isnan(found[2][0])
    assert found[4][0] == "C"
    assert month_of(date(2026, 6, 1)) == "juin 2026"
