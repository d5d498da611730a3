"""The first member of the team of a new service: the only account that nobody invites."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.accounts.actions import open_service
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused


class Command(BaseCommand):
    help = "Creates the first member of the team, who will invite the others. Refused once the team has somebody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="address that will receive the codes")
        parser.add_argument("full_name", help="first name and name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = open_service(options["email"], options["full_name"], at=now())
        except Refused as refused:
            raise CommandError(refused.message_fr) from None
        self.stdout.write(f"{user.email} can sign in, and will be asked to install a second factor.")
