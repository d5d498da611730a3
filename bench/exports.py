"""Exports of 50 000 rows of 24 columns, as a workbook and as text: seconds, and memory beside a file ten times shorter.

    python -m bench.exports
    python -m bench.exports --rows 5000

No database: what is measured is the writing, whole, with its fingerprint. Each format must take less than 20 s and
24 MB more than a tenth of its rows. Exits 0 when both do; 1 otherwise; 75 when the machine was too busy to tell.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.measuring import MET, Result, load, note, verdict, wait_for_quiet

LIMIT_S, LIMIT_MB = 20.0, 24.0
FORMATS = ("csv", "xlsx", "ods")
DAY = date(2026, 3, 18)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    options = parser.parse_args(argv)
    quiet, before = wait_for_quiet(), load()
    for file_format in FORMATS:
        _written(max(1, options.rows // 10), file_format)
    short_mb = peak_mb()
    seconds = {file_format: _written(options.rows, file_format) for file_format in FORMATS}
    more_mb = peak_mb() - short_mb
    slowest = max(seconds.values())
    kept = slowest <= LIMIT_S and more_mb <= LIMIT_MB
    outcome = MET if kept else verdict(False, quiet=quiet and load() <= 2 * before + 1)
    ours: dict[str, Any] = {name: round(value, 2) for name, value in seconds.items()} | {"more_mb": round(more_mb, 1)}
    result = Result("W-14", "exports", round(slowest, 2), LIMIT_S, "s", outcome, ours)
    note(result, before=before, scale=f"{options.rows} rows", seed=0)
    told = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    print(
        f"{options.rows:,} rows: {told}, {more_mb:.0f} MB more than a tenth; limits {LIMIT_S:.0f} s, {LIMIT_MB:.0f} MB"
    )
    return outcome


def _written(rows: int, file_format: str) -> float:
    from vigie.exports.mark import Mark
    from vigie.exports.production import make

    mark = Mark("EXP-7K2M-9QRT", "Ada Liste", datetime(2026, 3, 18, tzinfo=UTC))
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        made = make(_sheet(rows), file_format, file, mark)
    if made.rows != rows:
        raise SystemExit(f"{made.rows} rows written, not {rows}")
    return time.perf_counter() - begun


def _sheet(count: int) -> Any:
    from vigie.exports.tables import LOCKED, Column, Kind, Sheet

    values: tuple[tuple[Kind, Any], ...] = (
        (Kind.TEXT, lambda n: f"Société d’ébénisterie n° {n}"), (Kind.TEXT, lambda n: f"{n:09d}"),
        (Kind.NUMBER, lambda n: n % 400), (Kind.EUROS, lambda n: Decimal(n) / 100), (Kind.PERCENT, lambda n: n / 1e6),
        (Kind.DATE, lambda n: DAY - timedelta(days=n % 9_000)), (Kind.BOOLEAN, lambda n: n % 2 == 0),
        (Kind.EUROS, lambda n: LOCKED if n % 3 else n),
    )  # fmt: skip
    columns = tuple(Column(f"Colonne {place}", value, kind) for place, (kind, value) in enumerate(values * 3))

    def rows() -> Iterator[int]:
        yield from range(count)

    return Sheet("Liste", columns, rows, count)


def peak_mb() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
