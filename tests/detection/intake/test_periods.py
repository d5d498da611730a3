"""URSSAF dates and periods: the known cases, and properties over all that can be written."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.intake.shared_samples import calculation
from vigie.detection.intake.conversion import bounded, typed_expressions
from vigie.detection.sources.table import Column, Type

PERIOD = Column("periode", "period", Type.URSSAF_PERIOD, "")
DAY = Column("jour", "day", Type.URSSAF_DATE, "")
KNOWN_PERIODS = [
    ("201631", "2016-07-01", "2016-08-01"),
    ("2110", "2021-01-01", "2021-04-01"),
    ("202040", "2020-10-01", "2021-01-01"),
    ("1862", "2018-01-01", "2019-01-01"),
    ("0162", "2001-01-01", "2002-01-01"),
    ("5062", "1950-01-01", "1951-01-01"),
    ("6331", "1963-07-01", "1963-08-01"),
    ("2041", "2020-10-01", "2020-11-01"),
    ("202043", "2020-12-01", "2021-01-01"),
    ("199904", "1999-01-01", "1999-02-01"),
    *[
        (bad, None, None)
        for bad in ("", "56331", "564a", "2004101", "56a1", "202050", "202044", "202000", "221911", "2 11")
    ],
]
KNOWN_DAYS = [
    ("1160318", "2016-03-18"),
    ("990612", "1999-06-12"),
    ("1180203", "2018-02-03"),
    *[(bad, None) for bad in ("1180151", "0000000", "11A0203", "11a0101", "", "-990612", "3190101", "20180203")],
]


def _typed(column: Column, texts: list[str]) -> list[tuple[Any, ...]]:
    """The typed values of these texts, in order."""
    parts = ", ".join(f'{sql} AS "{name}"' for name, sql in typed_expressions(column, "text").items())
    limit = bounded(column)
    replace = f' REPLACE ({limit} AS "{column.name}")' if limit else ""
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE texts (rank INTEGER, text VARCHAR)")
        engine.executemany("INSERT INTO texts VALUES (?, ?)", list(enumerate(texts)))
        query = f"SELECT * EXCLUDE (rank) FROM (SELECT *{replace} FROM (SELECT rank, {parts} FROM texts)) ORDER BY rank"  # noqa: S608 (our own expressions)
        return engine.execute(query).fetchall()


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def test_known_periods() -> None:
    found = _typed(PERIOD, [text for text, _, _ in KNOWN_PERIODS])

    assert [(_iso(start), _iso(end)) for start, end in found] == [(start, end) for _, start, end in KNOWN_PERIODS]


def test_known_days() -> None:
    assert [_iso(day) for (day,) in _typed(DAY, [text for text, _ in KNOWN_DAYS])] == [day for _, day in KNOWN_DAYS]


def test_every_period_of_a_century_is_read_as_written() -> None:
    months = [(year, month) for year in range(1950, 2050) for month in range(1, 13)]
    texts = [f"{year}{(month + 2) // 3}{(month + 2) % 3 + 1}" for year, month in months]

    wanted = [(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)) for year, month in months]
    assert _typed(PERIOD, texts) == wanted
    assert _typed(PERIOD, [text[2:] for text in texts]) == wanted


def test_quarters_and_years_contain_their_months() -> None:
    texts = [f"{year}{quarter}0" for year in range(1950, 2050) for quarter in (1, 2, 3, 4)]

    for text, (start, end) in zip(texts, _typed(PERIOD, texts), strict=True):
        assert (start.year, start.month) == (int(text[:4]), 3 * (int(text[4]) - 1) + 1)
        assert (end.year - start.year) * 12 + end.month - start.month == 3
    for year, (start, end) in zip(
        range(1950, 2050), _typed(PERIOD, [f"{y}62" for y in range(1950, 2050)]), strict=True
    ):
        assert (start, end) == (date(year, 1, 1), date(year + 1, 1, 1))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.dates(date(1910, 1, 1), date(2099, 12, 31)), min_size=1, max_size=50))
def test_a_day_written_is_the_day_read(days: list[date]) -> None:
    assert [day for (day,) in _typed(DAY, [str(int(f"{day:%Y%m%d}") - 19_000_000) for day in days])] == days


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=30))
def test_any_text_is_read_or_null_and_a_period_has_both_ends(texts: list[str]) -> None:
    texts = [text.replace("\0", "").encode("utf-8", "ignore").decode() for text in texts]

    for start, end in _typed(PERIOD, texts):
        assert (start is None) is (end is None)
        assert start is None or start < end
    _typed(DAY, texts)


@pytest.mark.samples
@pytest.mark.parametrize("case", (calculation("dates_urssaf") or {}).get("periodes", []), ids=lambda case: case["code"])
def test_shared_periods(case: dict[str, str | None]) -> None:
    assert [tuple(map(_iso, row)) for row in _typed(PERIOD, [case["code"] or ""])] == [(case["debut"], case["fin"])]


@pytest.mark.samples
@pytest.mark.parametrize("case", (calculation("dates_urssaf") or {}).get("dates", []), ids=lambda case: case["code"])
def test_shared_days(case: dict[str, str | None]) -> None:
    assert [_iso(day) for (day,) in _typed(DAY, [case["code"] or ""])] == [case["date"]]
