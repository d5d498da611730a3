"""Declaring, queueing, planning and running jobs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from bench.trials.news import NEWS, News
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler
from django_q.signing import SignedPackage

from tests.accounts.factories import UserFactory, person
from tests.journal.conftest import Clock
from vigie.connectors.mail import MemoryRelay
from vigie.journal import jobs, running
from vigie.journal.actions import record
from vigie.journal.jobs import QueuedJob, Trace, enqueue, ensure_schedules, register_job, registered_jobs
from vigie.journal.models import Event, JobRun, OutgoingMessage
from vigie.journal.states import SENT
from vigie.rights.models import RateCounter
from vigie.rights.person import SYSTEM

pytestmark = pytest.mark.django_db


class Work:
    """A job that remembers its runs, and fails on demand."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.fault: Exception | None = None

    def __call__(self, *, at: datetime, **arguments: Any) -> str:
        self.runs.append({"at": at, **arguments})
        if self.fault:
            raise self.fault
        return "trois lignes"


@pytest.fixture
def work() -> Iterator[Work]:
    before = dict(jobs._jobs)
    work = Work()
    register_job("trial_work", work, label="Essai", cron="15 4 * * *", rhythm="chaque nuit à 4 h 15")
    yield work
    jobs._jobs.clear()
    jobs._jobs.update(before)


# --- declaring ------------------------------------------------------------------------------------------------------
def test_jobs_are_listed_by_name_with_what_they_do(work: Work) -> None:
    names = [job.name for job in registered_jobs()]

    assert names == sorted(names)
    assert {"deliver_message", "send_messages", "forget_old_traces", "trial_work"} <= set(names)
    assert all(job.label for job in registered_jobs())


def test_a_job_is_declared_once(work: Work) -> None:
    register_job("trial_work", work, label="Essai")  # the same function again: apps may be loaded twice

    with pytest.raises(ValueError, match="declared twice"):
        register_job("trial_work", Work(), label="Autre")


def test_a_plan_is_a_cron_with_its_words() -> None:
    with pytest.raises(ValueError, match="go together"):
        register_job("trial_other", Work(), label="Essai", cron="0 1 * * *")
    with pytest.raises(ValueError, match="not a cron"):
        register_job("trial_other", Work(), label="Essai", cron="at dawn", rhythm="à l’aube")


# --- queueing -------------------------------------------------------------------------------------------------------
def test_a_job_waits_in_the_queue_with_its_arguments(work: Work, at: datetime) -> None:
    enqueue("trial_work", need=3, name="expert")

    [entry] = jobs.queued()
    assert (entry.name, entry.arguments) == ("trial_work", {"need": 3, "name": "expert"})
    assert SignedPackage.loads(OrmQ.objects.get().payload)["func"] == "vigie.journal.running.work"


def test_a_later_job_cannot_be_taken_before_its_time(work: Work) -> None:
    now = timezone.now()
    enqueue("trial_work", run_at=now + timedelta(hours=1), need=1)
    enqueue("trial_work", run_at=now - timedelta(seconds=1), need=2)

    taken = ORM().dequeue()

    assert [SignedPackage.loads(package)["args"] for _pk, package in taken] == [("trial_work", {"need": 2})]


def test_a_job_that_nobody_declared_is_refused(work: Work) -> None:
    with pytest.raises(KeyError):
        enqueue("trial_unknown")


@pytest.mark.parametrize("value", [object(), datetime(2026, 1, 1), {"a": 1}, [object()]])
def test_only_plain_values_enter_the_queue(work: Work, value: Any) -> None:
    with pytest.raises(TypeError, match="pass its identifier"):
        enqueue("trial_work", value=value)


@pytest.mark.django_db(transaction=True)
def test_after_a_rollback_there_is_no_job(work: Work) -> None:
    def act() -> None:
        with transaction.atomic():
            enqueue("trial_work", need=1)
            enqueue("trial_work", run_at=timezone.now(), need=2)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()

    assert jobs.queued() == []


