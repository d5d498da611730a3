"""Adds the networks, the segments and the first text of the rules of confidentiality that are missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from vigie.agents.actions.references import load_references
from vigie.kernel.clock import now


class Command(BaseCommand):
    help = "Add the networks, segments and confidentiality text that a new service starts with. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(load_references(now()))
