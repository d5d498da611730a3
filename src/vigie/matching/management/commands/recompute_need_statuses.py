"""Recomputes the status of every need from its matches; ``--check`` only says which ones are wrong."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.kernel import clock
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.models import Need
from vigie.matching.queries.need_statuses import wrong_statuses

SHOWN = 20


class Command(BaseCommand):
    help = "Correct the needs whose stored status does not follow from their matches. Idempotent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a status is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = list(wrong_statuses())
        for one in wrong[:SHOWN]:
            self.stdout.write(f"need {one.need_id}: {one.stored}, expected {one.expected}")
        if options["check"]:
            if wrong:
                raise CommandError(f"{len(wrong)} needs have a wrong status; run recompute_need_statuses")
            self.stdout.write(f"{Need.objects.count()} needs, every status is right")
            return
        at = clock.now()
        for one in wrong:
            refresh_need_status(Need.objects.get(pk=one.need_id), at=at)
        self.stdout.write(f"{Need.objects.count()} needs, {len(wrong)} corrected")
