"""Verifies the audit: its chain, the signature of each row, and the heads written outside the database."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from vigie.journal import audit_heads
from vigie.journal.audit_chain import declare_restored, seal
from vigie.journal.audit_verify import verify
from vigie.kernel.clock import now


class Command(BaseCommand):
    help = "Verifies the audit; exits 1 and names the first wrong row when something was altered or is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seal", action="store_true", help="first seals the rows that wait")
        parser.add_argument(
            "--restored",
            metavar="REASON",
            help="declares that a backup was put back: later heads become void, for ever",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = now()
        if options["restored"]:
            last = declare_restored(options["restored"], at)
            self.stdout.write(f"declared: the audit restarts after link {last}")
        if options["seal"]:
            self.stdout.write(f"{seal(at, whole=True)} row(s) sealed")
        verdict = verify(at)
        for one in audit_heads.restorations():
            self.stdout.write(f"a backup was put back at {one.at}, up to link {one.seq}: {one.reason}")
        self.stdout.write(
            f"{verdict.links} link(s) verified, last {verdict.last} {verdict.head[:16]}; {verdict.waiting} row(s) "
            f"waiting for their seal; {verdict.compared} head(s) outside the database agree"
        )
        if verdict.fault is not None:
            self.stderr.write(f"WRONG ({verdict.fault.kind}): {verdict.fault.text}")
            sys.exit(1)
