"""How far the year of history is: one row of the journal's runs, read by the page of the demo and by its banner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.journal.models import JobRun

HISTORY = "build_history"


@dataclass(frozen=True)
class Progress:
    """done and total: requests; ended: nothing is left to write."""

    done: int
    total: int
    ended: bool

    @property
    def percent(self) -> int:
        return 100 if self.ended else min(99, 100 * self.done // max(1, self.total))


def read() -> Progress | None:
    """How far the history is; None when nobody began it. One query."""
    run = JobRun.objects.filter(name=HISTORY).first()
    if run is None:
        return None
    return Progress(int(run.progress.get("done", 0)), int(run.progress.get("total", 0)), run.succeeded is True)


def start(total: int, at: datetime) -> JobRun:
    """The row of the history, begun now or taken up where it stopped."""
    run = JobRun.objects.filter(name=HISTORY).first()
    if run is None:
        run = JobRun.objects.create(name=HISTORY, started_at=at, progress={"done": 0, "total": total})
    return run


def note(run: JobRun, done: int, **facts: Any) -> None:
    """Writes how far it is, in the transaction of what was done."""
    run.progress = {**run.progress, "done": done, **facts}
    run.save(update_fields=["progress"])


def end(run: JobRun, account: str, at: datetime) -> None:
    """Nothing is left to write."""
    run.ended_at, run.succeeded, run.account = at, True, account[:500]
    run.save(update_fields=["ended_at", "succeeded", "account"])
