"""Loads the table of collective agreements; see ``vigie.directory.agreements``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.directory.agreements import STARTER, load_agreements
from vigie.kernel.errors import SourceError


class Command(BaseCommand):
    help = (
        "Load which skills operator each collective agreement designates, from a CSV with columns IDCC and OPCO. "
        "Idempotent; without file, a starter extract. What the file does not name is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=STARTER, help="the labour ministry's table, as CSV")
        parser.add_argument("--dry-run", action="store_true", help="count what would change, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = load_agreements(options["file"], dry_run=options["dry_run"])
        except SourceError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{'dry run, nothing written: ' if options['dry_run'] else ''}{account}")
