"""A list, restricted to the territory of its reader: one page of it, the views he keeps, what its sources miss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.rights.statements import composed_once
from vigie.ui.components import Link, Table
from vigie.ui.formats import counted, day, listed
from vigie.watchlists.models import Entry, Publication
from vigie.watchlists.queries import sorting
from vigie.watchlists.queries.columns import Around, ListColumn, around
from vigie.watchlists.queries.columns import badges as badges
from vigie.watchlists.queries.filters import RESTS_ON, Filters, narrowed, proceedings_known
from vigie.watchlists.queries.filters import follows as follows
from vigie.watchlists.queries.parts import MODERATE, STRONG, part_of
from vigie.watchlists.queries.words import month_words, of_month, to_month
from vigie.watchlists.rules_sight import Sight
from vigie.watchlists.states import CHECKED, OPEN, RECEIVED, WITHDRAWN

PER_PAGE = 25
OTHERS_SHOWN = 12  # lists of the menu
LIST, SORT, PLACE = "liste", sorting.SORT, "apres"
WHOLE = "vue"  # in an address that asks for the whole list, whatever the view that opens first
# What the secretaries of the CODEFI ask each time: first alerts, in bonis, no payment plan, not recent (L-50).
CODEFI = {"premiere": "on", "procedure": "bonis", "delai": "sans", "sans_recentes": "on"}


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
    others: tuple[Link, ...] = ()
    presets: tuple[Link, ...] = ()
    rework_href: str = ""
    whole: str = ""  # the same list, without filters
    sirens: tuple[str, ...] = field(default=(), repr=False)  # shown on the page, for the audit


@dataclass(frozen=True)
class Asked:
    """What an address asks: a list (empty: the latest), a sort, a place in the list, what links carry on."""

    code: str = ""
    sort: str = sorting.DEFAULT
    place: str = ""
    kept: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]], names: Iterable[str]) -> Asked:
        """pairs: the parameters of the address, a name as often as it has values. names: those of the filters."""
        pairs = tuple(pairs)
        known, sent = {*names, LIST, SORT}, dict(pairs)
        kept = tuple((name, value) for name, value in pairs if name in known and value)
        return cls(sent.get(LIST, ""), sorting.readable(sent.get(SORT, "")), sent.get(PLACE, ""), kept)


@dataclass(frozen=True)
class OpenLists:
    """The list shown, and the others that are open, the latest first. withdrawn: the one asked for, gone since."""

    shown: Publication | None
    others: tuple[Publication, ...] = ()
    withdrawn: Publication | None = None

    @property
    def shows_latest(self) -> bool:
        """Whether the list shown is the last one."""
        return self.shown is not None and all(one.batch < self.shown.batch for one in self.others)


def lists_asked(code: str) -> OpenLists:
    """The list of this code, or that which replaced it; the latest for an empty code, None when none is open.

    Http404 for a list that was never open. 1 query, 2 for a list that is no longer open.
    """
    recent = _recent()
    found = next((one for one in recent if code in ("", one.code)), None)
    others = tuple(one for one in recent if one != found)
    return OpenLists(found, others) if found or not code else _former(code, others)


@composed_once
def _recent() -> QuerySet[Publication]:
    return Publication.objects.current().defer("checks", "counts")[: OTHERS_SHOWN + 1]


def _former(code: str, others: tuple[Publication, ...]) -> OpenLists:
    row = Publication.objects.filter(code=code).first()
    if row is None or row.state in (RECEIVED, CHECKED) or row.opened_at is None:
        raise Http404
    found = row if row.state == OPEN else Publication.objects.current().filter(batch=row.batch).first()
    if found is None or row.state == WITHDRAWN:
        return OpenLists(None, others, withdrawn=row)
    return OpenLists(found, tuple(one for one in others if one != found))


def list_page(
    person: Person, sight: Sight, lists: OpenLists, filters: Filters, asked: Asked,
    columns: tuple[ListColumn, ...],
) -> ListPage:  # fmt: skip
    """The list from the place asked on; 4 queries, 5 for the whole of France, whatever the number of lines."""
    current = lists.shown
    if current is None:
        return ListPage("Liste de détection", "Aucune liste n’est ouverte pour le moment.")
    found = narrowed(person, current, filters)
    joined = not person.nationwide or bool(filters.departements) or filters.followed
    part = part_of(found, current, asked.sort, asked.place, PER_PAGE + 1, joined=joined)
    page, more = list(part.entries[:PER_PAGE]), len(part.entries) > PER_PAGE
    wanted = [column.code for column in columns]
    near = around(person, current, page, sight, latest=lists.shows_latest, wanted=wanted)
    return ListPage(
        title=f"Liste {of_month(current.batch)}",
        intro=_intro(current),
        count="" if person.read_only else _count(part.levels),
        notices=late_sources(current),
        freshness=freshness(current),
        table=_table(near, page, columns, asked.sort, _nothing(person, filters)),
        next_href=_href(asked.kept, sorting.place_of(page[-1], asked.sort)) if more else "",
        first_href=_href(asked.kept) if asked.place else "",
        code=current.code,
        others=tuple(Link(f"Liste {of_month(one.batch)}", _href([(LIST, one.code)])) for one in lists.others),
        presets=_presets(current, sight),
        whole=_href([(LIST, asked.code)] if asked.code else []),
        rework_href=reverse("watchlists:rework", args=[current.code]) if may(person, "reworked.list") else "",
        sirens=tuple(entry.siren for entry in page),
    )


def _intro(current: Publication) -> str:
    opened = day(current.opened_at) if current.opened_at else ""
    corrected = f"Liste corrigée le {opened} : elle remplace la liste {current.replaces}. "
    said = corrected if current.replaces else f"Ouverte le {opened}. "
    return f"{said}Le risque est celui d’une procédure collective dans les {current.told['horizon_months']} mois."


def _count(levels: Mapping[str, int]) -> str:
    """« 12 entreprises en alerte : 4 risques forts et 8 risques modérés »."""
    told = [
        counted(levels[code], one, many)
        for code, one, many in (
            (STRONG, "risque fort", "risques forts"),
            (MODERATE, "risque modéré", "risques modérés"),
        )
        if levels.get(code)
    ]
    total = counted(sum(levels.values()), "entreprise en alerte", "entreprises en alerte")
    return f"{total} : {listed(told)}" if told else total


def _presets(current: Publication, sight: Sight) -> tuple[Link, ...]:
    whole = Link("Toute la liste", _href([(WHOLE, "tout")]))
    held = all(sight.opens(category) for name, category in RESTS_ON.items() if name in CODEFI)
    if not held or not proceedings_known(current):
        return (whole,)
    return whole, Link("Sélection CODEFI", _href(list(CODEFI.items())))


def _href(kept: Sequence[tuple[str, str]], place: str = "") -> str:
    pairs = [*kept, *([(PLACE, place)] if place else [])]
    return f"{reverse('watchlists:list')}?{urlencode(pairs or [(WHOLE, 'tout')])}"


def _nothing(person: Person, filters: Filters) -> str:
    """Why no line is there."""
    if person.read_only:
        return "Les entreprises de cet agent restent verrouillées pour vous."
    if filters.parameters():
        return "Aucune entreprise ne répond à ces critères. Retirez un filtre."
    return "Aucune entreprise de votre territoire n’est en alerte dans cette liste."


def _table(near: Around, page: list[Entry], columns: tuple[ListColumn, ...], sort: str, nothing: str) -> Table:
    order = ", de la plus exposée à la moins exposée" if sort == sorting.DEFAULT else ""
    return Table(
        caption=f"Entreprises en alerte{order}, {month_words(near.publication.batch)}",
        columns=tuple(column.drawn() for column in columns),
        rows=tuple(tuple(column.cell(entry, near) for column in columns) for entry in page),
        sort=sort,
        empty=nothing,
        caption_hidden=True,
        keys=True,
    )


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
    return f"Données\u00a0: {', '.join(told)}." if told else ""
