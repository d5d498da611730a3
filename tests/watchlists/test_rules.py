"""The rules of lists, one by one: when a list opens, which change is too much, who reads what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from vigie.kernel.period import Month
from vigie.watchlists.rules import (
    ListFacts,
    Start,
    Told,
    change,
    checks,
    next_planned,
    only_refreshes,
    opens,
    shift,
    starts,
)

DAY = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("green", "approvals", "planned", "today", "expected"),
    [
        (True, 0, DAY, DAY, True),
        (True, 0, DAY, DAY - timedelta(days=1), False),
        (True, 0, None, DAY, False),
        (False, 0, DAY, DAY, False),
        (False, 1, DAY, DAY, False),
        (False, 2, DAY, DAY, True),
        (False, 2, DAY, DAY - timedelta(days=1), False),
        (False, 2, None, DAY, True),
        (True, 2, DAY, DAY - timedelta(days=1), False),
    ],
)
def test_when_a_list_opens(green: bool, approvals: int, planned: date | None, today: date, expected: bool) -> None:
    assert opens(all_green=green, approvals=approvals, planned_on=planned, today=today) is expected


@pytest.mark.parametrize(("firms", "passed"), [(100, True), (130, True), (131, False), (70, True), (69, False)])
def test_volume_changes_by_thirty_percent_at_most(firms: int, passed: bool) -> None:
    found = {one.name: one.passed for one in checks(ListFacts(firms, 10), ListFacts(100, 10), (), True)}

    assert found["volume"] is passed


def test_alerts_that_move_elsewhere_are_seen() -> None:
    before = ListFacts(1000, 100, by_region={"53": 50, "32": 50}, by_section={"C": 100})
    after = ListFacts(1000, 100, by_region={"53": 65, "32": 35}, by_section={"C": 100})

    wrong = [one.name for one in checks(after, before, (), True) if not one.passed]

    assert wrong == ["regions"]
    assert [one.name for one in checks(before, before, (), True) if not one.passed] == []


def test_first_list_is_compared_with_nothing() -> None:
    assert all(one.passed for one in checks(ListFacts(1000, 100), None, [Told("drift", True)], True))
    assert not all(one.passed for one in checks(ListFacts(0, 0), None, (), True))


def test_change_and_shift() -> None:
    assert (change(0, 0), change(5, 0), change(5, 10)) == (0.0, 1.0, -0.5)
    assert shift({"a": 1}, {"b": 7}) == 1.0
    assert shift({}, {}) == 0.0


@pytest.mark.parametrize(
    ("planned", "later"),
    [(date(2026, 1, 31), date(2026, 2, 28)), (date(2026, 12, 6), date(2027, 1, 6)), (DAY, date(2026, 8, 6))],
)
def test_next_planned_day(planned: date, later: date) -> None:
    assert next_planned(planned) == later


NOTHING, FACTS, MONTH = Start.NOTHING, Start.FACTS, Start.MONTH
DUE = date(2026, 7, 20)


@pytest.mark.parametrize(
    ("only_facts", "unchanged", "started", "interrupted", "today", "expected"),
    [
        (False, 9, NOTHING, None, DAY, NOTHING),
        (False, 10, NOTHING, None, DAY, MONTH),
        (False, 10, MONTH, None, DAY, NOTHING),
        (False, 10, MONTH, 9, DAY, NOTHING),
        (False, 10, MONTH, 10, DAY, MONTH),
        (False, 0, NOTHING, None, DUE, MONTH),
        (False, 10, FACTS, None, DAY, MONTH),
        (True, 9, NOTHING, None, DAY, NOTHING),
        (True, 10, NOTHING, None, DAY, FACTS),
        (True, 10, FACTS, None, DAY, NOTHING),
        (True, 10, FACTS, 9, DAY, NOTHING),
        (True, 10, FACTS, 10, DAY, FACTS),
        (True, 10, FACTS, None, DUE, MONTH),
        (True, 0, NOTHING, None, DUE, MONTH),
        (True, 10, MONTH, None, DAY, NOTHING),
    ],
)
def test_what_a_delivery_starts(
    only_facts: bool, unchanged: int, started: Start, interrupted: int | None, today: date, expected: Start
) -> None:
    found = starts(
        only_facts=only_facts, unchanged_for=timedelta(minutes=unchanged), started=started, today=today,
        interrupted_for=None if interrupted is None else timedelta(minutes=interrupted), month=Month(2026, 6),
    )  # fmt: skip

    assert found is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["sigfaible_pcoll.csv"], True),
        (["SIGFAIBLE_DEBITS.CSV.GZ", "sigfaible_cotisdues.csv.zip", "sigfaible_delais.csv"], True),
        (["demande_ap.csv", "consommation_ap.csv", "sireneUL.csv.part", "LISEZMOI.md"], True),
        (["demande_ap.csv", "sireneUL.csv"], False),
        (["demande_ap.csv", "inconnu.docx"], False),
        (["xdemande_ap.csv"], False),
        (["LISEZMOI.md"], False),
        ([], False),
    ],
)
def test_which_deliveries_only_refresh_facts(names: list[str], expected: bool) -> None:
    assert only_refreshes(names) is expected
