"""What the rest of Vigie asks of the territory: a place, a commune to choose, the name of a zone.

Every function that takes several codes costs the same number of queries whatever their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from vigie.kernel.text import fold
from vigie.kernel.zones import Place, ZoneType
from vigie.territory.models import (
    Commune,
    CommuneMovement,
    CommuneQuerySet,
    FormerName,
    PostalCode,
    Zone,
    zone_standing,
)
from vigie.territory.rules import current_codes, parse_zone, refuse_unknown_zone
from vigie.territory.sync import batches

_ABBREVIATIONS = {"ST": "SAINT", "STE": "SAINTE"}
_TYPED_MAX = 100
_POSTAL = re.compile(r"[0-9]{5}")
_DEPARTEMENT = re.compile(r"[0-9]{2}|2[AB]|9[78][0-9]")
# One or two letters are in half the names of France: only the names that begin so are looked for.
_CONTAINS_FROM = 3
_BY_POPULATION = (F("population").desc(nulls_last=True), "code")


@dataclass(frozen=True)
class CommuneChoice:
    """A commune offered to someone who searches. former_name: the name he typed, when it is one of the past."""

    code: str
    name: str
    kind: str
    departement_code: str
    population: int | None
    postal_codes: tuple[str, ...] = ()
    former_name: str = ""

    @property
    def label(self) -> str:
        """« Montluel (01120) », « Lyon (69) » when it has several postal codes, with the former name if typed."""
        where = self.postal_codes[0] if len(self.postal_codes) == 1 else self.departement_code
        former = f", anciennement {self.former_name}" if self.former_name else ""
        return f"{self.name} ({where}){former}"


@dataclass(frozen=True)
class ZoneChoice:
    """A zone with its name for people."""

    zone_type: ZoneType
    code: str
    label: str


# --- places ---------------------------------------------------------------------------------------------------------


def resolve_commune(code: str) -> Commune | None:
    """The commune of today that a code stands for, through mergers. One query when it is current."""
    commune = Commune.objects.filter(code=code).first()
    if commune is None and (successor := CommuneMovement.objects.successors({code}).get(code)):
        commune = Commune.objects.filter(code=successor).first()
    return commune


def place_of(code: str) -> Place | None:
    """The zones of a commune, an old code giving those of its successor; None when nobody knows the code."""
    commune = resolve_commune(code)
    return commune.place if commune else None


def places_of(codes: Iterable[str]) -> dict[str, Place]:
    """Code → place, for the codes that are known, old ones included. Queries grow by one per 500 codes."""
    asked = set(codes)
    places = _current_places(asked)
    successors = CommuneMovement.objects.successors(asked - set(places))
    later = _current_places(set(successors.values()) - set(places)) | places
    return places | {old: later[new] for old, new in successors.items() if new in later}


def _current_places(codes: set[str]) -> dict[str, Place]:
    return {
        commune.code: commune.place
        for batch in batches(sorted(codes))
        for commune in Commune.objects.filter(code__in=batch)
    }


def successor_codes() -> dict[str, str]:
    """Every old code → the commune of today: for a file of millions of rows. Two queries."""
    moves = dict(CommuneMovement.objects.values_list("old_code", "new_code"))
    live = set(Commune.objects.values_list("code", flat=True))
    return current_codes(moves, live)


def communes_of_zone(zone_type: str, code: str) -> CommuneQuerySet:
    """The communes that the zone covers, municipal districts included; ``.whole()`` leaves these out."""
    return Commune.objects.in_zone(ZoneType(zone_type), code).order_by("code")


def zones_containing(commune_code: str) -> tuple[ZoneChoice, ...]:
    """The zones that cover the commune (or its successor), smallest first; empty when unknown. 3 queries."""
    place = place_of(commune_code)
    if place is None:
        return ()
    labels = zone_labels(place.zones())
    return tuple(ZoneChoice(kind, code, labels[kind, code]) for kind, code in place.zones())


# --- zones ----------------------------------------------------------------------------------------------------------


def check_zone(zone_type: str, code: str) -> str:
    """The code in its official writing; InvalidInput when its shape is wrong or the official code has no such zone."""
    kind, written = parse_zone(zone_type, code)
    refuse_unknown_zone(kind, written, zone_standing(kind, written))
    return written


def zone_label(zone_type: str, code: str) -> str:
    """The name of a zone for people; an unknown code is shown as such."""
    return zone_labels([(zone_type, code)])[ZoneType(zone_type), code]


def zone_labels(pairs: Iterable[tuple[str, str]]) -> dict[tuple[ZoneType, str], str]:
    """(kind, code) → name, for all the pairs. At most 2 queries per 500 codes, none per row."""
    asked = {(ZoneType(kind), code) for kind, code in pairs}
    labels: dict[tuple[ZoneType, str], str] = {}
    for batch in batches(sorted(code for kind, code in asked if kind is ZoneType.COMMUNE)):
        rows = Commune.objects.filter(code__in=batch).values_list("code", "name", "departement_code")
        labels |= {(ZoneType.COMMUNE, code): f"{name} ({departement})" for code, name, departement in rows}
    for batch in batches(sorted({code for kind, code in asked if kind is not ZoneType.COMMUNE})):
        for kind, code, name in Zone.objects.filter(code__in=batch).values_list("zone_type", "code", "name"):
            labels[ZoneType(kind), code] = f"{name} ({code})" if kind == ZoneType.DEPARTEMENT else name
    return {(kind, code): labels.get((kind, code), f"{code} (code inconnu)") for kind, code in asked}


def search_zones(zone_type: str, text: str, limit: int = 20) -> list[ZoneChoice]:
    """Zones of a kind by name (accents ignored) or by code; those that begin so first. At most 2 queries."""
    kind = ZoneType(zone_type)
    if kind is ZoneType.COMMUNE:
        return [ZoneChoice(kind, choice.code, choice.label) for choice in search_communes(text, limit)]
    typed = fold(text[:_TYPED_MAX])
    if not typed:
        return []
    found = Zone.objects.filter(zone_type=kind).filter(Q(name_folded__contains=typed) | Q(code=typed))
    zones = found.annotate(rank=_rank(typed)).order_by("rank", "name_folded", "code")[:limit]
    labels = zone_labels((kind, zone.code) for zone in zones)
    return [ZoneChoice(kind, zone.code, labels[kind, zone.code]) for zone in zones]


# --- choosing a commune -----------------------------------------------------------------------------------------------


def search_communes(text: str, limit: int = 20) -> list[CommuneChoice]:
    """Communes by name, by postal code, or by both (« Saint-Denis 93200 », « saint denis 93 »); at most 5 queries.

    Accents, case and hyphens are ignored. The exact name comes first, then the names that begin so, then the others,
    each by population; names of the past fill the places left.
    """
    words = fold(text[:_TYPED_MAX]).split()
    postal = next((word for word in words if _POSTAL.fullmatch(word)), "")
    name = " ".join(_ABBREVIATIONS.get(word, word) for word in words if word != postal)
    if not name and not postal:
        return []
    within: dict[str, Any] = {"code__in": _with_postal_code(code=postal)} if postal else {}
    if not name:
        # The municipal district says more than the city: it comes first.
        return _choices(Commune.objects.filter(**within).order_by(F("kind").desc(), *_BY_POPULATION)[:limit])
    if name.isdigit() and 2 <= len(name) < 5:
        begun = Commune.objects.filter(code__in=_with_postal_code(code__startswith=name))
        return _choices(begun.order_by(*_BY_POPULATION)[:limit])
    choices = _named(name, limit, within)
    head, _space, tail = name.rpartition(" ")
    if not choices and head and _DEPARTEMENT.fullmatch(tail):
        choices = _named(head, limit, within | {"departement_code": tail})
    return choices


def _with_postal_code(**wanted: str) -> QuerySet[PostalCode, Any]:
    return PostalCode.objects.filter(**wanted).values("commune_id")


def _named(name: str, limit: int, within: dict[str, Any]) -> list[CommuneChoice]:
    """The communes that bear the name today, then those that took in a place of that name."""
    match = Q(name_folded__contains=name) if len(name) >= _CONTAINS_FROM else Q(name_folded__startswith=name)
    today = Commune.objects.filter(match, **within).annotate(rank=_rank(name))
    choices = _choices(today.order_by("rank", *_BY_POPULATION)[:limit])
    room = limit - len(choices)
    if not room or len(name) < _CONTAINS_FROM:
        return choices
    past = FormerName.objects.filter(match, **{f"commune__{lookup}": value for lookup, value in within.items()})
    past = past.exclude(commune__in=[choice.code for choice in choices]).annotate(rank=_rank(name))
    past = past.order_by("rank", F("commune__population").desc(nulls_last=True), "code")
    former: dict[str, str] = {}
    for code, called in past.values_list("commune_id", "name")[: room * 2]:  # two names may lead to one commune
        if len(former) < room:
            former.setdefault(code, called)
    by_code = {choice.code: choice for choice in _choices(Commune.objects.filter(code__in=former))} if former else {}
    return choices + [replace(by_code[code], former_name=called) for code, called in former.items()]


def _rank(name: str) -> Case:
    """0 the name itself, 1 begins so, 2 a word begins so, 3 elsewhere."""
    return Case(
        When(name_folded=name, then=Value(0)),
        When(name_folded__startswith=name, then=Value(1)),
        When(name_folded__contains=f" {name}", then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _choices(communes: QuerySet[Commune]) -> list[CommuneChoice]:
    """2 queries."""
    found = list(communes)
    postal: dict[str, list[str]] = {}
    codes = PostalCode.objects.filter(commune__in=[commune.code for commune in found]).order_by("code")
    for commune_id, code in codes.values_list("commune_id", "code"):
        postal.setdefault(commune_id, []).append(code)
    return [
        CommuneChoice(
            code=commune.code,
            name=commune.name,
            kind=commune.kind,
            departement_code=commune.departement_code,
            population=commune.population,
            postal_codes=tuple(postal.get(commune.code, ())),
        )
        for commune in found
    ]
