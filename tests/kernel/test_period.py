from datetime import UTC, date, datetime

import pytest

from vigie.kernel.period import Month, paris_day, whole_days, years_before


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
