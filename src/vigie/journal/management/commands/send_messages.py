"""Sends the mails that are due, as the job of every minute does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from vigie.journal import outbox, running
from vigie.journal.delivery import SWEEP_LIMIT
from vigie.kernel import clock
from vigie.ui.formats import counted


class Command(BaseCommand):
    help = "Sends the mails that are due; settles those that a killed worker was sending."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how many are due, send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            due = len(outbox.due(clock.now(), SWEEP_LIMIT))
            self.stdout.write(f"{counted(due, 'courriel')} à envoyer (rien n’est parti)")
        else:
            self.stdout.write(running.run("send_messages"))
