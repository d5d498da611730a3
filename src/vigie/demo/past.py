"""The worker of the past: while one request is lived, runs its jobs and delivers its mails at their hour.

What is enqueued within ``worker`` never reaches the queue: it is run here, in the order of its hours, in the caller's
transaction. What is due after the end of the history is put in the real queue, and left to the real worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from vigie.demo.mailbox import DemoRelay
from vigie.journal import delivery, jobs
from vigie.journal.jobs import QueuedJob
from vigie.journal.models import OutgoingMessage
from vigie.journal.outbox import DELIVER
from vigie.journal.states import CANCELED, SENT, WAITING

WORKER_DELAY = timedelta(seconds=4)  # from the queue to the job
MAIL_DELAY = timedelta(seconds=2)


class Worker:
    """Runs what was enqueued. now: the hour of the life, that ``reach`` moves on."""

    def __init__(self, queue: list[QueuedJob], start: datetime, end: datetime) -> None:
        self._queue = queue
        self.now = start
        self.end = end
        self.mails = 0

    def reach(self, moment: datetime) -> bool:
        """Moves on to that moment, after all that was to happen before; False when it is after the end."""
        while (job := self._next()) is not None and self._hour(job) <= min(moment, self.end):
            self._queue.remove(job)
            self._run(job, max(self._hour(job), self.now))
        if moment > self.end:
            return False
        self.now = max(self.now, moment)
        return True

    def _next(self) -> QueuedJob | None:
        return min(self._queue, key=self._hour, default=None)

    def _hour(self, job: QueuedJob) -> datetime:
        return job.run_at or self.now + WORKER_DELAY

    def _run(self, job: QueuedJob, at: datetime) -> None:
        self.now = max(self.now, at)
        if job.name == DELIVER:
            self.mails += deliver(int(job.arguments["message"]), self.now + MAIL_DELAY)
        else:
            jobs.job(job.name).function(at=self.now, **job.arguments)


@contextmanager
def worker(start: datetime, end: datetime) -> Iterator[Worker]:
    """The worker of one life; at its end, what is due later goes to the real queue."""
    with jobs.collected() as queue:
        own = Worker(queue, start, end)
        yield own
        own.reach(end)
    for job in queue:
        jobs.enqueue(job.name, run_at=job.run_at, **job.arguments)


def deliver(pk: int, at: datetime) -> bool:
    """Puts a waiting message in the demo's mailbox as the relay would have; True if it left.

    Never through a real relay: nobody is written to about the past.
    """
    message = OutgoingMessage.objects.get(pk=pk)
    if message.state != WAITING or message.next_attempt_at > at:
        return False
    mail = delivery.build(message, at)
    if mail is None:
        message.state, message.error = CANCELED, "devenu sans objet"
    else:
        message.state, message.mail_subject = SENT, mail.subject[:300]
        if urlsplit(settings.VIGIE.mail_url).scheme == "demo":
            DemoRelay(lambda: at).deliver(mail)
    message.attempts, message.claimed_at, message.ended_at, message.secret = 1, at, at, None
    message.save()
    return mail is not None
