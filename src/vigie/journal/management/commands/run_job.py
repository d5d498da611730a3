"""Runs a job by hand, at once, in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.journal import running
from vigie.journal.jobs import registered_jobs
from vigie.kernel import clock
from vigie.kernel.period import PARIS


class Command(BaseCommand):
    help = "Runs a job by hand. Without name: lists the jobs that can be run so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="name of the job")
        parser.add_argument("--at", help="as if it were that moment (2026-03-29T08:30+01:00); never in production")

    def handle(self, *args: Any, **options: Any) -> None:
        planned = {job.name: job for job in registered_jobs() if job.cron}
        name = options["name"]
        if name is None:
            for job in planned.values():
                self.stdout.write(f"{job.name:<28} {job.rhythm:<24} {job.label}")
            return
        if name not in planned:
            raise CommandError(f"{name} is not a planned job; there are: {', '.join(planned)}")
        self.stdout.write(running.run(name, now=_clock(options["at"])) or "fait")


def _clock(text: str | None) -> Callable[[], datetime]:
    """What gives the moment: the clock, or the moment asked for in a rehearsal."""
    if text is None:
        return clock.now
    if settings.VIGIE.production:
        raise CommandError("--at: in production a job runs at its own moment")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--at: {text!r} is not a moment (2026-03-29T08:30+01:00)") from None
    moment = at if at.tzinfo else at.replace(tzinfo=PARIS)
    return lambda: moment
