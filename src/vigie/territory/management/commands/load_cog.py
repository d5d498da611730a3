"""Loads the official geographic code into the database; see ``vigie.territory.actions.load_cog``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from vigie.kernel.errors import SourceError
from vigie.territory.actions import load_cog, load_zone_groups


class Command(BaseCommand):
    help = (
        "Load communes, zones and old commune codes of the official geographic code. Idempotent. "
        "What is not given (older mergers, employment areas) is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--movements", type=Path, help="the institute's table of movements (v_mvt_commune_YYYY.csv)"
        )
        parser.add_argument(
            "--employment-areas", type=Path, help="the institute's table of employment areas 2020, as CSV"
        )
        parser.add_argument("--dry-run", action="store_true", help="count what would change, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=sys.stderr, quiet=not sys.stderr.isatty() or options["verbosity"] == 0)
        try:
            with console.status("official code") as status:
                account = load_cog(
                    movements=options["movements"],
                    employment_areas=options["employment_areas"],
                    dry_run=options["dry_run"],
                    progress=lambda step: status.update(f"official code: {step}"),
                )
        except SourceError as fault:
            raise CommandError(str(fault)) from fault
        if not options["dry_run"]:
            load_zone_groups()
        self.stdout.write(f"{'dry run, nothing written: ' if options['dry_run'] else ''}{account}")
