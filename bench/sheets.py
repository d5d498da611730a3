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
import time
from collections.abc import Sequence

from bench.lists import received
from bench.measuring import MET, Result, load, note, rank, verdict, wait_for_quiet
from bench.scratch_directory import scratch_database

LIMIT_MS = 200.0
WARMING = 5


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=350_000)
    parser.add_argument("--asked", type=int, default=100, help="sheets opened")
    options = parser.parse_args(argv)
    logging.disable(logging.WARNING)
    with scratch_database() as (engine, folder):
        received(folder, options.firms)
        quiet, before = wait_for_quiet(), load()
        times = measure(options.asked)
    walls, processors = [wall for wall, _cpu in times], [cpu for _wall, cpu in times]
    value = rank(walls, 95)
    outcome = MET if value <= LIMIT_MS else verdict(False, quiet=quiet and load() <= 2 * before + 1)
    ours = {
        "wall": [round(rank(walls, percent), 1) for percent in (50, 95, 100)],
        "processor": [round(rank(processors, percent), 1) for percent in (50, 95, 100)],
    }
    result = Result("sheets", f"sheet of a firm, {engine}", round(value, 1), LIMIT_MS, "ms p95", outcome, ours)
    note(result, before=before, scale=f"{options.firms} entries", seed=1)
    print(
        f"sheets {engine}, {options.firms:,} entries, {len(times)} sheets, ms p50/p95/max: "
        f"{ours['wall']} by the clock, {ours['processor']} of processor; limit {LIMIT_MS:.0f}"
    )
    return outcome


def measure(asked: int) -> list[tuple[float, float]]:
    """Milliseconds of each sheet, by the clock and of this process."""
    from django.test import Client
    from django.urls import reverse
    from tests.accounts.factories import sign_in
    from tests.watchlists.factories import agent

    from vigie.rights import limits
    from vigie.rights.models import RateCounter
    from vigie.rights.table import Role
    from vigie.watchlists.models import Entry

    client = sign_in(Client(), agent(Role.LEVEL_A, territory="FR"))
    alerts = list(Entry.objects.alerts().order_by("siren").values_list("siren", flat=True))
    chosen = alerts[:: max(1, len(alerts) // (asked + WARMING))][: asked + WARMING]
    found = []
    for siren in chosen:
        limits.forget_local_counts()
        RateCounter.objects.all().delete()  # nobody opens so many sheets in so little time
        begun, worked = time.perf_counter(), time.process_time()
        answer = client.get(reverse("sheets:company", args=[siren]))
        ended, done = time.perf_counter(), time.process_time()
        assert answer.status_code == 200, (siren, answer.status_code)
        found.append(((ended - begun) * 1000, (done - worked) * 1000))
    return found[WARMING:]


if __name__ == "__main__":
    sys.exit(main())
