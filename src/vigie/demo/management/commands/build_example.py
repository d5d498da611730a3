"""Builds the example list of the demo: invented raw files, two months of the batch, reception."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.demo import example
from vigie.kernel import clock


class Command(BaseCommand):
    help = "Builds the example detection list from invented raw files. Never in production."
    requires_system_checks = ()  # the pages are not needed

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="a third of the firms, for a test")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            example.build(clock.now, self._say, example.SMALL if options["small"] else example.USUAL)
        except example.ExampleFailed as failed:
            raise CommandError(str(failed)) from failed

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
