"""What is awaited of the sources: the day each is due for a list, and the day it came, as the batch's records say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from vigie.kernel.period import Month, paris_day
from vigie.watchlists.models import Publication
from vigie.watchlists.queries.runs import read_record
from vigie.watchlists.rules import days_late, next_planned

IN_HAND = ("delivered", "kept")


@dataclass(frozen=True)
class Awaited:
    """A source for the list of a month. received_on: None while it has not come."""

    month: Month
    name: str
    label: str
    planned_on: date
    received_on: date | None

    def late(self, today: date) -> int:
        """Days of lateness, today or when it came; 0 when it is not late."""
        return days_late(self.planned_on, self.received_on, today)


def own_sources(publication: Publication, lake: Path) -> list[Awaited]:
    """The sources of a list, those that came after it included; one whose day was never announced is not awaited."""
    later = _received(lake, publication.month)
    return [
        Awaited(
            publication.month, source["name"], source["label_fr"], date.fromisoformat(source["planned_on"]),
            date.fromisoformat(source["received_on"]) if source["received_on"] else later.get(source["name"]),
        )
        for source in publication.told["sources"]
        if source["planned_on"]
    ]  # fmt: skip


def next_sources(publication: Publication, lake: Path) -> list[Awaited]:
    """The same sources for the list of the month after, each due on the same day a month later."""
    month = publication.month.plus(1)
    received = _received(lake, month)
    return [
        Awaited(
            month, source["name"], source["label_fr"], next_planned(date.fromisoformat(source["planned_on"])),
            received.get(source["name"]),
        )
        for source in publication.told["sources"]
        if source["planned_on"]
    ]  # fmt: skip


def _received(lake: Path, month: Month) -> dict[str, date]:
    """Source → first day on which a run of the month had its delivery in hand."""
    found: dict[str, date] = {}
    for path in sorted(lake.glob(f"runs/{month}/[0-9][0-9][0-9].json")):
        record = read_record(path) or {}
        day = _day(record.get("started_at"))
        sources = record.get("sources")
        for name, facts in (sources if isinstance(sources, dict) else {}).items():
            if day and isinstance(facts, dict) and facts.get("state") in IN_HAND:
                found.setdefault(str(name), _day(facts.get("received_on")) or day)
    return found


def _day(text: object) -> date | None:
    """The day of a date or of a moment; None for anything else."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return paris_day(at) if at.tzinfo else at.date()
