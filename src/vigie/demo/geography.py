"""The official geography of the world, and employment areas made of neighbouring EPCIs: the institute's table is not
delivered with Vigie.
"""

from __future__ import annotations

from collections import defaultdict

from vigie.demo.sizes import Size
from vigie.kernel.zones import ZoneType
from vigie.territory.actions import compose_employment_areas, load_cog, load_zone_groups
from vigie.territory.models import Commune, Zone

EPCIS_PER_AREA = 4


def load(size: Size) -> None:
    """Communes, EPCIs, départements, régions of the size, then employment areas. Can be run again."""
    load_cog(only_departements=size.departements or None)
    compose_employment_areas(employment_areas())
    load_zone_groups()


def employment_areas() -> dict[str, tuple[str, str]]:
    """EPCI code → (area code, area name): the EPCIs of a département by their codes, which follow the map a little."""
    seats = _largest_communes()
    by_departement: dict[tuple[str, str], list[str]] = defaultdict(list)
    for zone in Zone.objects.filter(zone_type=ZoneType.EPCI).exclude(departement_code="").order_by("code"):
        if zone.code in seats:
            by_departement[(zone.region_code, zone.departement_code)].append(zone.code)
    pairs: dict[str, tuple[str, str]] = {}
    ranks: dict[str, int] = defaultdict(int)
    for (region, _departement), epcis in sorted(by_departement.items()):
        for start in range(0, len(epcis), EPCIS_PER_AREA):
            ranks[region] += 1
            group = epcis[start : start + EPCIS_PER_AREA]
            seat = max(seats[code] for code in group)
            for code in group:
                pairs[code] = (f"{region.zfill(2)[-2:]}{ranks[region]:02d}", seat[1])
    return pairs


def _largest_communes() -> dict[str, tuple[int, str]]:
    """EPCI code → (population, name) of its largest commune."""
    found: dict[str, tuple[int, str]] = {}
    rows = Commune.objects.exclude(epci_code="").values_list("epci_code", "population", "name")
    for epci, population, name in rows:
        found[epci] = max(found.get(epci, (0, "")), (population or 0, name))
    return found
