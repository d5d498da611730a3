"""Employment areas: from the institute's table, or composed from EPCI for a world without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from vigie.kernel.errors import CheckFailed
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType
from vigie.territory.actions.zones import ZONE_VALUES, zone_from
from vigie.territory.institute_tables import AreaOfCommune
from vigie.territory.models import Commune, CommuneMovement, Zone
from vigie.territory.official_code import ZoneRow
from vigie.territory.rules import SHRINK_MAX, UNKNOWN_SHARE_MAX, main_parent
from vigie.territory.sync import Change, batches, synchronise

AREAS_SOURCE = "employment areas"


@dataclass(frozen=True)
class AreasAccount:
    """What the load of employment areas did. communes_bared: those that had one and have none now.

    unknown: codes of the table that are no commune, even through mergers.
    """

    zones: Change
    communes_changed: int
    communes_without: int
    communes_bared: int = 0
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [
            f"employment areas {self.zones}",
            f"{self.communes_changed} communes changed",
            f"{self.communes_without} without",
        ]
        if self.unknown:
            parts.append(f"{len(self.unknown)} unknown codes (first: {self.unknown[0]})")
        return ", ".join(parts)


def load_employment_areas(rows: Iterable[AreaOfCommune], vintage: int) -> AreasAccount:
    """Sets the employment areas from the institute's table; old codes stand for their successors."""
    names: dict[str, str] = {}
    area_of: dict[str, str] = {}
    for row in rows:
        if names.setdefault(row.area, row.area_name) != row.area_name:
            raise CheckFailed(
                AREAS_SOURCE,
                f"area {row.area} is called {row.area_name!r}, but {names[row.area]!r} above",
                line=row.line,
            )
        area_of[row.commune] = row.area
    live = set(Commune.objects.values_list("code", flat=True))
    successors = CommuneMovement.objects.successors(set(area_of) - live)
    unknown = tuple(sorted(set(area_of) - live - set(successors)))
    if len(unknown) > UNKNOWN_SHARE_MAX * len(area_of):
        raise CheckFailed(
            AREAS_SOURCE,
            f"{len(unknown)} of {len(area_of)} codes are no commune, limit {UNKNOWN_SHARE_MAX:.0%} "
            f"(first: {', '.join(unknown[:5])}); is it a table of communes?",
        )
    current = {successors[old]: area_of[old] for old in sorted(successors, reverse=True)}
    current |= {code: area for code, area in area_of.items() if code in live}  # the table's own line wins
    account = _set_areas(current, names, vintage, unknown)
    if account.communes_bared > SHRINK_MAX * len(live):
        raise CheckFailed(
            AREAS_SOURCE,
            f"{account.communes_bared} communes would lose their area, limit {SHRINK_MAX:.0%} of {len(live)}; "
            "is the table whole?",
        )
    return account


@transaction.atomic
def compose_employment_areas(pairs: Mapping[str, tuple[str, str]]) -> AreasAccount:
    """Sets the employment areas as groups of EPCI: EPCI code → (area code of four digits, area name).

    Replaces all areas; communes outside these EPCI have none. For worlds without the institute's table.
    """
    names = dict(pairs.values())
    strange = [code for code in names if not ZONE_CODE_SHAPES[ZoneType.EMPLOYMENT_AREA].fullmatch(code)]
    if strange or len(set(pairs.values())) != len(names):
        raise CheckFailed(AREAS_SOURCE, f"each code has 4 digits and one name; at fault: {strange[:5] or 'two names'}")
    rows = Commune.objects.exclude(epci_code="").values_list("code", "epci_code", "vintage")
    area_of: dict[str, str] = {}
    vintages = {0}
    for code, epci, vintage in rows:
        vintages.add(vintage)
        if epci in pairs:
            area_of[code] = pairs[epci][0]
    return _set_areas(area_of, names, max(vintages))


def _set_areas(
    area_of: dict[str, str], names: Mapping[str, str], vintage: int, unknown: tuple[str, ...] = ()
) -> AreasAccount:
    """Writes the area of each commune; a municipal district without its own takes its city's."""
    rows = list(
        Commune.objects.values_list(
            "code", "parent_code", "employment_area_code", "departement_code", "region_code", "population"
        )
    )
    members: dict[str, list[tuple[str, str, int]]] = {}
    moves: dict[str, list[str]] = {}
    without = bared = 0
    for code, parent, before, departement, region, population in rows:
        area = area_of.get(code) or area_of.get(parent, "")
        without += not area
        bared += bool(before and not area)
        if area != before:
            moves.setdefault(area, []).append(code)
        if area and not parent:
            members.setdefault(area, []).append((departement, region, population or 0))
    for area, codes in moves.items():
        for batch in batches(codes):
            Commune.objects.filter(code__in=batch).update(employment_area_code=area)
    wanted = [
        zone_from(
            ZoneRow(
                ZoneType.EMPLOYMENT_AREA,
                area,
                names[area],
                main_parent((departement, population) for departement, _region, population in people),
                main_parent((region, population) for _departement, region, population in people),
            ),
            vintage,
        )
        for area, people in sorted(members.items())
    ]
    zones = synchronise(
        Zone.objects.filter(zone_type=ZoneType.EMPLOYMENT_AREA), wanted, key=["zone_type", "code"], values=ZONE_VALUES
    )
    return AreasAccount(zones, sum(map(len, moves.values())), without, bared, unknown)
