"""How far what the demo builds behind its pages is: one row of the journal's runs each, read by page and banner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.journal.models import JobRun

HISTORY = "build_history"
EXAMPLE = "build_example"


@dataclass(frozen=True)
class Progress:
    """done and total: requests of the history, or steps of the example list; ended: nothing is left to write."""

    done: int
    total: int
    ended: bool

    @property
    def percent(self) -> int:
        return 100 if self.ended else min(99, 100 * self.done // max(1, self.total))


def read(name: str = HISTORY) -> Progress | None:
    """How far it is; None when nobody began it. One query."""
    run = JobRun.objects.filter(name=name).first()
    if run is None:
        return None
    return Progress(int(run.progress.get("done", 0)), int(run.progress.get("total", 0)), run.succeeded is True)


def start(total: int, at: datetime, name: str = HISTORY) -> JobRun:
    """The row, begun now or taken up where it stopped."""
    run = JobRun.objects.filter(name=name).first()
    if run is None:
        run = JobRun.objects.create(name=name, started_at=at, progress={"done": 0, "total": total})
    return run


def note(run: JobRun, done: int, **facts: Any) -> None:
    """Writes how far it is, in the transaction of what was done."""
    run.progress = {**run.progress, "done": done, **facts}
    run.save(update_fields=["progress"])


def end(run: JobRun, account: str, at: datetime) -> None:
    """Nothing is left to write."""
    run.ended_at, run.succeeded, run.account = at, True, account[:500]
    run.save(update_fields=["ended_at", "succeeded", "account"])
