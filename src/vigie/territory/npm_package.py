"""Reads the unpacked npm package ``@etalab/decoupage-administratif`` into an edition of the official code.

Only ``build_territory_data`` uses it: the service itself reads the committed tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vigie.kernel.errors import CheckFailed, UnreadableFile
from vigie.kernel.zones import ZoneType
from vigie.territory.official_code import CommuneRow, FormerRow, OfficialCode, Source, ZoneRow
from vigie.territory.rules import MovementKind, main_parent

PACKAGE = "@etalab/decoupage-administratif"
LICENCE = "Licence Ouverte 2.0 (Etalab)"
PRODUCERS = "Insee (code officiel géographique, populations), DGCL (EPCI), La Poste (codes postaux)"

_LIVE = ("commune-actuelle", "arrondissement-municipal")
_FORMER = {"commune-deleguee": MovementKind.DELEGATED, "commune-associee": MovementKind.ASSOCIATED}


def read_package(folder: Path, *, vintage: int | None = None) -> OfficialCode:
    """The edition held by the package. vintage: its year, when the package's README does not tell it."""
    source = _source(folder, vintage)
    communes = _load(folder, "communes")
    epcis = _load(folder, "epci")
    departements = _load(folder, "departements")
    regions = _load(folder, "regions")
    try:
        live = _communes(communes, epcis)
        region_of = {row["code"]: row["region"] for row in departements}
        stray = [row["code"] for row in communes if row["region"] != region_of.get(row["departement"])]
        if stray:
            raise CheckFailed(str(folder), f"communes outside the région of their département: {', '.join(stray[:5])}")
        return OfficialCode(
            source=source,
            communes=live,
            zones=tuple(_zones(epcis, departements, regions, live, region_of)),
            formers=_formers(communes, {commune.code for commune in live}),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise UnreadableFile(str(folder), f"a row misses {fault}: not the package {PACKAGE}") from fault


def _source(folder: Path, vintage: int | None) -> Source:
    card = _json(folder / "package.json")
    if not isinstance(card, dict) or card.get("name") != PACKAGE:
        raise UnreadableFile(str(folder / "package.json"), f"not the package {PACKAGE}")
    version = str(card.get("version", ""))
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    told = re.search(rf"^\|\s*(\d{{4}})\s*\|\s*{re.escape(version)}\s*\|", text, re.MULTILINE)
    if vintage is None and told is None:
        raise CheckFailed(str(readme), f"does not tell the year of version {version}: give --vintage")
    return Source(PACKAGE, version, vintage or int(told[1] if told else 0), LICENCE, PRODUCERS)


def _communes(rows: list[dict[str, Any]], epcis: list[dict[str, Any]]) -> tuple[CommuneRow, ...]:
    epci_of = {member["code"]: epci["code"] for epci in epcis for member in epci["membres"]}
    communes = [
        CommuneRow(
            code=row["code"],
            name=row["nom"],
            departement=row["departement"],
            parent=row.get("commune", ""),
            epci=epci_of.get(row.get("commune") or row["code"], ""),  # a district is in the EPCI of its city
            population=row.get("population"),
            postal_codes=tuple(sorted(set(row.get("codesPostaux", ())))),
        )
        for row in rows
        if row["type"] in _LIVE
    ]
    return tuple(sorted(communes, key=lambda commune: commune.code))


def _zones(
    epcis: list[dict[str, Any]],
    departements: list[dict[str, Any]],
    regions: list[dict[str, Any]],
    communes: Iterable[CommuneRow],
    region_of: dict[str, str],
) -> Iterable[ZoneRow]:
    departement_of = {commune.code: commune.departement for commune in communes}
    for row in sorted(epcis, key=lambda row: row["code"]):
        main = main_parent((departement_of[m["code"]], m["populationMunicipale"] or 0) for m in row["membres"])
        yield ZoneRow(ZoneType.EPCI, row["code"], row["nom"], main, region_of[main])
    for row in sorted(departements, key=lambda row: row["code"]):
        yield ZoneRow(ZoneType.DEPARTEMENT, row["code"], row["nom"], "", row["region"])
    for row in sorted(regions, key=lambda row: row["code"]):
        yield ZoneRow(ZoneType.REGION, row["code"], row["nom"])


def _formers(rows: list[dict[str, Any]], live: set[str]) -> tuple[FormerRow, ...]:
    """Delegated and associated communes; then the other codes that the communes of today once absorbed."""
    formers = {
        row["code"]: FormerRow(row["code"], row["chefLieu"], _FORMER[row["type"]], row["nom"])
        for row in rows
        if row["type"] in _FORMER
    }
    for row in rows:
        for old in row.get("anciensCodes", ()):
            if old not in live:
                formers.setdefault(old, FormerRow(old, row["code"], MovementKind.MERGED))
    lost = [former.code for former in formers.values() if former.commune not in live]
    if lost:
        raise CheckFailed(PACKAGE, f"former communes whose chief town is not a commune: {', '.join(lost[:5])}")
    return tuple(formers[code] for code in sorted(formers))


def _load(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / "data" / f"{name}.json"
    rows = _json(path)
    if not isinstance(rows, list) or not rows:
        raise UnreadableFile(str(path), "not a list of rows")
    return rows


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise UnreadableFile(str(path), str(fault)) from fault
