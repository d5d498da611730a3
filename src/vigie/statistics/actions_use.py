"""Writes what agents do with the service and what comes of each list. Each can be run again: it writes the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from vigie.kernel.period import Month, paris_day
from vigie.kernel.zones import ZoneType
from vigie.statistics.actions import write_cells
from vigie.statistics.impact import (
    ACTED,
    DELAY,
    EVERYBODY,
    FAMILIES,
    HORIZONS,
    LATEST,
    OUTCOMES,
    Key,
    after,
    count_list,
)
from vigie.statistics.indicators import NO, NOWHERE, WHOLE, YES, Base
from vigie.statistics.models import Count, ImpactCount, PageCount, UsageCount
from vigie.statistics.queries.impact import Holder, bodies_of_agents, covered_by, holders, list_facts, lists_since
from vigie.statistics.queries.usage import activated, audit_rows, habilitated, written
from vigie.statistics.rules import Cell
from vigie.statistics.usage import count_rows
from vigie.territory.models import Zone

PAGES_KEPT = timedelta(days=395)  # thirteen months
LISTS_COUNTED = max(HORIZONS) + LATEST  # months: an older list does not move any more


def count_usage(at: datetime) -> int:
    """Counts the use of the month in course and of the one before; gives how many counts they make."""
    today = paris_day(at)
    month = Month.of(today)
    PageCount.objects.filter(day__lt=today - PAGES_KEPT).delete()
    active = activated(at)
    count_agents(month, holders(today), active)
    return sum(_write_usage(one, today, active) for one in (month.plus(-1), month))


@transaction.atomic
def _write_usage(month: Month, today: date, active: set[int]) -> int:
    """Makes the use of a month what the audit and the tables say; habilitations are those of its last count."""
    found = count_rows(audit_rows(month)) + written(month, today)
    known = UsageCount.objects.filter(month=month.first_day)
    if month == Month.of(today):
        found += habilitated(today, active)
    else:
        known = known.exclude(indicator__in=("agents", "activated"))
    known.delete()
    rows = [
        UsageCount(month=month.first_day, entity=entity, zone=zone, indicator=code, count=count)
        for (entity, zone, code), count in sorted(found.items())
    ]
    UsageCount.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


@transaction.atomic
def count_agents(month: Month, agents: Iterable[Holder], active: set[int]) -> None:
    """The public figures of the agents of today, by région: of a territory that is wider, none."""
    regions = _regions()
    counts = _grid(regions, Base.AGENTS, {"activated": (YES, NO)})
    for one in agents:
        where = {regions.get(code, NOWHERE) for code in one.departements or ()}
        region = where.pop() if len(where) == 1 else NOWHERE
        for place in (region, WHOLE):
            counts[Cell(place, Base.AGENTS)] += 1
            counts[Cell(place, Base.AGENTS, "activated", YES if one.user_id in active else NO)] += 1
    write_cells(month, counts, Count.objects.filter(base=Base.AGENTS))


def count_impact(at: datetime) -> int:
    """Counts every list that may still move; gives how many they are."""
    first = Month.of(paris_day(at)).plus(-LISTS_COUNTED)
    bodies, covered, regions = bodies_of_agents(), covered_by(holders(paris_day(at))), _regions()
    lists = lists_since(first)
    for one in lists:
        write_list(one.month, count_list(list_facts(one, bodies, covered)), regions)
    months = [one.batch for one in lists]
    ImpactCount.objects.filter(month__gte=first.first_day).exclude(month__in=months).delete()  # withdrawn since
    Count.objects.filter(base=Base.LISTED, month__gte=first.first_day).exclude(month__in=months).delete()
    return len(lists)


@transaction.atomic
def write_list(month: Month, found: Counter[Key], regions: dict[str, str]) -> None:
    """The counts of a list: for each partner, and, of all together, the public ones."""
    ImpactCount.objects.filter(month=month.first_day).delete()
    rows = [ImpactCount(month=month.first_day, **key._asdict(), count=count) for key, count in sorted(found.items())]
    ImpactCount.objects.bulk_create(rows, batch_size=1000)
    come = [after(horizon) for horizon in HORIZONS if any(key.family == after(horizon) for key in found)]
    families = {family: (YES, NO) for family in FAMILIES} | {family: tuple(OUTCOMES) for family in come}
    counts = _grid(regions, Base.LISTED, families)
    for key, count in found.items():
        if key.entity == EVERYBODY and key.family != DELAY and not key.family.startswith(ACTED):
            for place in (regions.get(key.departement, NOWHERE), WHOLE):
                counts[Cell(place, Base.LISTED, key.family, key.part)] += count
    for cell in [one for one in counts if one.part == NO]:
        counts[cell] = counts[cell._replace(family="", part="")] - counts[cell._replace(part=YES)]
    write_cells(month, counts, Count.objects.filter(base=Base.LISTED))


def _regions() -> dict[str, str]:
    """Département → région. 1 query."""
    found = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT)
    return dict(found.values_list("code", "region_code"))


def _grid(regions: dict[str, str], base: Base, families: dict[str, tuple[str, ...]]) -> Counter[Cell]:
    """Every cell that a file could hold, at zero: a line that is missing would tell of one."""
    places = {*regions.values(), NOWHERE, WHOLE}
    cells = [Cell(place, base) for place in places]
    cells += [
        Cell(place, base, family, part) for place in places for family, parts in families.items() for part in parts
    ]
    return Counter(dict.fromkeys(cells, 0))
