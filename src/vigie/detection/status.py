"""What stands in a lake at a month, what is stale and why, and how long each step took, then and before."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vigie.detection.lake import Lake
from vigie.detection.monthly.parameters import load
from vigie.detection.release.history import publications
from vigie.detection.run_record import records
from vigie.detection.sources.registry import SOURCES
from vigie.detection.sources.table import Source
from vigie.detection.steps import stale_steps
from vigie.kernel.period import Month

MONTHS_SHOWN = 6


@dataclass(frozen=True)
class SourceState:
    """One source: its last good delivery, its age, and what happened to the last one received.

    state: fresh, stale, never_delivered, or optional (never delivered, and nobody awaits it).
    """

    code: str
    label_fr: str
    batch: Month | None
    age_months: int | None
    state: str
    reason: str


@dataclass(frozen=True)
class Status:
    """timings: step → month → seconds of the last run that did it; intake is one step, whatever the sources.

    again: steps that the next run of the month will do again although no new file came, and why.
    """

    month: Month
    sources: list[SourceState]
    timings: dict[str, dict[str, float]]
    publication: str | None
    last_run: dict[str, Any] | None
    drift: dict[str, Any] | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    again: dict[str, str] = field(default_factory=dict)


def status(lake: Lake, publications_root: Path, month: Month) -> Status:
    """Reads the lake and the records; writes nothing."""
    every = records(lake)
    of_month = [record for record in every if record["month"] == str(month)]
    last = of_month[-1] if of_month else None
    told = last["sources"] if last else {}
    standing = publications(publications_root).get(month) if publications_root.is_dir() else None
    return Status(
        month=month,
        sources=[_source(lake, month, table, told.get(table.code, {})) for table in SOURCES],
        timings=_timings(every, month),
        publication=standing.name if standing else None,
        last_run=last,
        drift=next((record["drift"] for record in reversed(of_month) if record.get("drift")), None),
        messages=last["messages"] if last else [],
        again=_again(lake, month, last),
    )


def _again(lake: Lake, month: Month, last: dict[str, Any] | None) -> dict[str, str]:
    """The steps whose result no longer stands; `paramètres` when the choices of the lake have changed."""
    found = stale_steps(lake.state(month))
    chosen = json.loads(json.dumps(load(lake.root).facts()))
    former = last["parameters"] if last else chosen
    if moved := [name for name, value in chosen.items() if former.get(name) != value]:
        found["paramètres"] = f"ont changé depuis la dernière intégration : {', '.join(moved)}"
    return found


def _source(lake: Lake, month: Month, table: Source, told: dict[str, Any]) -> SourceState:
    found = lake.deliveries(table.code, month)
    batch = max(found) if found else None
    age = None if batch is None else (month.year - batch.year) * 12 + month.month - batch.month
    never = "optional" if table.optional or not table.file_names else "never_delivered"
    state = never if batch is None else ("fresh" if age == 0 else "stale")
    return SourceState(table.code, table.label_fr, batch, age, state, str(told.get("reason") or ""))


def _timings(every: list[dict[str, Any]], month: Month) -> dict[str, dict[str, float]]:
    """Of each month shown, the longest run: the one that had everything to do."""
    shown = sorted({record["month"] for record in every if record["month"] <= str(month)})[-MONTHS_SHOWN:]
    found: dict[str, dict[str, float]] = {}
    for name in shown:
        best: dict[str, float] = {}
        for record in every:
            if record["month"] == name:
                totals: dict[str, float] = {}
                for step in record["steps"]:
                    key = step["name"].partition(":")[0]
                    totals[key] = totals.get(key, 0.0) + step["seconds"]
                best = {key: max(best.get(key, 0.0), totals.get(key, 0.0)) for key in best | totals}
        for key, seconds in best.items():
            found.setdefault(key, {})[name] = round(seconds, 3)
    return found
