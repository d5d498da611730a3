"""The rules of measurement of quality-bars.md 1: quiet machine or « bruité », ratios by round, one line of history."""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HISTORY = ROOT / "var" / "bench" / "history.jsonl"
BUSY_LOAD = 2.5
WAIT_S = 60
MET, NOT_MET, NOISY = 0, 1, 75
VERDICTS = {MET: "tenu", NOT_MET: "non tenu", NOISY: "bruité"}
PACKAGES = ("django", "granian", "django-dsfr")


@dataclass
class Result:
    """What one bar gave. value is compared with limit; ours: the absolute figure beside a ratio, rounds: each one."""

    bar: str
    title: str
    value: float
    limit: float
    unit: str
    verdict: int
    ours: dict[str, Any] = field(default_factory=dict)
    rounds: list[Any] = field(default_factory=list)


def load() -> float:
    """The one-minute load of the machine."""
    return round(os.getloadavg()[0], 2)


def wait_for_quiet(seconds: float = WAIT_S) -> bool:
    """Waits until the machine is calm, a minute at most; True when it is."""
    end = time.monotonic() + seconds
    while load() > BUSY_LOAD:
        if time.monotonic() >= end:
            return False
        time.sleep(min(5.0, seconds))
    return True


def rank(values: Sequence[float], percent: int) -> float:
    """The percentile of these values (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median over the rounds of ours / limit."""
    return statistics.median(ours / limit for ours, limit in pairs)


def verdict(kept: bool, *, quiet: bool) -> int:
    """A measure on a busy machine is neither a pass nor a failure."""
    return (MET if kept else NOT_MET) if quiet else NOISY


def revision() -> str:
    """The git revision measured, with « + » when files have changed since."""
    answers = [
        subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
        for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--", "src", "bench"])
    ]
    return (answers[0] or "?") + ("+" if answers[1] else "")


def note(result: Result, *, before: float, scale: str, seed: int) -> None:
    """Appends one line to the history."""
    line = asdict(result) | {"verdict": VERDICTS[result.verdict]}
    line |= {"revision": revision(), "load": [before, load()], "scale": scale, "seed": seed}
    line["versions"] = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    line["at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    HISTORY.parent.mkdir(parents=True, exist_ok=True)
    with HISTORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


# --- pages, one after the other ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Spent:
    """Milliseconds of one page: by the clock, and of processor. about: what was asked."""

    wall: float
    cpu: float
    about: str


class Watch:
    """Times what this process does, and PostgreSQL's that serves it."""

    def __init__(self) -> None:
        from django.db import connection

        self._server: Path | None = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")  # where the kernel counts its time
        gc.collect()
        gc.freeze()  # as the web server does (vigie/config/wsgi.py)
        gc.set_threshold(20_000, 20, 20)

    def processor(self) -> float:
        """Seconds of processor spent until now."""
        nanoseconds = int(self._server.read_text(encoding="ascii").split()[0]) if self._server else 0
        return time.process_time() + nanoseconds / 1e9

    def spent(self, about: str, ask: Callable[[], Any]) -> Spent:
        """What this page takes; it must be found."""
        begun, worked = time.perf_counter(), self.processor()
        answer = ask()
        ended, done = time.perf_counter(), self.processor()
        assert answer.status_code == 200, (about, answer.status_code)
        return Spent((ended - begun) * 1000, (done - worked) * 1000, about)


def nobody_counts() -> None:
    """Nobody asks for so many pages in so little time: the limits of each agent begin again."""
    from vigie.rights import limits
    from vigie.rights.models import RateCounter

    limits.forget_local_counts()
    RateCounter.objects.all().delete()


def known_tables() -> None:
    """PostgreSQL knows its tables, as it does a minute after rows are written."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@dataclass(frozen=True)
class Pages:
    """Pages measured against one limit. name: of the bench; before: the load at the beginning."""

    name: str
    title: str
    limit_ms: float
    scale: str
    quiet: bool
    before: float


def report(pages: Pages, times: Sequence[Spent], *, slowest: int = 0) -> int:
    """Writes the p95 of these pages in the history and says it; gives the verdict."""
    for one in sorted(times, key=lambda one: -one.wall)[:slowest]:
        print(f"  {one.wall:.0f} ms ({one.cpu:.0f} of processor) {one.about}")
    walls, processors = [one.wall for one in times], [one.cpu for one in times]
    value = rank(walls, 95)
    calm = pages.quiet and load() <= 2 * pages.before + 1
    outcome = MET if value <= pages.limit_ms else verdict(False, quiet=calm)
    ours = {
        name: [round(rank(values, percent), 1) for percent in (50, 95, 100)]
        for name, values in (("wall", walls), ("processor", processors))
    }
    result = Result(pages.name, pages.title, round(value, 1), pages.limit_ms, "ms p95", outcome, ours)
    note(result, before=pages.before, scale=pages.scale, seed=1)
    print(
        f"{pages.title}, {pages.scale}, {len(times)} pages, ms p50/p95/max: {ours['wall']} by the clock, "
        f"{ours['processor']} of processor; limit {pages.limit_ms:.0f}; load {pages.before} to {load()}"
    )
    return outcome
