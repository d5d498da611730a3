"""Builds the invented world of the demo, of the tests and of the measures."""

from __future__ import annotations

from datetime import date
from functools import partial
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigie.demo import opening, world
from vigie.demo.plan import Plan
from vigie.demo.sizes import SIZES
from vigie.demo.world import NoWorld
from vigie.kernel import clock
from vigie.kernel.period import paris_day

REST = 0.15  # seconds left to others after each transaction, when the history is written behind a running service


class Command(BaseCommand):
    help = "Builds the invented world: bodies, experts, people, firms, then a year of requests. Never in production."
    requires_system_checks = ()  # the pages are not needed

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=sorted(SIZES), default="demo")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--day", type=date.fromisoformat, help="reference day, last of the history (default: today)"
        )
        parser.add_argument("--quick", action="store_true", help="all but the year of history")
        parser.add_argument("--history", action="store_true", help="the year of history only, from where it stopped")
        parser.add_argument("--rebuild", action="store_true", help="empties the database first")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        plan = Plan(SIZES[options["size"]], options["seed"], options["day"] or paris_day(at))
        try:
            if options["rebuild"]:
                self.stdout.write("emptying the database")
                world.empty()
            known = world.built()
            if known is not None:
                self._say(f"already built: size {known.size.name}, seed {known.seed}, day {known.day}")
            elif options["history"]:
                raise NoWorld("there is no world yet: build it first, with --quick")
            else:
                world.build(plan, at=at, say=self._say)
            if not options["quick"]:
                world.live(
                    known or plan, now=clock.now, say=self._say, pause=partial(sleep, REST if options["history"] else 0)
                )
        except NoWorld as refused:
            raise CommandError(str(refused)) from refused

    def _say(self, text: str) -> None:
        opening.reach(text)
        self.stdout.write(text)
        self.stdout.flush()
