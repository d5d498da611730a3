"""``manage.py send_opinions``: writes the agents' new opinions for the batch, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from vigie.kernel.clock import now
from vigie.watchlists.actions.opinions import send_opinions


class Command(BaseCommand):
    help = "Writes feedback/<list>/ for each list on which agents said something new."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(send_opinions(at=now()))
