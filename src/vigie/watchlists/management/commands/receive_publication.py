"""Receives one folder written by the batch, as the job of every minute does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.kernel import clock
from vigie.kernel.errors import PublicationError
from vigie.watchlists.actions import receive


class Command(BaseCommand):
    help = "Receives a publication or a facts folder: verifies it, loads it, checks it, opens it when it is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="publications/2026-06.1 or publications/facts/2026-06-18")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            received = receive(options["folder"], at=clock.now())
        except PublicationError as error:
            raise CommandError(str(error)) from error
        state = getattr(received, "get_state_display", lambda: "reçus")()
        self.stdout.write(f"{received}: {state}")
