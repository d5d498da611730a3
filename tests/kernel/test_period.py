from datetime import UTC, date, datetime

import pytest

from vigie.kernel.period import (
    Month,
    easter,
    is_working_day,
    paris_day,
    public_holidays,
    whole_days,
    working_days_between,
    years_before,
)


def test_month_crosses_the_year() -> None:
    assert str(Month.parse("2026-11").plus(3)) == "2027-02"
    assert Month(2026, 1).plus(-1) == Month(2025, 12)


@pytest.mark.parametrize("text", ["2026-13", "2611", "2026-1", "2026/10", ""])
def test_not_a_month(text: str) -> None:
    with pytest.raises(ValueError, match="ISO month"):
        Month.parse(text)


def test_day_is_the_day_in_paris() -> None:
    assert paris_day(datetime(2026, 7, 14, 22, 30, tzinfo=UTC)) == date(2026, 7, 15)
    assert paris_day(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == date(2026, 12, 31)


def test_whole_days_through_the_change_of_hour() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)

    assert whole_days(start, datetime(2026, 3, 29, 11, 59, tzinfo=UTC)) == 0
    assert whole_days(start, datetime(2026, 3, 29, 12, tzinfo=UTC)) == 1


def test_years_before_29_february() -> None:
    assert years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)


@pytest.mark.parametrize(
    "day",
    [
        date(1954, 4, 18), date(1981, 4, 19), date(2000, 4, 23), date(2024, 3, 31), date(2025, 4, 20),
        date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25), date(2285, 3, 22),
    ],
)  # fmt: skip
def test_easter(day: date) -> None:
    assert easter(day.year) == day


def test_the_eleven_holidays_of_a_year() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25),
        date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25),
    ]  # fmt: skip


def test_a_holiday_and_a_saturday_are_not_worked() -> None:
    days = [date(2026, 5, 14), date(2026, 5, 15), date(2026, 5, 16)]

    assert [is_working_day(day) for day in days] == [False, True, False]


@pytest.mark.parametrize(("start", "end", "count"), [
    (date(2026, 12, 31), date(2027, 1, 4), 1), (date(2028, 2, 28), date(2028, 3, 1), 2),
    (date(2026, 9, 11), date(2026, 9, 13), 0), (date(2026, 9, 11), date(2026, 9, 10), 0),
    (date(2026, 12, 24), date(2026, 12, 28), 1), (date(2026, 4, 3), date(2026, 4, 7), 1),
])  # fmt: skip
def test_working_days(start: date, end: date, count: int) -> None:
    assert working_days_between(start, end) == count
