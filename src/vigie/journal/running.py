"""Running a job: by the worker, by a command, or by someone of the team; each run leaves its account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from vigie.journal import jobs
from vigie.journal.actions import record
from vigie.journal.jobs import Trace
from vigie.journal.models import JobRun
from vigie.kernel import clock
from vigie.rights import limits
from vigie.rights.person import SYSTEM, Person, PersonKind
from vigie.ui.formats import counted

ROWS_KEPT = timedelta(days=2)  # of what runs every minute and went well
RUNS_KEPT = timedelta(days=400)

log = structlog.get_logger(__name__)


def work(name: str, arguments: dict[str, Any]) -> str:
    """What the worker calls."""
    return run(name, **arguments)


def run(name: str, /, *, by: Person = SYSTEM, now: Callable[[], datetime] = clock.now, **arguments: Any) -> str:
    """Runs the job and gives its account. A failure is written, then raised again: the worker notes it and goes on.

    now: gives the moment; called at the start and at the end.
    """
    job = jobs.job(name)
    started_at = now()
    row = JobRun(name=name, started_at=started_at)
    if job.trace is not Trace.FAILURE:
        row.save()
    try:
        account = job.function(at=started_at, **arguments) or ""
    except Exception as error:  # the outermost edge of a job: nothing is swallowed, it is written and raised again
        log.exception("job_failed", job=name, **arguments)
        _end(row, job, by, now(), succeeded=False, account=f"{type(error).__name__}: {error}")
        raise
    _end(row, job, by, now(), succeeded=True, account=account)
    return account


def run_by_hand(*, at: datetime, name: str, user_id: int, user_name: str) -> str:
    """The job that runs another because somebody asked: its event names him."""
    return run(name, by=Person(PersonKind.USER, name=user_name, user_id=user_id))


def _end(row: JobRun, job: jobs.Job, by: Person, at: datetime, *, succeeded: bool, account: str) -> None:
    if succeeded and job.trace is Trace.FAILURE:
        return
    row.ended_at, row.succeeded, row.account = at, succeeded, account[:500]
    with transaction.atomic():
        row.save()
        if job.trace is Trace.EVENT or by is not SYSTEM:
            record("job.ran", row, by=by, at=at, payload={"job": job.name, "succeeded": succeeded})


def forget_old_traces(*, at: datetime) -> str:
    """Erases the accounts of runs and the counters of calls that no longer say anything (job of every night)."""
    often = [job.name for job in jobs.registered_jobs() if job.trace is not Trace.EVENT]
    quiet = JobRun.objects.filter(name__in=often, succeeded=True, started_at__lt=at - ROWS_KEPT)
    old = JobRun.objects.filter(started_at__lt=at - RUNS_KEPT)
    runs = quiet.delete()[0] + old.delete()[0]
    counters = limits.purge(at)
    said = (
        counted(runs, "compte rendu", "comptes rendus"),
        counted(counters, "compteur d’appels", "compteurs d’appels"),
    )
    return f"Effacés\u00a0: {', '.join(said)}"
