"""Verifies that nobody real bears the numbers that Vigie invents."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vigie.companies.stock_file import Layout, StockFile
from vigie.kernel.errors import SourceError
from vigie.kernel.siren import INVENTED_PREFIX

_NUMBERS = Layout("Sirene stock", ("siren",), ())
_SHOWN = 10


class Command(BaseCommand):
    help = (
        f"Reads a Sirene stock file and fails when a SIREN begins with {INVENTED_PREFIX}, the prefix of invented firms."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="StockUniteLegale or StockEtablissement, any format")

    def handle(self, *args: Any, **options: Any) -> None:
        file = StockFile(options["file"], _NUMBERS)
        rows, taken = 0, set()
        try:
            file.check()
            for lines in file.batches():
                rows += len(lines)
                taken |= {siren for (siren,) in lines if siren and siren.startswith(INVENTED_PREFIX)}
        except SourceError as error:
            raise CommandError(str(error)) from error
        if taken:
            raise CommandError(
                f"{len(taken):,} SIRENs begin with {INVENTED_PREFIX}: {', '.join(sorted(taken)[:_SHOWN])}. "
                "Choose another vigie.kernel.siren.INVENTED_PREFIX."
            )
        self.stdout.write(f"{rows:,} rows: no SIREN begins with {INVENTED_PREFIX}.")