def test_collected_jobs_do_not_enter_the_queue(work: Work, at: datetime) -> None:
    with jobs.collected() as collected:
        enqueue("trial_work", run_at=at, need=1)

    assert collected == [QueuedJob("trial_work", at, {"need": 1})]
    assert jobs.queued() == []
    enqueue("trial_work", need=2)
    assert len(jobs.queued()) == 1


# --- planning -------------------------------------------------------------------------------------------------------
def test_the_plan_is_written_once_in_paris_time(work: Work, at: datetime) -> None:
    for _ in range(2):
        names = ensure_schedules(at)

    assert "trial_work" in names
    assert "deliver_message" not in names
    plan = Schedule.objects.get(name="trial_work")
    assert plan.cron == "15 4 * * *"
    assert plan.next_run == datetime.fromisoformat("2026-03-19T04:15:00+01:00")
    assert Schedule.objects.count() == len(names)


def test_a_changed_plan_is_written_anew_and_an_old_one_leaves(work: Work, at: datetime) -> None:
    ensure_schedules(at)
    double = Schedule.objects.get(name="trial_work")
    double.pk = None
    double.save()
    register_job("trial_work", work, label="Essai", cron="0 5 * * *", rhythm="chaque nuit à 5 h")
    ensure_schedules(at)
    assert list(Schedule.objects.filter(name="trial_work").values_list("cron", flat=True)) == ["0 5 * * *"]

    del jobs._jobs["trial_work"]
    ensure_schedules(at)

    assert not Schedule.objects.filter(name="trial_work").exists()


def test_doubles_of_a_plan_are_dropped_and_its_hour_is_kept(work: Work, at: datetime) -> None:
    ensure_schedules(at)
    plan = Schedule.objects.get(name="trial_work")
    kept = plan.next_run
    plan.pk = None
    plan.save()

    ensure_schedules(at + timedelta(days=30))

    assert Schedule.objects.get(name="trial_work").next_run == kept


def test_schedules_of_others_are_left_alone(at: datetime) -> None:
    Schedule.objects.create(name="other", func="some.function")

    ensure_schedules(at)

    assert Schedule.objects.filter(name="other").exists()


def test_the_worker_puts_planned_jobs_in_the_queue(work: Work, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_q.scheduler.close_old_django_connections", lambda: None)  # it is the test's
    ensure_schedules(at)
    Schedule.objects.exclude(name="trial_work").delete()
    Schedule.objects.update(next_run=timezone.now() - timedelta(minutes=1))

    scheduler()

    [entry] = jobs.queued()
    assert (entry.name, entry.arguments) == ("trial_work", {})
    assert Schedule.objects.get().next_run > timezone.now()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-29T00:30:00+01:00", "2026-03-29T04:15:00+02:00"),  # the clocks go forward
        ("2026-10-25T00:30:00+02:00", "2026-10-25T04:15:00+01:00"),  # and back
    ],
)
def test_nights_when_the_clocks_change(at: str, expected: str) -> None:
    assert jobs.next_run("15 4 * * *", datetime.fromisoformat(at)) == datetime.fromisoformat(expected)


# --- running --------------------------------------------------------------------------------------------------------
def test_a_run_leaves_its_account_and_its_event(work: Work, at: datetime, clock: Clock) -> None:
    assert running.run("trial_work", now=clock, need=4) == "trois lignes"

    run = JobRun.objects.get()
    assert work.runs == [{"at": at, "need": 4}]
    assert (run.name, run.started_at, run.ended_at, run.succeeded) == ("trial_work", at, at, True)
    assert run.account == "trois lignes"
    event = Event.objects.about(run).get()
    assert (event.name, event.payload) == ("job.ran", {"job": "trial_work", "succeeded": True})


