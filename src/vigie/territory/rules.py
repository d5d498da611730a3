"""What may be said of a zone code, and which commune an old code stands for today (pure).

Nothing here reads the tables: the code's standing and the movements are given by the caller.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vigie.kernel.errors import CheckFailed, InvalidInput
from vigie.kernel.text import clean_line
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType

MOVEMENTS_SOURCE = "movements of communes"

# The share of unknown communes above which a table of the institute is not the one of this official code.
UNKNOWN_SHARE_MAX = 0.05
# The share of what a table gave before that its next edition may lose: beyond, the file is taken for cut short.
SHRINK_MAX = 0.02


class CommuneKind(StrEnum):
    """What a row of the communes is."""

    COMMUNE = "commune"
    MUNICIPAL_DISTRICT = "municipal_district"


class MovementKind(StrEnum):
    """Why a code is no longer that of a commune."""

    DELEGATED = "delegated"
    ASSOCIATED = "associated"
    MERGED = "merged"
    RECODED = "recoded"
    SUPPRESSED = "suppressed"


COMMUNE_KIND_LABELS = {
    CommuneKind.COMMUNE: "Commune",
    CommuneKind.MUNICIPAL_DISTRICT: "Arrondissement municipal",
}

MOVEMENT_KIND_LABELS = {
    MovementKind.DELEGATED: "Commune déléguée",
    MovementKind.ASSOCIATED: "Commune associée",
    MovementKind.MERGED: "Commune fusionnée",
    MovementKind.RECODED: "Changement de code",
    MovementKind.SUPPRESSED: "Commune supprimée",
}

# Event codes of the institute's table (column MOD) after which the code before is no longer a commune's.
# The others leave it alive: 10 new name, 20 creation, 21 re-establishment, 70 associated → delegated.
ENDING_EVENTS: dict[str, MovementKind] = {
    "30": MovementKind.SUPPRESSED,
    "31": MovementKind.MERGED,
    "32": MovementKind.MERGED,
    "33": MovementKind.MERGED,
    "34": MovementKind.MERGED,
    "35": MovementKind.MERGED,
    "41": MovementKind.RECODED,  # change of département
    "50": MovementKind.RECODED,  # transfer of the chief town
}
RENAMING_EVENT = "10"

_SHAPE_HINTS: dict[ZoneType, str] = {
    ZoneType.COMMUNE: "un code de commune compte 5 caractères, comme 69123 ou 2A004",
    ZoneType.EPCI: "un code d’intercommunalité est un numéro SIREN de 9 chiffres, comme 200046977",
    ZoneType.EMPLOYMENT_AREA: "un code de bassin d’emploi compte 4 chiffres, comme 8421",
    ZoneType.DEPARTEMENT: "un code de département s’écrit comme 01, 2A ou 974",
    ZoneType.REGION: "un code de région compte 2 chiffres, comme 84, ou 3 outre-mer, comme 978",
}

_UNKNOWN: dict[ZoneType, str] = {
    ZoneType.COMMUNE: "à aucune commune",
    ZoneType.EPCI: "à aucune intercommunalité",
    ZoneType.EMPLOYMENT_AREA: "à aucun bassin d’emploi",
    ZoneType.DEPARTEMENT: "à aucun département",
    ZoneType.REGION: "à aucune région",
}

_WIDTHS = {ZoneType.COMMUNE: 5, ZoneType.EMPLOYMENT_AREA: 4, ZoneType.DEPARTEMENT: 2, ZoneType.REGION: 2}


@dataclass(frozen=True)
class ZoneStanding:
    """Where a code stands in the official code; the successor is that of a commune that is no more."""

    known: bool
    successor_code: str = ""
    successor_name: str = ""


@dataclass(frozen=True)
class Movement:
    """The end of a commune's code. ``line`` is its place in the file it comes from."""

    old_code: str
    new_code: str
    kind: MovementKind
    effective_on: date | None = None
    line: int | None = None


def parse_zone(zone_type: str, code: str) -> tuple[ZoneType, str]:
    """The kind and the code in its official writing (capitals, leading zeros), or InvalidInput."""
    try:
        kind = ZoneType(zone_type)
    except ValueError:
        raise InvalidInput(
            "zone_type_unknown", "Ce type de zone n’existe pas. Choisissez-le dans la liste.", field="zone_type"
        ) from None
    written = clean_line(code[:60]).upper()
    if written.isascii() and written.isdigit():
        written = written.zfill(_WIDTHS.get(kind, 0))  # spreadsheets eat leading zeros
    if not ZONE_CODE_SHAPES[kind].fullmatch(written):
        raise InvalidInput(
            "zone_code_shape",
            f"Le code « {written[:20]} » n’est pas valide : {_SHAPE_HINTS[kind]}. Vérifiez-le.",
            field="code",
        )
    return kind, written


def refuse_unknown_zone(kind: ZoneType, code: str, standing: ZoneStanding) -> None:
    """Raises InvalidInput when the official code does not hold the zone; names the successor of a merged commune."""
    if standing.known:
        return
    if standing.successor_code:
        raise InvalidInput(
            "zone_commune_merged",
            f"La commune {code} n’existe plus : elle fait aujourd’hui partie de {standing.successor_name}. "
            f"Utilisez le code {standing.successor_code}.",
            field="code",
        )
    raise InvalidInput(
        "zone_code_unknown",
        f"Le code {code} ne correspond {_UNKNOWN[kind]} du code officiel géographique. "
        "Vérifiez-le, ou cherchez la zone par son nom.",
        field="code",
    )


def last_movements(movements: Iterable[Movement], populations: Mapping[str, int]) -> dict[str, Movement]:
    """One movement per old code: the latest; of a territory shared out, the most populous of the successors."""

    def weight(movement: Movement) -> tuple[date, int, str]:
        return movement.effective_on or date.min, populations.get(movement.new_code, -1), movement.new_code

    kept: dict[str, Movement] = {}
    for movement in movements:
        rival = kept.get(movement.old_code)
        if rival is None or weight(movement) > weight(rival):
            kept[movement.old_code] = movement
    return kept


def current_codes(movements: Mapping[str, str], live: Container[str]) -> dict[str, str]:
    """Old code → live code, chains followed; codes that lead nowhere are absent; a circle raises CheckFailed."""
    resolved: dict[str, str] = {}
    for start in movements:
        trail = [start]
        while trail[-1] not in live and trail[-1] in movements and trail[-1] not in resolved:
            following = movements[trail[-1]]
            if following in trail:
                circle = " → ".join([*trail[trail.index(following) :], following])
                raise CheckFailed(MOVEMENTS_SOURCE, f"the codes {circle} form a circle: no commune is their successor")
            trail.append(following)
        end = resolved.get(trail[-1], trail[-1] if trail[-1] in live else "")
        if end:
            resolved.update((code, end) for code in trail[:-1])
    return resolved


def main_parent(members: Iterable[tuple[str, int]]) -> str:
    """Of (département or région, population) pairs, the one where most people live; empty when there is none."""
    totals: dict[str, int] = {}
    for code, population in members:
        totals[code] = totals.get(code, 0) + population
    return min(totals, key=lambda code: (-totals[code], code), default="")
