"""Zones of the official code as rows of the table."""

from __future__ import annotations

from django.db.models import Q

from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Zone
from vigie.territory.official_code import OfficialCode, ZoneRow
from vigie.territory.sync import Change, synchronise

ZONE_VALUES = ("name", "name_folded", "departement_code", "region_code", "vintage")


def zone_from(row: ZoneRow, vintage: int) -> Zone:
    """The row of the table, not saved."""
    return Zone(
        zone_type=row.zone_type.value,
        code=row.code,
        name=row.name,
        name_folded=fold(row.name),
        departement_code=row.departement,
        region_code=row.region,
        vintage=vintage,
    )


def load_zones(code: OfficialCode, *, partial: bool) -> Change:
    """EPCI, départements and régions. partial: leaves the EPCI that this part of the code does not hold."""
    present = Zone.objects.exclude(zone_type=ZoneType.EMPLOYMENT_AREA)
    if partial:
        codes = [zone.code for zone in code.zones if zone.zone_type is ZoneType.EPCI]
        present = present.exclude(Q(zone_type=ZoneType.EPCI) & ~Q(code__in=codes))
    rows = [zone_from(row, code.source.vintage) for row in code.zones]
    return synchronise(present, rows, key=["zone_type", "code"], values=ZONE_VALUES)
