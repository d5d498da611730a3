"""In which départements and régions each antenne of an institution has a zone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from vigie.accounts.models import AntenneZone
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Commune, Zone


@dataclass
class Places:
    """Codes of départements and régions; a whole région stands in none of its départements."""

    departements: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)


def places_of_antennes(institution_id: int) -> dict[int, Places]:
    """Antenne → where it intervenes; nowhere for one without zone. 3 queries."""
    lines = list(
        AntenneZone.objects.filter(antenne__institution=institution_id).values_list("antenne_id", "zone_type", "code")
    )
    codes = {code for _antenne, _kind, code in lines}
    known = {
        (kind, code): (departement, region)
        for kind, code, departement, region in Zone.objects.filter(code__in=codes).values_list(
            "zone_type", "code", "departement_code", "region_code"
        )
    }
    communes = Commune.objects.filter(code__in=[code for _one, kind, code in lines if kind == ZoneType.COMMUNE])
    for code, departement, region in communes.values_list("code", "departement_code", "region_code"):
        known[ZoneType.COMMUNE.value, code] = departement, region
    found: dict[int, Places] = defaultdict(Places)
    for antenne, kind, code in lines:
        departement, region = known.get((kind, code), ("", ""))
        departement = code if kind == ZoneType.DEPARTEMENT else departement
        region = code if kind == ZoneType.REGION else region
        found[antenne].departements |= {departement} - {""}
        found[antenne].regions |= {region} - {""}
    return found
