"""P-13: the reception of a list by the web side, while readers read and others write.

    python -m bench.reception                 # 350,000 entries, as the bar asks
    python -m bench.reception --firms 35000   # a look

A seeded publication is written (columns, not rows: the generator is not what is measured), then received into a
database of its own. Meanwhile one process reads the lists and another writes one row at a time: the longest wait of
each is the lock that people feel. Limits: 30 s; no wait beyond 200 ms; no reader sees a part of a list.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from bench.measuring import MET, NOT_MET, Result, load, note, verdict, wait_for_quiet
from bench.scratch_directory import scratch_database

SECONDS, WAIT_MS = 30.0, 200.0
MODEL_FIRMS = 500  # firms written row by row, then repeated
EVERY_S = 0.02


def written(root: Path, firms: int) -> Path:
    """A publication of that many firms: those of a small one, repeated under other SIRENs."""
    import numpy as np
    import pyarrow as pa
    from tests.publication import factories

    from vigie.kernel.siren import INVENTED_PREFIX, with_key
    from vigie.publication.write import write

    levels = ("strong", "moderate", *["none"] * 8)  # one in ten in alert
    model = [
        factories.Firm(
            n + 1,
            level=levels[n % 10],
            score=0.5 - n / 1100,
            departement=f"{1 + n % 95:02d}",
            region="53",
            revenue=None if n % 7 == 0 else 90_000.0 * n,
            debt=Decimal(n * 311 % 90_001),
            closed=n % 41 == 0,
            short_time=n % 4 * 1.5,
            legal_form=("5710", "5499", "5599")[n % 3],
        )
        for n in range(MODEL_FIRMS)
    ]
    small = factories.tables(model, count=1)
    copies = -(-firms // MODEL_FIRMS)
    known = [firm.siren for firm in model]
    tables: dict[str, Any] = dict(small)
    for name in ("entries", "entry_figures", "contributions"):
        place = {siren: n for n, siren in enumerate(known)}
        rank = np.array([place[siren] for siren in small[name]["siren"].to_pylist()])
        rows = np.arange(len(rank))
        taken = small[name].take(pa.array(np.tile(rows, copies)))
        number = np.tile(rank, copies) + np.repeat(np.arange(copies), len(rows)) * MODEL_FIRMS
        sirens = np.array([with_key(f"{INVENTED_PREFIX}{n:06d}") for n in range(copies * MODEL_FIRMS)])
        told = taken.set_column(0, small[name].schema.field(0), pa.array(sirens[number]))
        if name == "entries":
            position = taken.column_names.index("rank_national")
            told = told.set_column(position, small[name].schema.field(position), pa.array(number + 1, pa.int32()))
        keep = pa.array(number < firms)
        tables[name] = told.filter(keep).combine_chunks()
    return write(root, "2026-06.1", tables, factories.facts("2026-06"), card="# Carte\n")


def reads(database: dict[str, Any], stop: Event, told: Any) -> None:
    """Reads as an agent would, again and again; tells the longest wait in ms and what was ever seen."""
    _at_once(database)
    from vigie.watchlists.models import Entry

    longest, seen = 0.0, set()
    while not stop.is_set():
        begun = time.perf_counter()
        seen.add(Entry.objects.filter(publication__state="open").count())
        longest = max(longest, time.perf_counter() - begun)
        time.sleep(EVERY_S)
    told.put(("reader", longest * 1000, sorted(seen)))


def writes(database: dict[str, Any], stop: Event, told: Any) -> None:
    """Writes one row at a time, as any act of anybody does; tells the longest wait in ms."""
    _at_once(database)
    from vigie.rights.models import RateCounter

    longest, number = 0.0, 0
    while not stop.is_set():
        begun = time.perf_counter()
        RateCounter.objects.create(key=f"bench-{number}", window_start=0, count=1)
        longest = max(longest, time.perf_counter() - begun)
        number += 1
        time.sleep(EVERY_S)
    told.put(("writer", longest * 1000, []))


def _at_once(database: dict[str, Any]) -> None:
    """A process of its own on the database of the bench."""
    import django
    from django.db import connection

    django.setup()
    connection.settings_dict.update(database)


def measure(firms: int) -> tuple[float, dict[str, tuple[float, list[int]]]]:
    """Seconds of the reception, and what the reader and the writer waited for."""
    from datetime import UTC, datetime

    from django.db import connection

    from vigie.watchlists.actions import receive

    context = multiprocessing.get_context("spawn")
    stop, told = context.Event(), context.Queue()
    connected = {key: connection.settings_dict[key] for key in ("NAME", "OPTIONS")}
    with tempfile.TemporaryDirectory(prefix="vigie-list-") as root:
        folder = written(Path(root), firms)
        others = [context.Process(target=act, args=(connected, stop, told)) for act in (reads, writes)]
        for other in others:
            other.start()
        time.sleep(3)  # both have begun
        begun = time.perf_counter()
        receive(folder, at=datetime(2026, 7, 6, 7, 0, tzinfo=UTC))
        seconds = time.perf_counter() - begun
        time.sleep(1)  # they see the list that opened
        stop.set()
        waits = {name: (wait, seen) for name, wait, seen in (told.get(timeout=120) for _ in others)}
        for other in others:
            other.join(30)
    return seconds, waits


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.reception", description=__doc__)
    parser.add_argument("--firms", type=int, default=350_000)
    options = parser.parse_args(arguments)
    quiet, before = wait_for_quiet(), load()
    with scratch_database() as (engine, _folder):
        seconds, waits = measure(options.firms)
    limit = SECONDS * options.firms / 350_000
    (read, seen), (wrote, _) = waits["reader"], waits["writer"]
    whole = set(seen) <= {0, options.firms}
    kept = seconds <= limit and max(read, wrote) <= WAIT_MS and whole
    code = verdict(kept, quiet=quiet) if whole else NOT_MET
    note(
        Result("P-13", "reception", seconds, limit, "s", code, {"reader_ms": read, "writer_ms": wrote, "seen": seen}),
        before=before, scale=str(options.firms), seed=1,
    )  # fmt: skip
    print(
        f"P-13 {options.firms:,} entrées reçues sur {engine} en {seconds:.1f} s (limite {limit:.1f}) ; attente la plus "
        f"longue : lecteur {read:.0f} ms, écrivain {wrote:.0f} ms (limite {WAIT_MS:.0f}) ; vu : {seen}"
    )
    return code if code else MET


if __name__ == "__main__":
    sys.exit(main())
