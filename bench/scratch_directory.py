"""A scratch database with a directory of invented firms, imported by the real importer, for the bars on companies."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import ROOT

AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Pace:
    """How an import went. grown_mb: what the process took on between the first tenth of the rows and the last."""

    file: str
    rows: int
    kept: int
    seconds: float
    processor_s: float
    grown_mb: float

    @property
    def rows_per_s(self) -> float:
        return self.rows / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.rows:,} rows, {self.kept:,} kept, {self.rows_per_s:,.0f} rows/s "
            f"({self.rows / self.processor_s:,.0f} per second of processor), memory +{self.grown_mb:.0f} MB on the way"
        )


@contextmanager
def scratch_database() -> Iterator[tuple[str, Path]]:
    """A database of its own, whatever the settings name, and a folder; gives its engine and the folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    import django
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        created = setup_databases(verbosity=0, interactive=False)
        try:
            yield connection.vendor, Path(folder)
        finally:
            teardown_databases(created, verbosity=0)


def imported(kind: str, path: Path, *, at: datetime = AT) -> Pace:
    """Imports one file; says how it went."""
    from vigie.companies.importer import Import

    memory: list[tuple[float, float]] = []
    wall, processor = time.perf_counter(), time.process_time()
    account = Import(kind, path, at=at).run(progress=lambda done, rows: memory.append((done / rows, resident_mb())))
    seconds, worked = time.perf_counter() - wall, time.process_time() - processor
    first = next(size for share, size in memory if share >= 0.1)
    return Pace(path.name, account.read, account.kept, seconds, worked, max(size for _, size in memory) - first)


def resident_mb() -> float:
    """The memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
