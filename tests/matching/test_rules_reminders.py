"""Tests of ``matching.rules.reminders``: days of Paris, each thing once, late ones never doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel.period import PARIS
from vigie.matching.rules.reminders import (
    ABANDON,
    LAST_CHANCE,
    REFUSED,
    SILENT,
    Due,
    Silent,
    Standing,
    Thresholds,
    Waiting,
    days_between,
    due,
)

LIMITS = Thresholds()
WAITS, HELD, GIVEN_UP, ALL_REFUSED = Standing.WAITS, Standing.HELD, Standing.GIVEN_UP, Standing.REFUSED
MORNING = time(8, 30)


def paris(day: date, hour: time = MORNING) -> datetime:
    return datetime.combine(day, hour, PARIS).astimezone(UTC)


class Past:
    """A need lived day after day, the job running when it does."""

    def __init__(self, *sent: datetime) -> None:
        self.facts = Waiting(WAITS, tuple(Silent(rank, at) for rank, at in enumerate(sent)))
        self.mails: list[tuple[int, str, date]] = []
        self.company: list[tuple[str, date]] = []

    def run(self, day: date, hour: time = MORNING) -> Due:
        at = paris(day, hour)
        wanted = due(self.facts, at, LIMITS)
        for kind, matches in ((SILENT, wanted.reminded), (LAST_CHANCE, wanted.last_chance), (ABANDON, wanted.expired)):
            self.mails += [(match, kind, day) for match in matches]
        if wanted.company:
            self.company.append((wanted.company, day))
        told = {**dict.fromkeys(wanted.reminded, SILENT), **dict.fromkeys(wanted.last_chance, LAST_CHANCE)}
        left = [
            replace(one, told=one.told | {told[one.match]}, last_told=at) if one.match in told else one
            for one in self.facts.silent
            if one.match not in wanted.expired
        ]
        standing = self.facts.standing if left or not wanted.expired else GIVEN_UP
        last = max(one.since for one in self.facts.silent) if self.facts.silent else self.facts.last_asked
        said = self.facts.told | ({wanted.company} if wanted.company else set())
        self.facts = replace(self.facts, standing=standing, silent=tuple(left), told=said, last_asked=last)
        return wanted


# The changes of hour of 2026 and 2027, 29 February, the end of the year: whatever lies between the sending and the day.
TURNS = [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2027, 12, 31), date(2027, 3, 28)]
days = st.one_of(
    st.builds(lambda turn, before: turn - timedelta(days=before), st.sampled_from(TURNS), st.integers(0, 46)),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
hours = st.times(time(0, 0), time(23, 59))


@given(days, hours)
def test_the_days_are_9_21_and_45_in_paris_at_any_hour_and_across_any_turn(sent: date, hour: time) -> None:
    past = Past(paris(sent, hour))

    for after in range(60):
        past.run(sent + timedelta(days=after))

    assert [(kind, (day - sent).days) for _match, kind, day in past.mails] == [
        (SILENT, 9), (LAST_CHANCE, 21), (ABANDON, 45),
    ]  # fmt: skip
    assert [(kind, (day - sent).days) for kind, day in past.company] == [(SILENT, 9), (ABANDON, 45)]


@given(
    days, st.lists(st.integers(0, 80), min_size=1, max_size=40), st.lists(st.integers(0, 30), min_size=1, max_size=3)
)
def test_whatever_the_days_on_which_the_job_runs_nothing_leaves_twice_nor_twice_in_a_few_days(
    sent: date, runs: list[int], experts: list[int]
) -> None:
    past = Past(*(paris(sent + timedelta(days=offset)) for offset in experts))

    for after in sorted(runs):  # a day may come twice: two workers, or a run by hand
        past.run(sent + timedelta(days=after))

    assert len({(match, kind) for match, kind, _day in past.mails}) == len(past.mails)
    assert len({kind for kind, _day in past.company}) == len(past.company)
    for match in range(len(experts)):
        own = [(kind, day) for one, kind, day in past.mails if one == match]
        assert [kind for kind, _day in own] == [kind for kind in (SILENT, LAST_CHANCE, ABANDON) if kind in dict(own)]
        written = [day for _kind, day in own]
        assert all((late - early).days >= LIMITS.grace for early, late in pairwise(written))


@given(days, st.integers(0, 44), st.integers(1, 3))
def test_days_missed_are_caught_up_by_the_next_run(sent: date, stopped: int, missed: int) -> None:
    past = Past(paris(sent))

    for after in range(60):
        if not stopped <= after < stopped + missed:
            past.run(sent + timedelta(days=after))

    assert [kind for _match, kind, _day in past.mails] == [SILENT, LAST_CHANCE, ABANDON]
    late = [(day - sent).days - wanted for (_match, _kind, day), wanted in zip(past.mails, (9, 21, 45), strict=True)]
    assert all(0 <= one <= missed for one in late)


def test_after_a_month_of_silence_of_the_job_only_the_last_chance_leaves() -> None:
    past = Past(paris(date(2026, 9, 1)))

    first = past.run(date(2026, 10, 1))

    assert (first.reminded, first.last_chance, first.company) == ((), (0,), SILENT)
    assert not past.run(date(2026, 10, 2))


def test_an_expert_added_later_counts_from_his_own_sending() -> None:
    sent, added = date(2026, 9, 1), date(2026, 9, 16)
    past = Past(paris(sent), paris(added))

    for after in range(70):
        past.run(sent + timedelta(days=after))

    later = [(kind, (day - added).days) for match, kind, day in past.mails if match == 1]
    assert later == [(SILENT, 9), (LAST_CHANCE, 21), (ABANDON, 45)]
    assert past.company == [(SILENT, sent + timedelta(days=9)), (ABANDON, added + timedelta(days=45))]


def test_once_somebody_holds_the_need_the_others_are_left_alone_and_expire_without_a_word() -> None:
    since = paris(date(2026, 9, 1))
    facts = Waiting(HELD, (Silent(1, since),))

    assert not due(facts, since + timedelta(days=21), LIMITS)
    assert due(facts, since + timedelta(days=46), LIMITS) == Due(expired=(1,))


def test_who_cannot_be_reached_is_not_written_to_and_the_company_is_told_at_the_end() -> None:
    since = paris(date(2026, 9, 1))
    facts = Waiting(WAITS, (Silent(1, since, reachable=False),))

    assert not due(facts, since + timedelta(days=21), LIMITS)
    assert due(facts, since + timedelta(days=46), LIMITS) == Due(expired=(1,), company=ABANDON)


def test_a_reminder_by_hand_on_the_eve_puts_the_next_one_off() -> None:
    since = paris(date(2026, 9, 1))
    facts = Waiting(WAITS, (Silent(1, since, told=frozenset({"by_hand"}), last_told=since + timedelta(days=8)),))

    assert not due(facts, since + timedelta(days=10), LIMITS)
    assert due(facts, since + timedelta(days=11), LIMITS) == Due(reminded=(1,), company=SILENT)


@pytest.mark.parametrize(
    ("refused", "told"), [(date(2026, 9, 7), date(2026, 9, 10)), (date(2026, 9, 11), date(2026, 9, 16))]
)
def test_a_need_that_all_refused_is_told_after_three_working_days(refused: date, told: date) -> None:
    facts = Waiting(ALL_REFUSED, refused_at=paris(refused, time(23, 30)))

    assert not due(facts, paris(told - timedelta(days=1)), LIMITS)
    assert due(facts, paris(told), LIMITS).company == REFUSED
    assert not due(replace(facts, told=frozenset({REFUSED})), paris(told), LIMITS)
    assert not due(facts, paris(refused + timedelta(days=30)), LIMITS)


def test_an_old_need_is_given_up_without_writing_to_its_company() -> None:
    since = paris(date(2026, 1, 1))

    assert due(Waiting(WAITS, (Silent(1, since),)), since + timedelta(days=200), LIMITS) == Due(expired=(1,))


def test_the_last_expert_refuses_after_the_others_were_given_up_and_the_company_is_told() -> None:
    last = paris(date(2026, 9, 1))

    assert due(Waiting(GIVEN_UP, last_asked=last), last + timedelta(days=50), LIMITS).company == ABANDON


@given(days, hours, days, hours)
def test_days_between_two_moments_do_not_depend_on_their_hours(first: date, a: time, second: date, b: time) -> None:
    assert days_between(paris(first, a), paris(second, b)) == (second - first).days


def test_a_refusal_by_all_is_told_after_three_working_days_holidays_left_out() -> None:
    friday = paris(date(2026, 4, 3))  # before Easter
    refused = Waiting(ALL_REFUSED, refused_at=friday)

    assert not due(refused, paris(date(2026, 4, 8)), LIMITS)
    assert due(refused, paris(date(2026, 4, 9)), LIMITS).company == REFUSED
