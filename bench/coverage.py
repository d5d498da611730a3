"""W-03: who would answer, for 200 subjects × 35 000 communes at once; then after one change.

    python -m bench.coverage                                           # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.coverage   # a throw-away PostgreSQL

Builds the service world of quality-bars.md 2.2, works the whole coverage out with nothing kept, then again after a
change of zone, of expert and of competence. Each picture after a change is compared with one worked out from nothing.
Exits 0 when the whole takes at most 10 s and each change at most 1 s; 1 otherwise; 75 when the machine was too busy.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.measuring import BUSY_LOAD, NOT_MET, ROOT, Result, load, note, verdict, wait_for_quiet
from bench.routing import _build, _database

WHOLE_S, CHANGE_S = 10.0, 1.0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--experts", type=int, default=12_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder, _database(Path(folder)) as engine:
        _build(options)
        quiet, before = wait_for_quiet(), load()
        whole = sorted(_timed(_from_nothing)[0] for _ in range(options.rounds))[options.rounds // 2]
        again = _timed(_look)[0]
        changes = {name: _after(change) for name, change in _changes().items()}
        cells = _cells()
    quiet = quiet and load() <= BUSY_LOAD
    slowest = max(seconds for seconds, _processor, _same in changes.values())
    differences = [name for name, (_seconds, _processor, same) in changes.items() if not same]
    for name, (seconds, processor, _same) in changes.items():
        print(f"after {name}: {seconds:.2f} s, {processor:.2f} s of processor")
    figure = f"{cells / 1e6:.1f} million cells on {engine}: {whole:.2f} s whole, {again:.2f} s when nothing changed, "
    figure += f"{slowest:.2f} s after a change, {len(differences)} difference"
    kept = whole <= WHOLE_S and slowest <= CHANGE_S and not differences
    code = NOT_MET if differences else verdict(kept, quiet=quiet)
    result = Result(
        "W-03", "coverage", whole, WHOLE_S, "s", code, {"change_s": slowest, "same_s": again, "cells": cells}
    )
    note(result, before=before, scale=f"{options.experts} experts", seed=options.seed)
    print(figure)
    return code


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    given = work()
    return time.perf_counter() - begun, given


def _look() -> Any:
    from bench.service_world import DAY
    from vigie.directory.queries.coverage import picture

    return picture(DAY)


def _from_nothing() -> Any:
    from vigie.directory.queries.coverage import forget

    forget()
    return _look()


def _after(change: Callable[[], None]) -> tuple[float, float, bool]:
    """Seconds to see a change, those of processor, and whether a picture worked out from nothing shows the same."""
    _look()
    change()
    begun = time.process_time()
    seconds, seen = _timed(_look)
    return seconds, time.process_time() - begun, seen.subjects == _from_nothing().subjects


def _changes() -> dict[str, Callable[[], None]]:
    """The changes a person makes: each row as the actions of the directory write it."""
    from django.db.models import Count
    from django.utils import timezone

    from vigie.accounts.models import Antenne, AntenneZone
    from vigie.directory.models import Expert, ExpertSubject

    living = Expert.objects.filter(deleted_at__isnull=True)
    busiest = Antenne.objects.filter(level="local").annotate(n=Count("experts")).order_by("-n", "pk")[0]

    def zone() -> None:
        AntenneZone.objects.filter(antenne=busiest).delete()
        AntenneZone.objects.create(antenne=busiest, zone_type="region", code="84")

    def expert() -> None:
        living.filter(pk=living.order_by("pk")[7].pk).update(deleted_at=timezone.now())

    def competence() -> None:
        held = ExpertSubject.objects.filter(expert__in=living).order_by("pk")[0]
        held.delete()

    return {"a zone of the largest antenne": zone, "the leaving of an expert": expert, "a competence lost": competence}


def _cells() -> int:
    seen = _look()
    return len(seen.subjects) * len(seen.ground.rows)


if __name__ == "__main__":
    sys.exit(main())
