"""Rebuilds the committed tables of the territory from the unpacked npm package; reads no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.kernel.errors import SourceError
from vigie.territory.npm_package import PACKAGE, read_package
from vigie.territory.official_code import DATA, write_official_code


class Command(BaseCommand):
    help = f"Rebuild the committed tables of communes and zones from the npm package {PACKAGE}, unpacked in a folder."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--package", type=Path, required=True, help="folder where the package was unpacked")
        parser.add_argument("--vintage", type=int, help="year of the edition, when the package does not tell it")
        parser.add_argument("--to", type=Path, default=DATA, help="folder of the tables written (default: Vigie's own)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = read_package(options["package"], vintage=options["vintage"])
        except SourceError as fault:
            raise CommandError(str(fault)) from fault
        write_official_code(code, options["to"])
        self.stdout.write(
            f"{code.source.package} {code.source.version}, edition {code.source.vintage}: "
            f"{len(code.communes)} communes and districts, {len(code.zones)} zones, {len(code.formers)} former communes"
        )
