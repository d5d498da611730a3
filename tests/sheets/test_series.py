"""Monthly series worked by hand: the examples of follow-up.md 3.3, then each rule of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from vigie.detection.sources.delai import SOURCE
from vigie.sheets.rules import series
from vigie.sheets.rules.series import Plan

MONTHS = [date(2026, month, 1) for month in range(1, 5)]
MARCH = date(2026, 3, 31)


def rows(*figures: Any, siret: str = "A", column: str = "value") -> list[dict[str, Any]]:
    """January to April of an establishment; None is a month without figure."""
    return [{"siret": siret, "month": month, column: x} for month, x in zip(MONTHS, figures, strict=True)]


def test_contributions_go_forward_and_stop_at_the_freshness_month() -> None:
    found = series.contributions(rows(1000, None, 1200, None), "value", MONTHS, MARCH)

    assert found == [1000, 1000, 1200, None]


def test_debt_goes_forward_and_stops_at_the_freshness_month() -> None:
    assert series.debt(rows(500, 600, None, None), "value", MONTHS, MARCH) == [500, 600, 600, None]


def test_workforce_is_not_carried_and_stops_at_the_freshness_month() -> None:
    assert series.headcount(rows(42, None, 40, 41), "value", MONTHS, MARCH) == [42, None, 40, None]


def test_months_of_short_time_work_in_a_row_are_one_spell() -> None:
    def months(*figures: Any, siret: str = "A") -> list[dict[str, Any]]:
        return [row | {"used_fte": row["value"], "authorised_fte": 20} for row in rows(*figures, siret=siret)]

    apart = [row for row in months(5, 8, None, 3) if row["value"]]
    beside = months(2, None, None, None, siret="B")[:1]

    found = [(one.first.month, one.last.month, one.used, one.authorised) for one in series.spells(apart + beside)]
    assert found == [(1, 2, 8, 40), (4, 4, 3, 20)]  # January 5 + 2, February 8; April alone


def test_each_establishment_is_carried_before_debts_are_added() -> None:
    both = rows(500, None, None, None) + rows(None, 50, None, 70, siret="B")

    # A: 500, 500, 500; B: nothing, 50, 50; April is after the freshness month.
    assert series.debt(both, "value", MONTHS, MARCH) == [500, 550, 550, None]


def test_contributions_are_added_before_they_are_carried() -> None:
    both = rows(1000, 1000, None, None) + rows(200, None, None, None, siret="B")

    # January 1 200; February 1 000: B is not carried by itself; March takes February's sum.
    assert series.contributions(both, "value", MONTHS, MARCH) == [1200, 1000, 1000, None]


def test_what_was_known_before_the_window_is_carried_into_it() -> None:
    early = [{"siret": "A", "month": date(2025, 6, 1), "value": 300}]

    assert series.debt(early, "value", MONTHS, MARCH) == [300, 300, 300, None]


def test_without_freshness_nothing_is_cut_and_nothing_goes_beyond_the_last_row() -> None:
    assert series.debt(rows(500, None, 600, None)[:3], "value", MONTHS, None) == [500, 500, 600, None]


def test_short_time_work_adds_nulls_as_nothing_and_rounds() -> None:
    both = rows(1.26, None, 2.0, 3.0) + rows(2.0, None, None, 1.0, siret="B")

    assert series.short_time(both, "value", MONTHS, MARCH) == [3.3, None, 2.0, None]


def test_a_month_of_full_time_work_is_151_67_hours() -> None:
    assert series.fte(Decimal("1516.70")) == Decimal("10.0")
    assert series.fte(Decimal("227.5")) == Decimal("1.5")  # 227.5 ÷ 151.67 = 1.49997


def plan(siret: str, created: date, due: date | None, amount: int, stage: str = "APPROB") -> Plan:
    return Plan(siret, created, due, Decimal(amount), stage=stage)


def test_the_latest_plan_of_an_establishment_counts_and_establishments_are_added() -> None:
    plans = [
        plan("A", date(2025, 12, 10), date(2026, 2, 15), 1000),
        plan("A", date(2026, 2, 3), date(2026, 6, 1), 400),  # latest from February on
        plan("B", date(2026, 3, 20), None, 50),  # begins in March, has no end
        plan("B", date(2026, 1, 5), date(2026, 4, 1), 9999, stage="PRO PR"),  # only proposed
    ]

    assert series.payment_plans(plans, MONTHS, MARCH) == [Decimal(1000), Decimal(400), Decimal(450), None]


def test_a_plan_with_the_same_dates_is_the_same_plan() -> None:
    one = plan("A", date(2026, 1, 5), date(2026, 4, 1), 100)

    assert series.known_plans([one, one]) == [one]
    assert series.payment_plans([one, one], MONTHS, MARCH) == [Decimal(100)] * 3 + [None]


def test_a_plan_asked_for_or_refused_is_told_as_such_and_does_not_run() -> None:
    refused = plan("A", date(2026, 1, 5), date(2026, 4, 1), 100, stage="REFUS")
    asked, granted = (plan("B", date(2026, 1, 9), date(2026, 4, 1), 70, stage=stage) for stage in ("DEBUT", "APPROB"))

    assert [one.said for one in series.known_plans([refused, asked, granted])] == ["refusé", "accordé"]
    assert series.payment_plans([refused, asked], MONTHS, MARCH) == [None] * 4
    assert series.payment_plans([refused, asked, granted], MONTHS, MARCH) == [Decimal(70)] * 3 + [None]


def test_the_stages_of_a_plan_are_said_with_the_words_of_its_source() -> None:
    stage = next(column for column in SOURCE.columns if column.name == "stage")

    assert stage.codes == series.PLAN_STAGES


def test_months_shown_are_the_last_one_and_the_24_before() -> None:
    shown = series.months_until(date(2026, 10, 1))

    assert (len(shown), shown[0], shown[-1]) == (25, date(2024, 10, 1), date(2026, 10, 1))


def debts(siret: str, *pairs: tuple[int | None, int | None]) -> list[dict[str, Any]]:
    return [
        {"siret": siret, "month": month, "employee_debt_eur": a, "employer_debt_eur": b}
        for month, (a, b) in zip(MONTHS, pairs, strict=False)
    ]


def test_an_establishment_is_in_debt_when_its_last_known_row_is() -> None:
    assert series.in_debt(debts("A", (0, 10), (0, 0)), "A", MARCH) is False
    assert series.in_debt(debts("A", (0, 0), (None, 5)), "A", MARCH) is True
    assert series.in_debt(debts("A", (0, 0), (0, 0), (0, 0), (9, 9)), "A", MARCH) is False  # April is not known yet
    assert series.in_debt(debts("A", (None, None)), "A", MARCH) is None
    assert series.in_debt(debts("B", (1, 1)), "A", MARCH) is None


def test_how_long_a_debt_has_been_rising() -> None:
    assert series.rising_for([5, 4, 6, 7, None]) == 2
    assert series.rising_for([5, 5]) == 0
    assert series.rising_for([None]) == 0
    assert series.latest([1, None, 3, None]) == 3
    assert series.latest([None]) is None
