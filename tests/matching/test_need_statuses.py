"""The status of needs is checked against their matches, by a command and by a job; jobs are declared."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.matching.factories import AT, MatchFactory, NeedFactory, SolicitationFactory
from tests.matching.requests import ready
from vigie.journal.jobs import registered_jobs
from vigie.matching import jobs
from vigie.matching.models import Diagnosis, Need
from vigie.matching.queries.need_statuses import wrong_statuses

pytestmark = pytest.mark.django_db


def some_needs() -> Need:
    """Right ones of every kind, and one that is wrong."""
    NeedFactory()
    MatchFactory(closed=True)
    need = MatchFactory().need
    MatchFactory(need=need)
    wrong = MatchFactory(taken_in_charge=True).need
    MatchFactory(need=wrong)
    Need.objects.filter(pk=wrong.pk).update(status="quo")
    return wrong


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("recompute_need_statuses", *arguments, stdout=out)
    return out.getvalue()


def test_wrong_statuses_are_found_in_one_query() -> None:
    wrong = some_needs()

    with CaptureQueriesContext(connection) as queries:
        found = list(wrong_statuses())

    assert [(one.need_id, one.stored, one.expected) for one in found] == [(wrong.pk, "quo", "taking_care")]
    assert len(queries) == 1


def test_check_says_what_is_wrong_and_writes_nothing() -> None:
    wrong = some_needs()

    with pytest.raises(CommandError, match="1 needs have a wrong status"):
        run("--check")

    wrong.refresh_from_db()
    assert wrong.status == "quo"


def test_command_corrects_and_has_nothing_to_do_the_second_time() -> None:
    wrong = some_needs()

    assert "4 needs, 1 corrected" in run()
    assert "4 needs, 0 corrected" in run()
    assert "every status is right" in run("--check")
    wrong.refresh_from_db()
    assert wrong.status == "taking_care"


def test_job_of_the_night_corrects_and_counts() -> None:
    some_needs()

    assert jobs.check_need_statuses(at=AT) == "1\u00a0état de besoin corrigé"
    assert jobs.check_need_statuses(at=AT) == "0\u00a0état de besoin corrigé"


@pytest.mark.usefixtures("territory")
def test_jobs_bear_a_request_that_is_gone_and_a_second_run() -> None:
    solicitation = ready()

    assert jobs.prepare_solicitation(at=AT, solicitation_id=0) == "demande effacée entre-temps"
    jobs.prepare_solicitation(at=AT, solicitation_id=solicitation.pk)
    jobs.prepare_solicitation(at=AT, solicitation_id=solicitation.pk)
    assert jobs.transmit_solicitation(at=AT, solicitation_id=0) is None

    assert Diagnosis.objects.count() == 1


@pytest.mark.usefixtures("territory")
def test_what_the_queue_lost_is_caught_up() -> None:
    ready()
    SolicitationFactory()

    assert jobs.prepare_missing(at=AT) == "1\u00a0demande analysée"


def test_the_jobs_of_the_service_are_declared_with_their_rhythm() -> None:
    declared = {job.name: job for job in registered_jobs()}

    assert {"prepare_solicitation", "transmit_solicitation"} <= set(declared)
    assert declared["transmit_due"].cron == "* * * * *"
    assert declared["prepare_missing"].rhythm == "toutes les dix minutes"
    assert declared["check_need_statuses"].rhythm == "chaque nuit"
