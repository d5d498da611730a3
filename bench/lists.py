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
from functools import partial
from pathlib import Path
from typing import Any

from bench.measuring import Pages, Spent, Watch, known_tables, load, nobody_counts, report, wait_for_quiet
from bench.reception import written
from bench.scratch_directory import scratch_database

LIMIT_MS = {"sqlite": 400.0, "postgresql": 200.0}
ROUNDS = 1
TERRITORIES = ("35", "R11", "FR")  # a département, a région of many alerts, France
FILTERS: tuple[dict[str, str | list[str]], ...] = (
    {},
    {"niveau": "strong"},
    {"premiere": "on", "procedure": "bonis", "delai": "sans", "sans_recentes": "on"},
    {"secteur": "C", "effectif_min": "20", "effectif_max": "249"},
    {"departement": "35"},
    {"departement": ["35", "75", "13"], "secteur": ["C", "F", "G"]},
    {"q": "menuiserie"},
    {"sans_suivies": "on"},
    {"ca_min": "500", "ca_max": "20000", "etat": "ouverte"},
    {"dette_min": "20000", "forme": "57", "frequence": "2"},
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
        times = _measure()
    pages = Pages("lists", f"list of detection, {engine}", LIMIT_MS[engine], f"{options.firms} entries", quiet, before)
    return report(pages, times, slowest=options.slowest)


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


def _measure() -> list[Spent]:
    """What each page takes."""
    from django.test import Client
    from django.test.utils import setup_test_environment
    from tests.accounts.factories import sign_in
    from tests.watchlists.factories import agent

    from vigie.rights.table import Role

    setup_test_environment()  # answers tell the page they show
    known_tables()
    watch, found = Watch(), []
    for territory in TERRITORIES:
        client = sign_in(Client(), agent(Role.LEVEL_A, territory=territory))
        for round_ in range(-1, ROUNDS):  # the first warms
            for url in _addresses(client):
                nobody_counts()
                spent = watch.spent(f"{territory} {url}", partial(client.get, url))
                if round_ >= 0:
                    found.append(spent)
    return found


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
