"""Reads the workbook of users, shows what it would change, and applies it when told to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.agents.actions import users as acts
from vigie.agents.queries.users import stored_differences
from vigie.agents.users_book import BookRefused
from vigie.agents.users_diff import MOST_CLOSED_PERCENT, PLANNED
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused


class Command(BaseCommand):
    help = "Compare the users' workbook (XLSX) with the accounts; --apply makes the accounts what it says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="e-mail address of the member of the team who answers for it")
        parser.add_argument("--apply", action="store_true")
        parser.add_argument("--most-closed", type=int, default=MOST_CLOSED_PERCENT, help="percent of agents suspended")

    def handle(self, *args: Any, file: Path, by: str, apply: bool, most_closed: int, **options: Any) -> None:
        user = User.objects.living().with_address(by).first()
        if user is None:
            raise CommandError(f"no open account has the address {by}")
        at = now()
        person = person_for(user, at)
        try:
            row = acts.read(file.read_bytes(), file.name, by=person, at=at)
            for one in stored_differences(row):
                self.stdout.write(f"{PLANNED[one.kind]}: {one.email} {', '.join(change[0] for change in one.changes)}")
            if apply:
                acts.apply(row, by=person, at=at, most_percent=most_closed)
        except BookRefused as refused:
            raise CommandError("\n".join(map(str, refused.faults))) from None
        except Refused as refused:
            raise CommandError(refused.message_fr) from None
        self.stdout.write("appliqué" if apply else f"{len(row.shown)} écart(s), rien n’est changé")
