"""The months whose counts may have moved since a moment: those of the objects that the journal speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vigie.journal.models import Event
from vigie.kernel.period import Month, paris_day
from vigie.matching.models import Diagnosis, Match, Need, Solicitation
from vigie.territory.sync import batches


def touched_months(since: datetime) -> list[Month]:
    """The months of the requests, analyses, needs and matches of which an event was recorded since, in order."""
    keys: dict[str, set[int]] = {model._meta.label: set() for model in (Solicitation, Diagnosis, Need, Match)}
    for kind, key in Event.objects.filter(at__gte=since, subject_type__in=keys).values_list(
        "subject_type", "subject_id"
    ):
        keys[kind].add(int(key))
    requests, needs = set(keys[Solicitation._meta.label]), set(keys[Need._meta.label])
    needs |= _of(Match, "pk", keys[Match._meta.label], "need_id")
    analyses = keys[Diagnosis._meta.label] | _of(Need, "pk", needs, "diagnosis_id")
    analyses |= _of(Diagnosis, "solicitation_id", requests, "pk")
    requests |= _of(Diagnosis, "pk", analyses, "solicitation_id")
    needs |= _of(Need, "diagnosis_id", analyses, "pk")
    moments = [
        *_of(Solicitation, "pk", requests, "completed_at"),
        *_of(Need, "pk", needs, "created_at"),
        *_of(Diagnosis, "pk", analyses, "completed_at"),
    ]
    return sorted({Month.of(paris_day(moment)) for moment in moments})


def _of(model: type, key: str, values: Iterable[int], column: str) -> set:
    """The values of a column for rows given by another, whatever their number."""
    found: set = set()
    for batch in batches(sorted(values)):
        rows = model.objects.filter(**{f"{key}__in": batch})  # type: ignore[attr-defined]
        found |= set(rows.order_by().values_list(column, flat=True))
    return found - {None}
