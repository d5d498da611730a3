"""What régions and départements are called, from the official code committed with Vigie: no database is asked."""

from __future__ import annotations

from functools import cache

from vigie.kernel.zones import ZoneType
from vigie.territory.official_code import read_zone_rows


@cache
def region_names() -> dict[str, str]:
    """Code → name: « Pays de la Loire »."""
    return _named(ZoneType.REGION)


@cache
def departement_names() -> dict[str, str]:
    """Code → name and code, as everywhere: « Gard (30) »."""
    return {code: f"{name} ({code})" for code, name in _named(ZoneType.DEPARTEMENT).items()}


def departement_name(code: str) -> str:
    """« Gard (30) »; the code itself when it is not one of today."""
    return departement_names().get(code, code)


def _named(kind: ZoneType) -> dict[str, str]:
    return {row.code: row.name.replace("'", "’") for row in read_zone_rows() if row.zone_type is kind}
