"""W-01 and W-02: routing one need among 12 000 experts, its cost and its exactness.

    python -m bench.routing                                          # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.routing  # a throw-away PostgreSQL

Builds the service world of quality-bars.md 2.2 over all communes, routes 2 000 needs at random (facts, queries and
rules together) and compares each with the naive oracle of the tests. Exits 0 when no need takes more than 6 queries,
p95 is at most 10 ms and every set is identical; 1 otherwise; 75 when the machine was too busy to tell.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measuring import BUSY_LOAD, NOT_MET, ROOT, Result, load, note, rank, verdict, wait_for_quiet

if TYPE_CHECKING:
    from tests.matching.oracle import Oracle

    from bench.service_world import Case

MAX_QUERIES = 6
MAX_P95_MS = 10.0


@dataclass
class Measure:
    """What was seen over all needs; times in milliseconds. quiet: the machine was calm before and after."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    kept: int = 0
    dropped: int = 0
    differences: int = 0
    before: float = 0.0
    quiet: bool = False


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--needs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--experts", type=int, default=12_000)
    parser.add_argument("--without-oracle", action="store_true", help="measure only (W-01)")
    options = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder, _database(Path(folder)) as engine:
        _build(options)
        measure = _measure(options)
    return _verdict(measure, options, engine)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """A scratch database of its own, whatever the settings name; gives its engine."""
    import django
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(folder / "bench.sqlite3")
    created = setup_databases(verbosity=0, interactive=False)
    try:
        yield connection.vendor
    finally:
        teardown_databases(created, verbosity=0)


def _build(options: argparse.Namespace) -> None:
    from django.core.management import call_command
    from django.db import connection

    from bench import service_world
    from vigie.territory.models import Commune

    started = time.perf_counter()
    call_command("load_cog", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    service_world.compose_employment_areas()
    service_world.build(service_world.Sizes(experts=options.experts), options.seed)
    with connection.cursor() as cursor:
        # What PostgreSQL does by itself after a while, and would otherwise do during the measure.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(
        f"world: {options.experts} experts, {Commune.objects.count()} communes, {time.perf_counter() - started:.0f} s"
    )


def _measure(options: argparse.Namespace) -> Measure:
    from tests.matching.oracle import Oracle

    from bench import service_world

    needs = list(service_world.cases(options.needs, options.seed))
    measure = Measure(quiet=wait_for_quiet(), before=load())
    for need in needs[:20]:  # caches of the database
        _route(need, Measure())
    answers = [_route(need, measure) for need in needs]
    measure.quiet = measure.quiet and load() <= BUSY_LOAD
    if not options.without_oracle:
        oracle = Oracle(service_world.DAY)
        _compare(oracle, needs, answers, measure)
    return measure


def _route(need: Case, measure: Measure) -> tuple[set[int], set[int], set[int]]:
    """Routes one need as the product does; gives who is kept, ticked, and whose manager is copied."""
    from django.db import connection

    from bench.service_world import DAY, as_supposed
    from vigie.matching.queries.firm import need_facts
    from vigie.matching.queries.routing import competences_for
    from vigie.matching.rules.routing import route

    supposed = as_supposed(need)
    queries = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        wall, processor = time.perf_counter(), time.process_time()
        facts = need_facts(supposed, on=DAY)
        candidates = route(facts, competences_for(facts))
        measure.wall.append((time.perf_counter() - wall) * 1000)
        measure.processor.append((time.process_time() - processor) * 1000)
    kept = {one.expert_id for one in candidates if one.kept}
    measure.queries.append(queries)
    measure.kept += len(kept)
    measure.dropped += len(candidates) - len(kept)
    ticked = {one.expert_id for one in candidates if one.ticked}
    return kept, ticked, {one.expert_id for one in candidates if one.copies_manager}


def _compare(oracle: Oracle, needs: list[Case], answers: list[Any], measure: Measure) -> None:
    started = time.perf_counter()
    for need, answer in zip(needs, answers, strict=True):
        verdict = oracle.designated(need)
        if answer != (verdict.kept, verdict.ticked, verdict.copied):
            measure.differences += 1
            print(f"different: {need}\n  ours {answer}\n  oracle {verdict}")
    print(f"oracle: {len(needs)} needs looked at expert by expert, {time.perf_counter() - started:.0f} s")


def _verdict(measure: Measure, options: argparse.Namespace, engine: str) -> int:
    """Counts do not depend on the machine; the clock does."""
    queries, p95 = max(measure.queries), rank(measure.wall, 95)
    exact = queries <= MAX_QUERIES and measure.differences == 0
    slow = p95 > MAX_P95_MS
    code = verdict(not slow, quiet=measure.quiet or not slow) if exact else NOT_MET
    ours = {
        "engine": engine,
        "needs": options.needs,
        "queries_max": queries,
        "p50_ms": round(rank(measure.wall, 50), 2),
        "processor_p95_ms": round(rank(measure.processor, 95), 2),
        "kept": measure.kept,
        "dropped": measure.dropped,
        "differences": None if options.without_oracle else measure.differences,
    }
    title = "routing one need among 12 000 experts"
    result = Result("W-01 W-02", title, round(p95, 2), MAX_P95_MS, "ms", code, ours)
    note(result, before=measure.before, scale=f"{options.experts} experts", seed=options.seed)
    compared = "not compared" if options.without_oracle else f"{measure.differences} differences"
    print(
        f"W-01/W-02 {engine}: {queries} queries at most (limit {MAX_QUERIES}), p50 {ours['p50_ms']} ms, "
        f"p95 {p95:.2f} ms (limit {MAX_P95_MS:.0f}), processor p95 {ours['processor_p95_ms']} ms, {compared} in "
        f"{options.needs} needs, {measure.kept} experts kept, {measure.dropped} dropped, load {measure.before}"
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
