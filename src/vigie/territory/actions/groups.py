"""Writing the zones that have a name. Those that somebody changed stay as they are."""

from __future__ import annotations

from vigie.territory.groups import FORMER_REGIONS, OVERSEAS
from vigie.territory.models import ZoneGroup


def load_zone_groups() -> int:
    """Adds the former régions and overseas zones that are missing; gives how many. 2 queries."""
    rows = [
        ZoneGroup(code=code, label=label, kind=kind, departements=held.split())
        for kind, table in ((ZoneGroup.Kind.FORMER_REGION, FORMER_REGIONS), (ZoneGroup.Kind.OVERSEAS, OVERSEAS))
        for code, (label, held) in table.items()
    ]
    known = set(ZoneGroup.objects.values_list("code", flat=True))
    return len(ZoneGroup.objects.bulk_create([row for row in rows if row.code not in known]))
