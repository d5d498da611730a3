"""Zones of intervention: the five kinds, the shape of their codes, and whether they cover a commune (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ZoneType(StrEnum):
    """Kinds of zone, from the smallest to the widest."""

    COMMUNE = "commune"
    EPCI = "epci"
    EMPLOYMENT_AREA = "employment_area"
    DEPARTEMENT = "departement"
    REGION = "region"


ZONE_LABELS: dict[ZoneType, str] = {
    ZoneType.COMMUNE: "Commune",
    ZoneType.EPCI: "Intercommunalité (EPCI)",
    ZoneType.EMPLOYMENT_AREA: "Bassin d’emploi",
    ZoneType.DEPARTEMENT: "Département",
    ZoneType.REGION: "Région",
}

ZONE_CODE_SHAPES: dict[ZoneType, re.Pattern[str]] = {
    ZoneType.COMMUNE: re.compile(r"^(\d{5}|2[AB]\d{3})$", re.ASCII),
    ZoneType.EPCI: re.compile(r"^\d{9}$", re.ASCII),
    ZoneType.EMPLOYMENT_AREA: re.compile(r"^\d{4}$", re.ASCII),
    ZoneType.DEPARTEMENT: re.compile(r"^(\d{2}|2[AB]|\d{3})$", re.ASCII),
    ZoneType.REGION: re.compile(r"^(\d{2}|9[78]\d)$", re.ASCII),
}


@dataclass(frozen=True)
class Place:
    """A commune and the zones it belongs to; an empty code means it belongs to none of that kind."""

    commune: str
    epci: str = ""
    employment_area: str = ""
    departement: str = ""
    region: str = ""
    parent_commune: str = ""  # the city, for a municipal district of Paris, Lyon or Marseille

    def zones(self) -> tuple[tuple[ZoneType, str], ...]:
        """Every (kind, code) that covers the commune, smallest first."""
        pairs = (
            (ZoneType.COMMUNE, self.commune),
            (ZoneType.COMMUNE, self.parent_commune),
            (ZoneType.EPCI, self.epci),
            (ZoneType.EMPLOYMENT_AREA, self.employment_area),
            (ZoneType.DEPARTEMENT, self.departement),
            (ZoneType.REGION, self.region),
        )
        return tuple((kind, code) for kind, code in pairs if code)


def covering(zones: Iterable[tuple[ZoneType | str, str]], place: Place) -> tuple[ZoneType, str] | None:
    """The smallest of ``zones`` that covers the place, or None."""
    held = {(ZoneType(kind), code) for kind, code in zones}
    return next((zone for zone in place.zones() if zone in held), None)
