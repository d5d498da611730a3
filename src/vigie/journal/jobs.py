"""The jobs of the service: how one is declared, put in the queue, and planned. The only place that knows django-q2.

A job is a function called with ``at`` (the moment of the run) and the plain values of its enqueuing. It gives its
account in one line, or nothing. The queue is a table of the main database, written in the caller's transaction: after
a rollback there is no job. A job may run twice (its worker was killed) or beside itself (two workers): the function
makes that harmless, by a conditional write or a unique key. ``vigie.journal.running`` runs it.

A job that must run in some minutes goes in the queue with ``run_at``, half a second precise. What is due in days is
found again by a planned job that looks at the rows, never by an entry that waits in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter
from django.conf import settings
from django.db import transaction
from django_q.brokers.orm import ORM
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

RUNNER = "vigie.journal.running.work"
_PLAIN = (str, int, float, bool, type(None))


class Trace(StrEnum):
    """What a run leaves behind it: an event and a row, a row, or a row only when it failed."""

    EVENT = "event"
    ROW = "row"
    FAILURE = "failure"


@dataclass(frozen=True)
class Job:
    """A declared job. label: French, what it does. cron: in Paris time, empty when it only runs on demand.

    rhythm: the cron in French words. trace: ROW for what runs every minute, FAILURE for what runs for each object.
    preview: what a run would do now, in words, without doing it. timeout_s: the worker's patience, when the usual one
    is too short; past ``retry`` the entry is given again while the first run goes on, and the function must bear it.
    """

    name: str
    function: Callable[..., str | None]
    label: str
    cron: str = ""
    rhythm: str = ""
    trace: Trace = Trace.EVENT
    preview: Callable[[datetime], str] | None = None
    timeout_s: int | None = None


@dataclass(frozen=True)
class QueuedJob:
    """An entry of the queue. run_at: when it may start; None: at once."""

    name: str
    run_at: datetime | None
    arguments: dict[str, Any] = field(default_factory=dict)


_jobs: dict[str, Job] = {}
_collected: ContextVar[list[QueuedJob] | None] = ContextVar("collected_jobs", default=None)


def register_job(
    name: str,
    function: Callable[..., str | None],
    *,
    label: str,
    cron: str = "",
    rhythm: str = "",
    trace: Trace = Trace.EVENT,
    preview: Callable[[datetime], str] | None = None,
    timeout_s: int | None = None,
) -> None:
    """Declares a job (called by the packages' ``apps.py``); a planned one has its rhythm in words too."""
    if bool(cron) != bool(rhythm):
        raise ValueError(f"job {name}: a cron and its rhythm in French words go together")
    if cron and not croniter.is_valid(cron):
        raise ValueError(f"job {name}: {cron!r} is not a cron expression")
    known = _jobs.get(name)
    if known is not None and known.function is not function:
        raise ValueError(f"job {name} is declared twice")
    _jobs[name] = Job(name, function, label, cron, rhythm, trace, preview, timeout_s)


def registered_jobs() -> list[Job]:
    """All declared jobs, by name."""
    return sorted(_jobs.values(), key=lambda job: job.name)


def job(name: str) -> Job:
    """The job called so; KeyError when nobody declared it."""
    return _jobs[name]


def enqueue(name: str, /, *, run_at: datetime | None = None, **arguments: Any) -> None:
    """Puts a job in the queue, in the caller's transaction. arguments: identifiers and plain values only.

    run_at: not before that moment. Raises KeyError for a job that nobody declared.
    """
    declared = job(name)
    for key, value in arguments.items():
        _refuse_unless_plain(name, key, value)
    collected = _collected.get()
    if collected is not None:
        collected.append(QueuedJob(name, run_at, arguments))
        return
    options: dict[str, Any] = {"save": False, "task_name": name}  # a success is told by JobRun, not by the queue
    if declared.timeout_s is not None:
        options["timeout"] = declared.timeout_s
    if run_at is not None:
        options["broker"] = _Later(run_at)
    async_task(RUNNER, name, arguments, q_options=options)


@contextmanager
def collected() -> Iterator[list[QueuedJob]]:
    """Within it, what is enqueued goes to the list given and not to the queue: who opened it runs the jobs himself.

    For the builder of the invented world, which lives through a year in minutes: ``running.run(job.name, …)``.
    """
    jobs: list[QueuedJob] = []
    token = _collected.set(jobs)
    try:
        yield jobs
    finally:
        _collected.reset(token)


def queued() -> list[QueuedJob]:
    """What waits in the queue, the oldest first. run_at is also the moment at which a job being run is given back."""
    rows = OrmQ.objects.order_by("lock", "pk")
    return [QueuedJob(row.task["args"][0], row.lock, row.task["args"][1]) for row in rows]


def ensure_schedules(at: datetime) -> list[str]:
    """Writes the plan of the declared jobs in the queue's table, once each; gives the names. Can be run again.

    A new or changed plan starts at its next hour, not at once. A job that is no longer declared leaves the plan.
    """
    wanted = {job.name: job for job in registered_jobs() if job.cron}
    with transaction.atomic():
        ours = Schedule.objects.select_for_update().filter(func=RUNNER)
        ours.exclude(name__in=wanted).delete()
        for name, planned in wanted.items():
            same = list(ours.filter(name=name, cron=planned.cron).order_by("pk"))
            ours.filter(name=name).exclude(pk__in=[row.pk for row in same[:1]]).delete()
            if not same:
                Schedule.objects.bulk_create([_schedule(planned, at)])  # save() would set next_run by its own clock
    return sorted(wanted)


def _schedule(planned: Job, at: datetime) -> Schedule:
    return Schedule(
        name=planned.name,
        func=RUNNER,
        args=repr((planned.name, {})),
        schedule_type=Schedule.CRON,
        cron=planned.cron,
        next_run=next_run(planned.cron, at),
        repeats=-1,
    )


def next_run(cron: str, at: datetime) -> datetime:
    """The first moment of the plan after ``at``; the cron is read in Paris time."""
    paris = ZoneInfo(settings.TIME_ZONE)
    return croniter(cron, at.astimezone(paris)).get_next(datetime)


class _Later(ORM):
    """The queue in the database; an entry cannot be seen before its ``lock``, which is how it waits."""

    def __init__(self, run_at: datetime) -> None:
        super().__init__()
        self._run_at = run_at

    def enqueue(self, task: str) -> int:
        row = self.get_connection().create(key=self.list_key, payload=task, lock=self._run_at)
        return int(row.pk)


def _refuse_unless_plain(name: str, key: str, value: Any) -> None:
    if isinstance(value, (list, tuple)):
        for item in value:
            _refuse_unless_plain(name, key, item)
    elif not isinstance(value, _PLAIN):
        raise TypeError(f"job {name}: {key} is a {type(value).__name__}; pass its identifier")