def test_a_failure_is_written_and_raised_again(work: Work, clock: Clock) -> None:
    work.fault = ZeroDivisionError("division by zero")

    with pytest.raises(ZeroDivisionError):
        running.work("trial_work", {"need": 4})

    run = JobRun.objects.get()
    assert (run.succeeded, run.account) == (False, "ZeroDivisionError: division by zero")
    assert Event.objects.about(run).get().payload["succeeded"] is False


def test_a_killed_run_is_seen_as_not_ended(work: Work, clock: Clock) -> None:
    work.fault = SystemExit("killed")  # type: ignore[assignment]  # as the queue ends a job that lasts too long

    with pytest.raises(SystemExit):
        running.run("trial_work", now=clock)

    assert JobRun.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("trace", "fails", "by_hand", "rows", "events"),
    [
        (Trace.ROW, False, False, 1, 0),
        (Trace.ROW, False, True, 1, 1),
        (Trace.ROW, True, False, 1, 0),
        (Trace.FAILURE, False, False, 0, 0),
        (Trace.FAILURE, True, False, 1, 0),
    ],
)
def test_what_runs_often_leaves_less(
    trace: Trace, fails: bool, by_hand: bool, rows: int, events: int, work: Work, clock: Clock
) -> None:
    jobs._jobs["trial_work"] = jobs.Job("trial_work", work, "Essai", trace=trace)
    work.fault = ZeroDivisionError() if fails else None
    by = person(UserFactory(team=True)) if by_hand else SYSTEM

    try:
        running.run("trial_work", now=clock, by=by)
    except ZeroDivisionError:
        assert fails

    assert JobRun.objects.count() == rows
    assert Event.objects.filter(name="job.ran").count() == events


def test_old_traces_are_forgotten(work: Work, at: datetime) -> None:
    for name, days, succeeded in (
        ("send_messages", 1, True),
        ("send_messages", 3, True),
        ("send_messages", 3, False),
        ("trial_work", 30, True),
        ("trial_work", 500, True),
    ):
        JobRun.objects.create(name=name, started_at=at - timedelta(days=days), succeeded=succeeded)
    RateCounter.objects.create(key="old", window_start=0, count=1)

    account = running.forget_old_traces(at=at)

    left = sorted(JobRun.objects.values_list("name", "succeeded"))
    assert left == [("send_messages", False), ("send_messages", True), ("trial_work", True)]
    assert account == "Effacés\u00a0: 2\u00a0comptes rendus, 1\u00a0compteur d’appels"


# --- the jobs of mails, and the commands ----------------------------------------------------------------------------
def test_the_job_of_a_message_sends_it(news: News, relay: MemoryRelay, at: datetime) -> None:
    record(NEWS, UserFactory(), by=SYSTEM, at=at)
    [entry] = jobs.queued()

    running.work(entry.name, entry.arguments)

    assert OutgoingMessage.objects.get().state == SENT
    assert not JobRun.objects.exists()


def called(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_send_messages_says_first_what_it_would_do(news: News, relay: MemoryRelay, at: datetime) -> None:
    record(NEWS, UserFactory(), by=SYSTEM, at=at)

    assert called("send_messages", "--dry-run") == "1\u00a0courriel à envoyer (rien n’est parti)\n"
    assert relay.accepted == []
    assert called("send_messages") == "1 parti\n"
    assert called("send_messages") == "rien à envoyer\n"
    assert JobRun.objects.filter(name="send_messages", succeeded=True).count() == 2


def test_a_job_is_run_by_hand(work: Work) -> None:
    assert called("run_job", "trial_work") == "trois lignes\n"
    assert "chaque nuit à 4 h 15" in called("run_job")
    with pytest.raises(CommandError, match="deliver_message is not a planned job"):
        called("run_job", "deliver_message")


def test_setup_jobs_can_be_run_at_each_start(work: Work) -> None:
    assert called("setup_jobs") == called("setup_jobs")
    assert Schedule.objects.filter(name="trial_work").count() == 1
