"""Quarters, semesters and years of a report: read as they are written, each after the one before."""

from __future__ import annotations

from datetime import date

import pytest

from vigie.statistics.periods import WORDS, Kind, Period


@pytest.mark.parametrize("kind", Kind)
def test_a_period_is_read_as_it_is_written(kind: Kind) -> None:
    for rank in range(1, len(WORDS[kind].ranks) + 1):
        one = Period(2026, kind, rank)
        assert Period.parse(str(one)) == one
        assert [Period.of(month.first_day, kind) for month in one.months] == [one] * len(one.months)
        assert one.before().months[-1].plus(1) == one.months[0]
        assert len(one.before().months) == len(one.months)


def test_the_periods_of_a_day_hold_it() -> None:
    day = date(2026, 9, 30)
    told = {kind: Period.of(day, kind) for kind in Kind}
    assert {str(one): one.words for one in told.values()} == {
        "2026": "année 2026", "2026-2": "second semestre 2026", "2026-T3": "troisième trimestre 2026",
    }  # fmt: skip
    assert [str(month) for month in told[Kind.QUARTER].months] == ["2026-07", "2026-08", "2026-09"]


@pytest.mark.parametrize(
    "text", ["", "26", "2026-", "2026-0", "2026-3", "2026-T5", "2026-T", "2026-t1", "²026-1", "0000"]
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert Period.parse(text) is None
