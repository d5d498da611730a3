"""What a run of the batch did, as one JSON file that is whole at every moment: the journal of everything that was read.

The service reads it: it shows the state of each source, the time and the memory of each step, and mails the messages.
Grain: one record per run; `runs/2026-06/001.json`, the next run of the month is `002.json`.

Keys: `month`, `number`, `state` (running, done, blocked, failed), `started_at`, `ended_at`, `code_version`, `seed`,
`steps` [{name, state, seconds, peak_bytes, facts}], `sources` {code: {state, batch, file, sha256, read, valid,
rejected, filtered, data_until, reason}}, `messages` [{severity, source, file, line, message, expectation, remedy}],
`checks`, `publication`, `drift` (release/drifting.py); `facts_only` and `facts` for a run that refreshes the sheets
alone.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vigie.detection.lake import Lake, read_json, write_json
from vigie.kernel.period import Month

BLOCKING, WARNING, NOTE = "blocking", "warning", "note"
# delivered: this month's file is in hand; kept: an earlier file of this month is; stale: that of an earlier month is.
SOURCE_STATES = ("delivered", "kept", "stale", "never_delivered")


@dataclass(frozen=True)
class Message:
    """What an operator must know, in French: what happened, what was expected, what to do.

    severity: ``blocking`` (nothing is published), ``warning`` (the rest goes on), ``note``.
    """

    severity: str
    message: str
    source: str = ""
    file: str = ""
    line: int | None = None
    expectation: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, f"ligne {self.line}" if self.line else "") if part)
        parts = [f"{place} : {self.message}" if place else self.message, self.expectation, self.remedy]
        return " ".join(part for part in parts if part)


class RunRecord:
    """The record of one run, written again after each change."""

    def __init__(self, path: Path, facts: dict[str, Any]) -> None:
        self.path = path
        self.facts = facts

    @classmethod
    def start(
        cls, lake: Lake, month: Month, *, at: str, code_version: str, parameters: dict[str, Any],
        facts_only: bool = False,
    ) -> RunRecord:  # fmt: skip
        """A new record, numbered after the last one of the month."""
        folder = lake.runs(month)
        numbers = [int(found[1]) for path in folder.glob("*.json") if (found := re.match(r"(\d{3})\.json$", path.name))]
        number = max(numbers, default=0) + 1
        facts = {
            "month": str(month),
            "number": number,
            "facts_only": facts_only,
            "state": "running",
            "pid": os.getpid(),
            "started_at": at,
            "ended_at": None,
            "code_version": code_version,
            "parameters": parameters,
            "steps": [],
            "sources": {},
            "messages": [],
            "checks": [],
            "publication": None,
        }
        record = cls(folder / f"{number:03d}.json", facts)
        record.write()
        return record

    def write(self) -> None:
        write_json(self.path, self.facts)

    def say(self, message: Message) -> None:
        """Adds a message, once."""
        entry = asdict(message) | {"text": str(message)}
        if entry not in self.facts["messages"]:
            self.facts["messages"].append(entry)
            self.write()

    def source(self, code: str, **facts: Any) -> None:
        """What became of the delivery of a source; its state is one of SOURCE_STATES."""
        if facts.get("state", SOURCE_STATES[0]) not in SOURCE_STATES:
            raise ValueError(f"{code}: unknown state {facts['state']!r}")
        self.facts["sources"].setdefault(code, {}).update(facts)

    def end(self, state: str, *, at: str) -> None:
        self.facts |= {"state": state, "ended_at": at}
        self.write()

    def skipped(self, name: str, facts: dict[str, Any]) -> None:
        """A step whose result stands."""
        self.facts["steps"].append({"name": name, "state": "kept", "seconds": 0.0, "peak_bytes": 0, "facts": facts})
        self.write()

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Times a step and measures its peak memory; the block fills the facts it gives (rows, counts)."""
        facts: dict[str, Any] = {}
        entry = {"name": name, "state": "running", "seconds": 0.0, "peak_bytes": 0, "facts": facts}
        self.facts["steps"].append(entry)
        self.write()
        forget_peak()
        begun = time.perf_counter()
        try:
            yield facts
            entry["state"] = "done"
        except BaseException:
            entry["state"] = "failed"
            raise
        finally:
            entry.update(seconds=round(time.perf_counter() - begun, 3), peak_bytes=peak_memory())
            self.write()


def forget_peak() -> None:
    """Lets the peak of memory be that of what follows, where the system allows it (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_memory() -> int:
    """Peak resident memory in bytes since ``forget_peak``; since the process began where that cannot be known."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        found = None
    if found:
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def records(lake: Lake, month: Month | None = None) -> list[dict[str, Any]]:
    """The records of a month, or of all months, oldest first. A record cut short is passed over."""
    folders = [lake.runs(month)] if month else sorted((lake.root / "runs").glob("*"))
    found = [read_json(path) for folder in folders for path in sorted(folder.glob("[0-9][0-9][0-9].json"))]
    return [record for record in found if isinstance(record, dict)]
