"""The list of detection among 350,000 entries: every sort, the filters and the next pages, as agents ask for them.

    python -m bench.lists                                            # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.lists  # a throw-away PostgreSQL
    python -m bench.lists --slowest 5                                # where the time goes

A publication of that many entries is received (one in ten in alert), with the 17 lists of the months before. An agent
of a département, one of a région and one of France ask the whole page, through every middleware, for each sort with
each set of filters, then the page after. Exits 0 when p95 is at most 400 ms on SQLite, 200 ms on PostgreSQL.
"""

from __future__ import annotations

import argparse
import io
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.measuring import MET, Result, load, note, rank, verdict, wait_for_quiet
from bench.reception import written
from bench.scratch_directory import scratch_database

LIMIT_MS = {"sqlite": 400.0, "postgresql": 200.0}
ROUNDS = 1
TERRITORIES = ("35", "R11", "FR")  # a département, a région of many alerts, France
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"niveau": "strong"},
    {"premiere": "on", "procedure": "bonis", "delai": "sans", "sans_recentes": "on"},
    {"secteur": "C", "effectif_min": "20", "effectif_max": "249"},
    {"departement": "35"},
    {"q": "menuiserie"},
    {"sans_suivies": "on"},
)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=350_000)
    parser.add_argument("--slowest", type=int, default=0, help="show so many of the slowest pages")
    options = parser.parse_args(argv)
    logging.disable(logging.WARNING)
    with scratch_database() as (engine, folder):
        received(folder, options.firms)
        quiet, before = wait_for_quiet(), load()
        times = _measure(options.slowest)
    walls, processors = [wall for wall, _cpu in times], [cpu for _wall, cpu in times]
    limit = LIMIT_MS[engine]
    value = rank(walls, 95)
    outcome = MET if value <= limit else verdict(False, quiet=quiet and load() <= 2 * before + 1)
    ours = {
        "wall": [round(rank(walls, percent), 1) for percent in (50, 95, 100)],
        "processor": [round(rank(processors, percent), 1) for percent in (50, 95, 100)],
    }
    result = Result("lists", f"list of detection, {engine}", round(value, 1), limit, "ms p95", outcome, ours)
    note(result, before=before, scale=f"{options.firms} entries", seed=1)
    print(
        f"lists {engine}, {options.firms:,} entries, {len(times)} pages, ms p50/p95/max: "
        f"{ours['wall']} by the clock, {ours['processor']} of processor; limit {limit:.0f}"
    )
    return outcome


def received(folder: Path, firms: int) -> None:
    """The list of June and its forms of the directory's territory, in the database of the bench."""
    from django.conf import settings
    from django.core.management import call_command
    from tests.watchlists.factories import OPENED, with_folders

    from vigie.watchlists.actions import receive

    call_command("load_cog", verbosity=0, stdout=io.StringIO())
    settings.ALLOWED_HOSTS = ["testserver"]
    publications = with_folders(settings, folder)
    with tempfile.TemporaryDirectory(prefix="vigie-list-") as root:
        begun = time.perf_counter()
        made = written(Path(root), firms)
        publications.mkdir(parents=True, exist_ok=True)
        made.rename(publications / made.name)
        receive(publications / made.name, at=OPENED)
        print(f"{firms:,} entries received in {time.perf_counter() - begun:.0f} s", flush=True)


def _measure(slowest: int) -> list[tuple[float, float]]:
    """Milliseconds of each page, by the clock and of the processor: this process, and PostgreSQL's that serves it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment
    from tests.accounts.factories import sign_in
    from tests.watchlists.factories import agent

    from vigie.rights import limits
    from vigie.rights.models import RateCounter
    from vigie.rights.table import Role

    setup_test_environment()  # answers tell the page they show
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    server = _server()
    found: list[tuple[float, float, str, str]] = []
    for territory in TERRITORIES:
        client = sign_in(Client(), agent(Role.LEVEL_A, territory=territory))
        for round_ in range(-1, ROUNDS):  # the first warms
            for url in _addresses(client):
                limits.forget_local_counts()
                RateCounter.objects.all().delete()  # nobody asks for so many pages in so little time
                begun, worked = time.perf_counter(), _processor(server)
                answer = client.get(url)
                ended, done = time.perf_counter(), _processor(server)
                assert answer.status_code == 200, (url, answer.status_code)
                if round_ >= 0:
                    found.append(((ended - begun) * 1000, (done - worked) * 1000, territory, url))
    for wall, cpu, territory, url in sorted(found, reverse=True)[:slowest]:
        print(f"  {wall:.0f} ms ({cpu:.0f} of processor) {territory} {url}")
    return [(wall, cpu) for wall, cpu, *_ in found]


def _server() -> Path | None:
    """Where the kernel counts the time of the process of PostgreSQL that serves us; None on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def _processor(server: Path | None) -> float:
    """Seconds of processor spent until now."""
    nanoseconds = int(server.read_text(encoding="ascii").split()[0]) if server else 0
    return time.process_time() + nanoseconds / 1e9


def _addresses(client: Any) -> Iterator[str]:
    """Every sort with every set of filters, and the page after the first of each sort."""
    from django.urls import reverse

    from vigie.watchlists.queries.sorting import KEYS

    for sort in [*KEYS, *(f"-{key}" for key in KEYS)]:
        for filters in FILTERS:
            yield reverse("watchlists:list", query={"tri": sort, **filters})
        page = client.get(reverse("watchlists:list", query={"tri": sort})).context["page"]
        if page.next_href:
            yield page.next_href


if __name__ == "__main__":
    sys.exit(main())
