"""Writes the plan of the jobs in the queue's table; run at each start, after migrate."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from vigie.journal.jobs import ensure_schedules
from vigie.kernel import clock


class Command(BaseCommand):
    help = "Writes the plan of the jobs. Can be run again; a job that is no longer declared leaves the plan."

    def handle(self, *args: Any, **options: Any) -> None:
        names = ensure_schedules(clock.now())
        self.stdout.write(f"{len(names)} planned jobs: {', '.join(names)}")
