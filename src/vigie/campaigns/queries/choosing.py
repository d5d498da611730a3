"""Which firms a campaign is made of: those of a list that answer to filters, and those given by their numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from vigie.campaigns.models import Campaign, Target
from vigie.campaigns.rules import FIRMS_AT_MOST, FOR_GOOD
from vigie.campaigns.states import POSTPONED, TO_CONTACT
from vigie.kernel.siren import compact, is_siren, is_siret
from vigie.rights.person import Person
from vigie.watchlists.models import FirmPlace, Publication
from vigie.watchlists.queries.filters import Filters, narrowed
from vigie.watchlists.queries.sight import sights

_APART = re.compile(r"[\s,;]*[\n,;]+[\s,;]*")


@dataclass(frozen=True)
class Chosen:
    """A firm chosen: where, and the family of what raises its risk most (empty: chosen by hand)."""

    siren: str
    departement: str
    family: str = ""


@dataclass(frozen=True)
class Numbers:
    """Firms given by their numbers. refused: (what was typed, why), in French."""

    chosen: tuple[Chosen, ...]
    refused: tuple[tuple[str, str], ...]


def from_list(person: Person, publication: Publication | None, filters: Filters) -> list[Chosen]:
    """The firms in alert of the person's territory; one more than a campaign may have at most. 2 queries."""
    if publication is None:
        return []
    rows = narrowed(person, publication, filters).order_by("-level", "rank")
    found = list(rows.values_list("siren", "departement", "main_family")[: FIRMS_AT_MOST + 1])
    where = _places(person, [siren for siren, _departement, _family in found])
    return [
        Chosen(siren, _place(where.get(siren, ()), departement), family)
        for siren, departement, family in found
        if where.get(siren)
    ]


def by_numbers(person: Person, text: str, known: Collection[str] = ()) -> Numbers:
    """The firms whose SIREN or SIRET are given, one a line. known: those already in the campaign. 2 queries."""
    asked: dict[str, str] = {}
    refused = []
    for typed in (one.strip() for one in _APART.split(text) if one.strip()):
        number = compact(typed)
        if not (is_siren(number) or is_siret(number)):
            refused.append((typed[:40], "ce n’est ni un SIREN ni un SIRET"))
        elif number[:9] in known:
            refused.append((typed[:40], "elle est déjà dans la campagne"))
        else:
            asked[number[:9]] = typed[:40]
    seen, where = sights(person, asked), _places(person, asked)
    chosen = []
    for siren, typed in asked.items():
        if siren not in seen:
            refused.append((typed, "aucune entreprise connue ne porte ce numéro"))
        elif not where.get(siren):
            refused.append((typed, "elle n’a pas d’établissement dans votre territoire"))
        elif not seen[siren].unlocked:
            refused.append((typed, "ses données vous sont verrouillées\u00a0: suivez-la d’abord, avec votre motif"))
        else:
            chosen.append(Chosen(siren, where[siren][0]))
    return Numbers(tuple(chosen), tuple(refused))


def left_over(person: Person, former: Campaign) -> list[str]:
    """The SIREN of a campaign that another one takes again: not yet contacted, or postponed for a time. 1 query."""
    rows = Target.objects.allowed(person, "target.view").filter(campaign=former)
    again = Q(state=TO_CONTACT) | Q(state=POSTPONED) & ~Q(postponed_for=FOR_GOOD)
    return list(rows.filter(again).order_by("pk").values_list("firm_id", flat=True))


def _places(person: Person, sirens: Iterable[str]) -> dict[str, list[str]]:
    """siren → the départements of the person's territory where it has an establishment. 1 query."""
    rows = FirmPlace.objects.filter(siren__in=list(sirens)).order_by("departement")
    if not person.nationwide:
        rows = rows.filter(departement__in=sorted(person.departements))
    found: dict[str, list[str]] = {}
    for siren, departement in rows.values_list("siren", "departement"):
        found.setdefault(siren, []).append(departement)
    return found


def _place(inside: Collection[str], head_office: str) -> str:
    """The département of the head office when it is inside, else the first."""
    return head_office if head_office in inside else next(iter(inside))
