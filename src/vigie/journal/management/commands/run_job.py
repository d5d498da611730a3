"""Runs a job by hand, at once, in this process."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.journal import running
from vigie.journal.jobs import registered_jobs


class Command(BaseCommand):
    help = "Runs a job by hand. Without name: lists the jobs that can be run so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="name of the job")

    def handle(self, *args: Any, **options: Any) -> None:
        planned = {job.name: job for job in registered_jobs() if job.cron}
        name = options["name"]
        if name is None:
            for job in planned.values():
                self.stdout.write(f"{job.name:<28} {job.rhythm:<24} {job.label}")
            return
        if name not in planned:
            raise CommandError(f"{name} is not a planned job; there are: {', '.join(planned)}")
        self.stdout.write(running.run(name) or "fait")
