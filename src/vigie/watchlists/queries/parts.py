"""A part of a list: the lines from a place on, and how many there are in all, read once.

Lines are counted and put in order from an index alone (``entry_alerts`` holds every column that narrows or sorts), and
read for those shown only. Where another table narrows the list (a territory), one statement does both: it joins once,
and asked for twenty lines in order, PostgreSQL would walk the list in this order and look each firm up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When, Window

from vigie.rights.statements import composed_once
from vigie.watchlists.models import Entry, EntryQuerySet, Publication
from vigie.watchlists.queries import sorting

STRONG, MODERATE = "strong", "moderate"


@dataclass(frozen=True)
class Part:
    """entries: in their order. levels: of all the lines found, before the place too."""

    entries: tuple[Entry, ...]
    levels: Mapping[str, int]


def part_of(
    found: EntryQuerySet, publication: Publication, sort: str, place: str, most: int, *, joined: bool
) -> Part:  # fmt: skip
    """At most that many lines after the place. joined: another table narrows the list. 2 queries, 3 when none does."""
    beyond = sorting.beyond(publication, sort, place)
    if joined:
        sirens, levels = _counted(found, sort, beyond, most)
    else:
        following = found if beyond is None else found.filter(beyond)
        sirens = list(sorting.ordered(following, sort).values_list("siren", flat=True)[:most])
        levels = dict(found.order_by().values_list("level").annotate(count=Count("*")))
    return Part(_entries(publication, sirens), levels)


def _counted(found: EntryQuerySet, sort: str, beyond: Q | None, most: int) -> tuple[list[str], dict[str, int]]:
    """The SIRENs after the place, and how many of each level there are in all."""
    windows: dict[str, Any] = {
        f"count_{level}": Window(Count("level", filter=Q(level=level))) for level in (STRONG, MODERATE)
    }
    after: Any = Value(1) if beyond is None else Case(When(beyond, then=Value(1)), default=Value(0))
    lines = sorting.ordered(found.annotate(**windows, after=after), sort)
    # The lines before the place are counted, so they are not left out but put last. The count is the same for all: by
    # it, the engine can put nothing in order before everything is counted.
    lines = lines.order_by(f"count_{STRONG}", "-after", *lines.query.order_by)
    rows = list(lines.values_list("siren", "after", *windows)[:most])
    levels = dict(zip((STRONG, MODERATE), rows[0][2:], strict=True)) if rows else {}
    return [siren for siren, after_it, *_counts in rows if after_it], levels


def _entries(publication: Publication, sirens: list[str]) -> tuple[Entry, ...]:
    known = {entry.siren: entry for entry in _read(publication.pk, tuple(sirens))}
    return tuple(known[siren] for siren in sirens)


@composed_once
def _read(publication: int, sirens: tuple[str, ...]) -> QuerySet[Entry]:
    return Entry.objects.filter(publication=publication, siren__in=sirens).select_related("figures")
