"""The rules of measurement of quality-bars.md 1: quiet machine or « bruité », ratios by round, one line of history."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Sequence
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
