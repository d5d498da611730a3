"""The antennes of an institution with what they cover, for the rule that places one above another."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from vigie.accounts.models import Antenne, AntenneZone
from vigie.directory.rules import AntenneFacts
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Commune


def antenne_facts(institution_id: int) -> list[AntenneFacts]:
    """The living antennes of the institution. 3 queries whatever their number."""
    antennes = list(Antenne.objects.filter(institution=institution_id, deleted_at__isnull=True).order_by("pk"))
    zones: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for antenne_id, kind, code in AntenneZone.objects.filter(antenne__in=antennes).values_list(
        "antenne_id", "zone_type", "code"
    ):
        zones[antenne_id].add((kind, code))
    covered = communes_of(set().union(*zones.values()) if zones else set())
    return [
        AntenneFacts(one.pk, one.level, frozenset().union(*(covered[zone] for zone in zones[one.pk])))
        for one in antennes
    ]


def communes_of(zones: set[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    """Zone → codes of the communes it covers. 1 query."""
    found: dict[tuple[str, str], set[str]] = {zone: set() for zone in zones}
    condition = Q(pk__in=[])
    for kind in ZoneType:
        codes = [code for zone_kind, code in zones if zone_kind == kind]
        condition |= Q(**{f"{_column(kind)}__in": codes}) if codes else Q(pk__in=[])
    columns = {kind: _column(kind) for kind in ZoneType}
    for row in Commune.objects.filter(condition).values(*columns.values()):
        for kind, column in columns.items():
            key = (str(kind), row[column])
            if key in found:
                found[key].add(row["code"])
    return {zone: frozenset(codes) for zone, codes in found.items()}


def _column(kind: ZoneType) -> str:
    return "code" if kind is ZoneType.COMMUNE else f"{kind.value}_code"
