"""Writes docs/reference from the tables; --check fails when a committed page is not what the tables say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.portal.reference import pages

FOLDER = Path(__file__).resolve().parents[5] / "docs" / "reference"


class Command(BaseCommand):
    help = "Writes docs/reference from the tables of the service."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a page is out of date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        stale = []
        for name, text in pages().items():
            path = FOLDER / name
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
        if check and stale:
            raise CommandError(f"docs/reference is out of date ({', '.join(stale)}): run `make docs` and commit.")
        self.stdout.write(f"docs/reference: {len(stale)} page(s) {'stale' if check else 'written'}.")
