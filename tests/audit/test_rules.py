"""What is out of the ordinary: each threshold from both sides, the figure and the threshold said."""

from __future__ import annotations

from typing import Any

import pytest

from vigie.audit.rules import Week, findings, is_night, volume_threshold


def week(**values: Any) -> Week:
    return Week(1, "Ada", "Urssaf", **values)


@pytest.mark.parametrize(
    ("former", "expected"), [((), 50), ((4, 6, 5), 50), ((20, 40, 30), 150), ((10, 11), 52), ((100,), 500)]
)
def test_the_volume_is_compared_with_the_median_of_the_agent(former: tuple[int, ...], expected: int) -> None:
    assert volume_threshold(former) == expected


@pytest.mark.parametrize(
    ("field", "kind", "threshold"),
    [
        ("sheets", "volume", 50), ("out_of_zone", "out_of_zone", 20), ("unlocks_other", "unlocks_other", 5),
        ("night_exports", "night_exports", 1), ("denials", "denials", 15),
    ],
)  # fmt: skip
def test_a_signal_comes_at_its_threshold_and_says_both_figures(field: str, kind: str, threshold: int) -> None:
    assert findings([week(**{field: threshold - 1})]) == []

    (found,) = findings([week(**{field: threshold})])

    assert (found.kind, found.figure, found.threshold) == (kind, threshold, threshold)
    assert str(threshold) in found.sentence


@pytest.mark.parametrize(("hour", "night"), [(20, False), (21, True), (0, True), (5, True), (6, False), (12, False)])
def test_night_goes_from_nine_in_the_evening_to_six(hour: int, night: bool) -> None:
    assert is_night(hour) is night


def test_findings_come_by_agent() -> None:
    weeks = [Week(2, "Bob", "", denials=20), Week(1, "Ada", "", denials=20, out_of_zone=20)]

    assert [(one.agent, one.kind) for one in findings(weeks)] == [
        ("Ada", "out_of_zone"), ("Ada", "denials"), ("Bob", "denials")
    ]  # fmt: skip
