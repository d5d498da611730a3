"""The profiles of habilitation in use: each level × profile of work × territory, what it opens, how many hold it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count

from vigie.accounts.models import Habilitation
from vigie.accounts.models_agents import Segment
from vigie.accounts.rules import parse_territory, territory_words
from vigie.accounts.states import GRANTED
from vigie.agents.reference_rules import departements_of
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.rights.table import DETECTION, ROLE_LABELS, Role
from vigie.territory.models import Zone, ZoneGroup
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted, number

PAGE_SIZE = 50
OPENED = {
    Role.LEVEL_A: "listes, alerte, Urssaf, activité partielle, Banque de France, PGE",
    Role.LEVEL_B: "listes, alerte, activité partielle, PGE",
}


@dataclass(frozen=True)
class Sought:
    """What narrows the profiles; empty: nothing. departement: those whose territory covers it."""

    q: str = ""
    level: str = ""
    segment: str = ""
    departement: str = ""


@dataclass(frozen=True)
class _Profile:
    level: str
    segment_code: str
    segment: str
    territory: str
    agents: int


@dataclass(frozen=True)
class ProfilesPage:
    """The combinations in use. count: those that the filters keep, and their agents."""

    count: str
    table: Table
    pages: Page


def profiles_page(sought: Sought, page: str) -> ProfilesPage:
    """The most common first. 1 query, 3 when a département is asked for."""
    kept = _kept(_in_use(), sought)
    pages = Paginator(kept, PAGE_SIZE).get_page(page)
    agents = counted(sum(one.agents for one in kept), "habilitation")
    return ProfilesPage(
        count=f"{counted(len(kept), 'profil en usage', 'profils en usage')}, {agents}",
        table=Table(
            caption="Profils d’habilitation en usage",
            columns=(
                Column("Niveau", header=True), Column("Profil"), Column("Territoire"), Column("Ouvre"),
                Column("Agents", numeric=True),
            ),
            rows=tuple(_row(one) for one in pages),
            empty="Aucun profil ne répond à ces critères. Retirez un filtre.",
            caption_hidden=True,
        ),
        pages=pages,
    )  # fmt: skip


def _row(one: _Profile) -> tuple[Cell | str, ...]:
    role = Role(one.level)
    return (
        Cell(ROLE_LABELS[role].rpartition(" ")[2]), one.segment or "Sans profil", territory_words(one.territory),
        OPENED[role], number(one.agents),
    )  # fmt: skip


def _in_use() -> list[_Profile]:
    """By the habilitations granted. 1 query."""
    rows = (
        Habilitation.objects.filter(state=GRANTED, role__in=DETECTION)
        .order_by()
        .values_list("role", "user__agent__segment__code", "user__agent__segment__label", "territory")
        .annotate(count=Count("user", distinct=True))
    )
    found = [_Profile(role, code or "", label or "", where, count) for role, code, label, where, count in rows]
    return sorted(found, key=lambda one: (-one.agents, one.level, one.segment, one.territory))


def _kept(rows: list[_Profile], sought: Sought) -> list[_Profile]:
    words = fold(sought.q).split()
    found = [
        one
        for one in rows
        if sought.level in ("", one.level)
        and sought.segment in ("", one.segment_code)
        and all(word in fold(f"{one.segment} {territory_words(one.territory)} {one.territory}") for word in words)
    ]
    return _covering(found, sought.departement) if sought.departement else found


def _covering(rows: list[_Profile], departement: str) -> list[_Profile]:
    """Those whose territory holds a département, by its régions and named zones too. 2 queries."""
    groups = ZoneGroup.objects.filter(archived_at=None).values_list("code", "departements")
    named = {code: frozenset(codes) for code, codes in groups}
    regions: dict[str, set[str]] = defaultdict(set)
    for code, region in Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).values_list("code", "region_code"):
        regions[region].add(code)
    inside = {code: frozenset(codes) for code, codes in regions.items()}

    def covers(text: str) -> bool:
        read = parse_territory(text)
        return read.whole or departement in departements_of((read,), named, inside)

    return [one for one in rows if covers(one.territory)]


def profile_choices() -> list[tuple[str, str]]:
    """The profiles of work to filter by; those withdrawn may still be held. 1 query."""
    return list(Segment.objects.values_list("code", "label"))


def departement_choices() -> list[tuple[str, str]]:
    """1 query."""
    rows = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).order_by("code").values_list("code", "name")
    return [(code, f"{code} {name}") for code, name in rows]
