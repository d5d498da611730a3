"""The open list, restricted to the territory of its reader: one page of it, its filters, what its sources miss.

Sorted by score and nothing else, so that the place of a line never depends on who reads or on the page before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from vigie.agents.models import Follow
from vigie.kernel.clock import now
from vigie.kernel.nomenclature.naf import naf_label
from vigie.kernel.siren import compact, is_siren
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.territory.models import Zone
from vigie.territory.queries import zone_labels
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted, day, number, percent
from vigie.watchlists.models import Entry, EntryQuerySet, FirmPlace, Publication
from vigie.watchlists.queries.reasons import shown
from vigie.watchlists.queries.sight import sight_in_list
from vigie.watchlists.queries.words import LEVEL_STATES, SECTIONS, firm_names, month_words, of_month, to_month
from vigie.watchlists.rules import SHOWN_REASONS
from vigie.watchlists.rules_sight import Sight

PER_PAGE = 25
_TREND_FROM = 0.02
PLANS = (("plan", "Plan de continuation ou de sauvegarde"), ("delai", "Délai de paiement Urssaf"))


@dataclass(frozen=True)
class Filters:
    """What narrows the list; empty: nothing."""

    q: str = ""
    levels: tuple[str, ...] = ()
    region: str = ""
    departement: str = ""
    section: str = ""
    plan: str = ""
    first_alert: bool = False
    aggravation: bool = False
    followed: bool = False

    def parameters(self) -> dict[str, str]:
        """The filters in use, for the audit: codes only, what was searched is not kept."""
        named = {
            "levels": " ".join(self.levels), "region": self.region, "departement": self.departement,
            "section": self.section, "plan": self.plan, "searched": "yes" if self.q else "",
            "first_alert": "yes" if self.first_alert else "", "aggravation": "yes" if self.aggravation else "",
            "followed": "yes" if self.followed else "",
        }  # fmt: skip
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class ListPage:
    """A page of the list. notices: one per source that is late; table is None when no list is open."""

    title: str
    intro: str
    count: str = ""
    notices: tuple[str, ...] = ()
    freshness: str = ""
    table: Table | None = None
    next_href: str = ""
    first_href: str = ""
    code: str = ""
    sirens: tuple[str, ...] = field(default=(), repr=False)  # shown on the page, for the audit


@dataclass(frozen=True)
class Choices:
    """What the filters offer this reader."""

    regions: tuple[tuple[str, str], ...]
    departements: tuple[tuple[str, str], ...]


def choices_for(person: Person) -> Choices:
    """The départements of the territory and their régions; all of them for France as a whole. 1 query."""
    inside = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT)
    if not person.nationwide:
        inside = inside.filter(code__in=sorted(person.departements))
    rows = list(inside.order_by("code").values_list("code", "name", "region_code"))
    names = zone_labels((ZoneType.REGION, code) for _dep, _name, code in rows)
    return Choices(
        regions=tuple(sorted(((code, name) for (_kind, code), name in names.items()), key=lambda pair: pair[1])),
        departements=tuple((code, f"{code} – {name}") for code, name, _region in rows),
    )


def list_page(person: Person, filters: Filters, cursor: str, kept: Sequence[tuple[str, str]] = ()) -> ListPage:
    """The current list from the cursor on; 5 queries, whatever the number of lines.

    kept: the parameters of the address that the links to other lines carry on.
    """
    current = Publication.objects.current().first()
    if current is None:
        return ListPage("Liste de détection", "Aucune liste n’est ouverte pour le moment.")
    everything = _narrowed(person, current, filters)
    rows = list(_after(everything, cursor).order_by("rank", "pk")[: PER_PAGE + 1])
    page, more = rows[:PER_PAGE], len(rows) > PER_PAGE
    opened = f"Ouverte le {day(current.opened_at)}. " if current.opened_at else ""
    corrected = f"Liste corrigée : elle remplace la liste {current.replaces}. " if current.replaces else ""
    return ListPage(
        title=f"Liste {of_month(current.batch)}",
        intro=f"{opened}{corrected}Le risque est celui d’une procédure collective "
        f"dans les {current.told['horizon_months']} mois.",
        count=counted(everything.count(), "entreprise en alerte", "entreprises en alerte"),
        notices=late_sources(current),
        freshness=freshness(current),
        table=_table(page, current, sight_in_list(person)),
        next_href=_href(kept, f"{page[-1].rank}.{page[-1].pk}") if more else "",
        first_href=_href(kept) if cursor else "",
        code=current.code,
        sirens=tuple(entry.siren for entry in page),
    )


def _href(kept: Sequence[tuple[str, str]], cursor: str = "") -> str:
    pairs = [*kept, *([("apres", cursor)] if cursor else [])]
    return f"{reverse('watchlists:list')}?{urlencode(pairs)}"


def _narrowed(person: Person, current: Publication, filters: Filters) -> EntryQuerySet:
    found = Entry.objects.allowed(person, "entry.view").filter(publication=current).alerts()
    exact = {"region": filters.region, "section": filters.section}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if filters.levels:
        found = found.filter(level__in=filters.levels)
    if filters.departement:
        places = FirmPlace.objects.filter(departement=filters.departement)
        found = found.filter(siren__in=places.values("siren"))
    if filters.plan:
        found = found.filter(**{{"plan": "plan_running", "delai": "payment_plan_running"}[filters.plan]: True})
    if filters.first_alert:
        found = found.filter(first_alert=True)
    if filters.aggravation:
        found = found.filter(aggravation=True)
    if filters.followed:
        found = found.filter(siren__in=follows(person).values("siren"))
    return found.filter(_searched(filters.q)) if filters.q else found


def follows(person: Person) -> QuerySet[Follow]:
    """What this person follows by his own choice, now."""
    if person.user_id is None:
        return Follow.objects.none()
    return Follow.objects.running(now()).filter(user_id=person.user_id, origin=Follow.Origin.PERSONAL)


def _searched(text: str) -> Q:
    """A SIREN, or words of the name as the list writes it or in capitals."""
    if is_siren(compact(text)):
        return Q(siren=compact(text))
    condition = Q()
    for word in text.split():
        plain = fold(word)
        condition &= Q(name__icontains=word) | Q(name__icontains=plain) if plain else Q(name__contains=word)
    return condition


def _after(found: EntryQuerySet, cursor: str) -> EntryQuerySet:
    """The lines after the one that the cursor names; all of them when it cannot be read."""
    rank, _dot, pk = cursor.partition(".")
    if not (rank.isdecimal() and pk.isdecimal() and len(rank) < 10 and len(pk) < 19):
        return found
    return found.filter(Q(rank__gt=int(rank)) | Q(rank=int(rank), pk__gt=int(pk)))


def _table(page: list[Entry], current: Publication, sight: Sight) -> Table:
    names = firm_names((entry.siren, entry.name) for entry in page)
    return Table(
        caption=f"Entreprises en alerte, de la plus exposée à la moins exposée, {month_words(current.batch)}",
        columns=(
            Column("Risque"),
            Column("Entreprise", header=True),
            Column("Secteur"),
            Column("Effectif", numeric=True),
            Column("Ce qui fait monter le risque"),
            Column("À noter"),
        ),
        rows=tuple(_row(entry, names[entry.siren], current, sight) for entry in page),
        empty="Aucune entreprise ne répond à ces critères. Retirez un filtre.",
        caption_hidden=True,
        keys=True,
    )


def _row(entry: Entry, name: str, current: Publication, sight: Sight) -> tuple[Cell | str, ...]:
    reasons = shown(entry.reasons, current.told["features"], sight, SHOWN_REASONS)
    where = f"{entry.commune_name} ({entry.departement})" if entry.commune_name else entry.departement
    family = current.told["families"].get(entry.main_family, "")
    return (
        Cell(state=LEVEL_STATES[entry.level]),
        Cell(name, href=reverse("watchlists:sheet", args=[entry.siren]), hint=where or "Lieu inconnu"),
        Cell(naf_label(entry.naf) if entry.naf else "Inconnu", hint=SECTIONS.get(entry.section, "")),
        Cell(number(entry.workforce_count), hint=_trend(entry)) if entry.workforce_count is not None else "Inconnu",
        Cell(reasons[0] if reasons else family or "Non précisé", hint=" · ".join(reasons[1:])),
        ", ".join(badges(entry)) or "Rien de particulier",
    )


def _trend(entry: Entry) -> str:
    ratio = entry.workforce_change_ratio
    if ratio is None:
        return ""
    if abs(ratio) < _TREND_FROM:
        return "stable sur un an"
    return f"{'+' if ratio > 0 else ''}{percent(ratio, 0)} sur un an"


def badges(entry: Entry) -> list[str]:
    """What an agent should notice before calling."""
    told = (
        (entry.first_alert, "1re alerte"),
        (entry.aggravation, "Aggravation"),
        (not entry.in_bonis, "Procédure en cours"),
        (entry.plan_running, "En plan"),
        (entry.payment_plan_running, "Délai Urssaf en cours"),
        (entry.recent_company, "Entreprise récente"),
        (entry.corrected, "Redressement expert"),
    )
    return [words for true, words in told if true]


def late_sources(current: Publication) -> tuple[str, ...]:
    """« Urssaf : données arrêtées à avril 2026 », for each source that is not of the month."""
    said = []
    for source in current.told["sources"]:
        if source["stale"]:
            until = source["data_until"]
            state = f"données arrêtées {to_month(date.fromisoformat(until))}" if until else "données absentes"
            said.append(f"{source['label_fr']} : {state}")
    return tuple(said)


def freshness(current: Publication) -> str:
    """Until when each source goes, in one sentence."""
    told = [
        f"{source['label_fr']} au {day(date.fromisoformat(source['data_until']))}"
        for source in current.told["sources"]
        if source["data_until"] and not source["stale"]
    ]
    return f"Données : {', '.join(told)}." if told else ""
