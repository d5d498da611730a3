"""The counts equal the rows, are written once, and follow what happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.statistics.comparing import differences, unmasked
from tests.statistics.oracle import NAIVE, Book, Rows
from vigie.journal.models import Event
from vigie.kernel.period import Month
from vigie.matching.models import Match, Solicitation
from vigie.statistics import actions, jobs
from vigie.statistics.actions import count_again, count_touched, record_coverage, write_month
from vigie.statistics.indicators import DETECTION, INDICATORS, PUBLIC, WHOLE, Base
from vigie.statistics.models import Count, Freshness

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("service")]
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
# Of no row of a request; each has its own test.
BEYOND = {"coverage_available", "cohorts"} | {one.code for one in INDICATORS if one.of.base in DETECTION}


def test_every_indicator_equals_the_rows_in_each_month_and_region() -> None:
    count_again(AT)

    assert {one.code for one in INDICATORS} == NAIVE.keys() | BEYOND
    assert differences([WHOLE, "84", "32", "ZZ"], [Month(2025, 12), Month(2026, 1), Month(2026, 2)]) == []


def test_the_regions_make_the_country() -> None:
    count_again(AT)

    sums: dict[tuple[object, ...], int] = {}
    for row in Count.objects.exclude(region=WHOLE):
        key = row.month, row.base, row.family, row.part
        sums[key] = sums.get(key, 0) + row.count
    whole = {(row.month, row.base, row.family, row.part): row.count for row in Count.objects.filter(region=WHOLE)}
    assert sums == whole


def test_counting_twice_writes_once() -> None:
    count_again(AT)
    before = list(Count.objects.order_by("pk").values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as queries:
        count_again(AT)

    assert list(Count.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert not [one for one in queries if "INSERT INTO" in one["sql"] and "statistics_count" in one["sql"]]


def test_a_job_killed_in_its_middle_leaves_each_month_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def killed(month: Month, at: datetime) -> int:
        if written:
            raise KeyboardInterrupt
        written.append(month)
        return write_month(month, at)

    monkeypatch.setattr(actions, "write_month", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.count_statistics(at=AT)
    assert not Freshness.objects.exists()
    monkeypatch.undo()

    jobs.count_statistics(at=AT)

    assert differences([WHOLE], [Month(2026, 1), Month(2026, 2)]) == []
    assert Freshness.objects.get().whole_at == AT


def test_only_the_months_in_which_something_happened_are_counted_again() -> None:
    count_again(AT)
    match = Match.objects.filter(
        state="quo", need__status="quo", need__diagnosis__solicitation__isnull=False, need__created_at__month=2
    ).order_by("pk")[0]
    Match.objects.filter(pk=match.pk).update(state="taking_care", taken_care_of_at=AT)
    type(match.need).objects.filter(pk=match.need_id).update(status="taking_care")
    Event.objects.create(
        name="match.taken_in_charge", at=AT, actor_kind="system", subject_type="matching.Match", subject_id=match.pk
    )

    later = AT + timedelta(minutes=15)
    assert jobs.refresh_statistics(at=later) in ("1\u00a0mois recompté", "2\u00a0mois recomptés")  # its request's too

    assert differences([WHOLE, "84"], [Month(2026, 2)]) == []
    assert Freshness.objects.get().at == later
    count_touched(later + timedelta(days=1))  # looks half an hour back, at what was being written
    assert count_touched(later + timedelta(days=2)) == 0


def test_the_first_refresh_counts_everything() -> None:
    assert count_touched(AT) == len(set(Count.objects.values_list("month", flat=True)))
    assert differences([WHOLE], [Month(2026, 1)]) == []


def test_a_month_whose_rows_are_gone_keeps_no_count() -> None:
    count_again(AT)
    Count.objects.create(month=date(2019, 5, 1), region=WHOLE, base=Base.NEEDS, count=3)

    count_again(AT)

    assert not Count.objects.filter(month__year=2019).exists()


def test_a_request_sent_at_the_end_of_the_year_in_paris_counts_there() -> None:
    request = Solicitation.objects.filter(state="in_progress", diagnosis=None).order_by("pk")[0]
    Solicitation.objects.filter(pk=request.pk).update(completed_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    before = NAIVE["solicitations_completed"](Rows(Book(), date(2026, 1, 1), None))
    count_again(AT)

    one = next(one for one in PUBLIC if one.code == "solicitations_completed")
    assert unmasked(WHOLE).value(one, [Month(2026, 1)]).number == before
    assert request.pk in {row.pk for row in Rows(Book(), date(2026, 1, 1), None).requests()}


def test_the_coverage_of_the_day_is_the_figure_of_its_month() -> None:
    count_again(AT)
    available, pairs = record_coverage(AT)
    record_coverage(AT + timedelta(days=1))

    one = next(one for one in PUBLIC if one.code == "coverage_available")
    value = unmasked(WHOLE).value(one, [Month(2026, 6)])
    assert (value.part, value.whole) == (available, pairs)
    assert pairs > 0
    count_again(AT)
    assert Count.objects.filter(base=Base.COVERAGE).count() == 2
