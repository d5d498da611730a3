"""The files of a period as facts to count, as they were at its end: from their snapshots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Min, Q, QuerySet
from django.db.models.fields.json import KT

from vigie.followup.models import Followup, Snapshot
from vigie.followup.queries.past import pictures
from vigie.followup.states import COMPLETED, IN_PROGRESS
from vigie.kernel.period import Month, paris_day
from vigie.statistics.followups import (
    CLOSED,
    CRITICALITY,
    OF_TERMS,
    OPENED,
    ORIGIN,
    RUNNING,
    SIZE,
    FileFacts,
    Step,
    days_in_progress,
    ended_in,
    origin,
)
from vigie.territory.sync import batches
from vigie.watchlists.models import Entry
from vigie.watchlists.states import OPEN, REPLACED

AT_ONCE = 5000


def first_month() -> Month | None:
    """The month of the oldest file; None without any. 1 query."""
    found = Followup.objects.aggregate(first=Min("created_at"))["first"]
    return Month.of(paris_day(found)) if found else None


def file_facts(start: datetime, end: datetime, files: QuerySet[Followup] | None = None) -> list[FileFacts]:
    """The files opened, running or ended in a period, its end left out. 3 queries, 4 when some ended.

    files: only these, whose rows are those of today; a file that ended before the period and was never reopened is
    not read.
    """
    known = Followup.objects.all() if files is None else files
    known = known.filter(Q(ended_at=None) | Q(ended_at__gte=start), created_at__lt=end)
    held = {
        pk: picture
        for pk, picture in pictures(end, known).order_by().values_list("followup_id", "data").iterator(AT_ONCE)
        if not picture["deleted"] and picture["state"] in (IN_PROGRESS, COMPLETED)
    }
    steps = _steps((pk for pk, picture in held.items() if picture["state"] == COMPLETED), end)
    ended = {pk for pk, mine in steps.items() if ended_in(mine, start, end)}
    rows = {row["pk"]: row for row in known.order_by().values("pk", "created_at", "source", "motive", "siren")}
    alerted = _alerted(row["siren"] for pk, row in rows.items() if pk in held and not row["motive"])
    found = []
    for pk, picture in held.items():
        row = rows[pk]
        among = {
            OPENED: row["created_at"] >= start,
            RUNNING: picture["state"] == IN_PROGRESS,
            CLOSED: pk in ended,
        }
        if any(among.values()):
            first = alerted.get(row["siren"])
            came = origin(row["source"], row["motive"], alerted=first is not None and first <= row["created_at"])
            found.append(
                FileFacts(
                    departement=picture["departement"],
                    entities=_entities(picture),
                    among=frozenset(name for name, true in among.items() if true),
                    parts=_parts(picture) | {ORIGIN.code: (came,)},
                    days=days_in_progress(steps[pk]) if pk in ended else 0,
                )
            )
    return found


def _entities(picture: dict[str, Any]) -> frozenset[str]:
    people = (*picture["referents"], *picture["participants"])
    return frozenset(one["entity"] for one in people if one["entity"])


def _parts(picture: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    found = {one.code: tuple(picture["terms"][one.kind]) for one in OF_TERMS}
    size = (picture["size"],) if picture["size"] else ()
    return {CRITICALITY.code: (picture["criticality"],), SIZE.code: size} | found


def _steps(keys: Iterable[int], end: datetime) -> dict[int, list[Step]]:
    """The states that files took before a moment, the oldest first. 1 query for each batch of files."""
    found: dict[int, list[Step]] = defaultdict(list)
    for some in batches(sorted(keys)):
        rows = Snapshot.objects.filter(followup__in=some, at__lt=end).annotate(then=KT("data__state"))
        for pk, at, state in rows.order_by("followup_id", "at", "pk").values_list("followup_id", "at", "then"):
            found[pk].append(Step(at, state))
    return found


def _alerted(sirens: Iterable[str]) -> dict[str, datetime]:
    """SIREN → when a list that says it in alert was first opened. 1 query for each batch of firms."""
    found: dict[str, datetime] = {}
    for some in batches(sorted(set(sirens))):
        rows = Entry.objects.alerts().filter(siren__in=some, publication__state__in=(OPEN, REPLACED)).order_by()
        found.update(rows.values_list("siren").annotate(first=Min(F("publication__opened_at"))))
    return found
