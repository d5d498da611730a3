"""The sheet of a firm, where the list holds 350,000 entries: whole pages, for firms all along the list.

    python -m bench.sheets                                            # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.sheets  # a throw-away PostgreSQL

The publication is that of `bench.lists`: the entries and the contributions of 350,000 firms, the other files small (the
time of a dossier read from files of that scale is told apart in performance.md). An agent of France opens firms
in alert, each for the first time. Exits 0 when p95 is at most 200 ms.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from functools import partial

from bench.lists import received
from bench.measuring import Pages, Spent, Watch, known_tables, load, nobody_counts, report, wait_for_quiet
from bench.scratch_directory import scratch_database

LIMIT_MS = 200.0
WARMING = 5


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=350_000)
    parser.add_argument("--asked", type=int, default=100, help="sheets opened")
    parser.add_argument("--slowest", type=int, default=0, help="show so many of the slowest sheets")
    options = parser.parse_args(argv)
    logging.disable(logging.WARNING)
    with scratch_database() as (engine, folder):
        received(folder, options.firms)
        quiet, before = wait_for_quiet(), load()
        times = measure(options.asked)
    pages = Pages("sheets", f"sheet of a firm, {engine}", LIMIT_MS, f"{options.firms} entries", quiet, before)
    return report(pages, times, slowest=options.slowest)


def measure(asked: int) -> list[Spent]:
    """What each sheet takes."""
    from django.test import Client
    from django.urls import reverse
    from tests.accounts.factories import sign_in
    from tests.watchlists.factories import agent

    from vigie.rights.table import Role
    from vigie.watchlists.models import Entry

    known_tables()
    client = sign_in(Client(), agent(Role.LEVEL_A, territory="FR"))
    alerts = list(Entry.objects.alerts().order_by("siren").values_list("siren", flat=True))
    chosen = alerts[:: max(1, len(alerts) // (asked + WARMING))][: asked + WARMING]
    watch, found = Watch(), []
    for siren in chosen:
        nobody_counts()
        url = reverse("sheets:company", args=[siren])
        found.append(watch.spent(siren, partial(client.get, url)))
    return found[WARMING:]


if __name__ == "__main__":
    sys.exit(main())
