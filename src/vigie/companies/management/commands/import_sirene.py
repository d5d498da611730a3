"""Brings the Sirene stock files into the directory."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vigie.companies import importer
from vigie.companies.importer import Account, Import
from vigie.kernel import clock
from vigie.kernel.errors import SourceError

_LINE_EVERY = 100_000  # rows, when the output is not a terminal


class Command(BaseCommand):
    help = (
        "Imports the official Sirene stock: StockUniteLegale and StockEtablissement, CSV or Parquet, plain, .gz or "
        ".zip. Can be stopped and begun again at any moment; a new month's files update and close what changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--legal-units", type=Path, metavar="FILE", help="StockUniteLegale")
        parser.add_argument("--establishments", type=Path, metavar="FILE", help="StockEtablissement")
        parser.add_argument("--all", action="store_true", help="closed companies and establishments too")
        parser.add_argument("--limit", type=int, metavar="ROWS", help="stop after so many rows of each file")
        parser.add_argument("--resume", action="store_true", help="go on from where the same files stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [
            (kind, path)
            for kind, path in (
                (importer.UNITS, options["legal_units"]),
                (importer.PLACES, options["establishments"]),
            )
            if path is not None
        ]
        if not files:
            raise CommandError("give --legal-units FILE, --establishments FILE, or both")
        at = clock.now()
        for kind, path in files:
            run = Import(kind, path, at=at, everything=options["all"], limit=options["limit"])
            try:
                with self._shown(path.name) as progress:
                    account = run.run(resume=options["resume"], progress=progress)
            except SourceError as error:
                raise CommandError(f"refused, nothing was imported from it: {error}") from error
            self._tell(account)

    @contextmanager
    def _shown(self, name: str) -> Iterator[importer.Progress]:
        """A progress bar on a terminal, else a line now and then."""
        if sys.stdout.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns) as bar:
                task = bar.add_task(name, total=None)
                yield lambda done, rows: bar.update(task, completed=done, total=rows)
            return
        said = 0

        def say(done: int, rows: int) -> None:
            nonlocal said
            if done - said >= _LINE_EVERY:
                said = done
                self.stdout.write(f"{name}: {done:,} of {rows:,} rows")

        yield say

    def _tell(self, account: Account) -> None:
        self.stdout.write(
            f"{account.file}: {account.read:,} rows read, {account.kept:,} kept ({account.hidden:,} non-diffusible), "
            f"{account.closed:,} closed left out, {account.without_unit:,} without legal unit, "
            f"{account.rejected:,} rejected, {account.malformed:,} malformed, {account.absent_closed:,} absent closed"
        )
        for warning, count in account.warnings.items():
            self.stdout.write(f"  warning: {warning}: {count:,} rows")
        if account.absent_left:
            self.stdout.write(
                f"  warning: {account.absent_left:,} open in the directory and absent from the file: too many to close "
                "them, is this an extract?"
            )
        for line in account.first_rejects[:5]:
            self.stdout.write(f"  {line}")
