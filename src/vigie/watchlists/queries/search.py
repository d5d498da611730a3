"""Searching a firm among all companies, from our own tables: what is found is public, what is added is masked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.db.models import QuerySet

from vigie.companies.models import Company, Establishment
from vigie.companies.queries import CompanyHit, search_companies
from vigie.companies.rules import ranks_of, read_query
from vigie.kernel.nomenclature.naf import naf_label, naf_section
from vigie.kernel.siren import compact, is_siren, is_siret
from vigie.rights.person import Person
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted
from vigie.ui.hrefs import siren_href
from vigie.watchlists.models import Entry, Firm, Publication, established_in
from vigie.watchlists.queries.filters import THOUSAND
from vigie.watchlists.queries.sight import held_by, sights
from vigie.watchlists.queries.words import LEVEL_STATES, SECTIONS
from vigie.watchlists.rules_sight import Category, Sight
from vigie.watchlists.states import OPEN

SHORTEST = 3
FOUND_AT_MOST = 60  # before the filters
FOUND_FOR_A_SECTION = 600  # no index holds the activity: it is looked for among more firms
SHOWN = 25


@dataclass(frozen=True)
class SearchPage:
    """What was found. firm: the only one, when a whole number was typed, and place: its establishment, when the number
    is of one that is not its head office. table is None when nothing was asked.
    """

    count: str = ""
    hint: str = ""
    firm: str = ""
    place: str = ""
    table: Table | None = None
    shown: int = 0


@dataclass(frozen=True)
class Narrowed:
    """What narrows a search; empty: nothing. revenue: thousands of euros."""

    departements: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    workforce_min: int | None = None
    workforce_max: int | None = None
    revenue_min: int | None = None
    revenue_max: int | None = None
    closed: bool = False

    def parameters(self) -> dict[str, str]:
        """The filters in use, for the audit."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: ",".join(sorted(value)) if isinstance(value, tuple) else "yes" if value is True else str(value)
            for name, value in told.items()
            if value is not False and value not in (None, ())
        }

    @property
    def by_revenue(self) -> bool:
        return self.revenue_min is not None or self.revenue_max is not None

    @property
    def ranks(self) -> list[tuple[int, int]] | None:
        """The ranks to look for; empty: the usual ones; None: no class of workforce may answer."""
        if not self.closed and self.workforce_min is None and self.workforce_max is None:
            return []
        return ranks_of(least=self.workforce_min, most=self.workforce_max, closed=self.closed) or None

    @property
    def looked_at(self) -> int:
        """Among how many of the best: no index holds the activity, nor the turnover, nor whether a firm is closed."""
        return FOUND_FOR_A_SECTION if self.sections or self.by_revenue or self.closed else FOUND_AT_MOST


NOTHING = Narrowed()


def offers_revenue(person: Person) -> bool:
    """Whether the person may ask for a turnover: what the lists say of it is for who reads an alert level (L-05)."""
    return Category.SCORE in held_by(person)


def search_page(person: Person, text: str, narrowed: Narrowed = NOTHING) -> SearchPage:
    """The firms that answer to a name, a place or a number. 2 queries for rights, those of the search and 3 more."""
    number = compact(text)
    if is_siren(number) or is_siret(number):
        known = Firm.objects.allowed(person, "firm.view").filter(siren=number[:9]).exists()
        if not known:
            return SearchPage(hint="Aucune entreprise ne porte ce numéro.")
        return SearchPage(firm=number[:9], place=_place(number))
    if len("".join(read_query(text).words)) < SHORTEST:
        hint = f"Écrivez {SHORTEST} lettres au moins, un SIREN ou un SIRET." if text else ""
        return SearchPage(hint=hint)
    ranks = narrowed.ranks
    hits: list[CompanyHit] = []
    if ranks is not None:
        places = narrowed.departements
        hits = search_companies(text, departements=places, limit=narrowed.looked_at, ranks=ranks)
    kept = _filtered(person, hits, narrowed)[:SHOWN]
    return SearchPage(
        count=counted(len(kept), "entreprise trouvée", "entreprises trouvées")
        if len(kept) < SHOWN
        else f"Les {SHOWN} premières entreprises trouvées\u00a0: précisez votre recherche pour voir les autres",
        table=_table(person, kept),
        shown=len(kept),
    )


def _place(number: str) -> str:
    """The establishment of this SIRET, unless it is the head office: the sheet of the company is then the whole one,
    with the level and its reasons, which are those of the company. At most 1 query.
    """
    if not is_siret(number):
        return ""
    elsewhere = Establishment.objects.filter(siret=number, company_id=number[:9], is_head_office=False)
    return number if elsewhere.exists() else ""


def _filtered(person: Person, hits: list[CompanyHit], narrowed: Narrowed) -> list[CompanyHit]:
    """Those with an establishment in the départements, in the sections, of that turnover; closed as a whole when closed
    ones are asked for. At most 6 queries."""
    inside = {hit.siren for hit in hits}
    if narrowed.departements:
        firms = Firm.objects.filter(established_in(narrowed.departements), siren__in=inside)
        inside = set(firms.values_list("siren", flat=True))
    if narrowed.sections:
        codes = Company.objects.filter(siren__in=inside).values_list("siren", "naf_code")
        inside = {siren for siren, code in codes if naf_section(code) in narrowed.sections}
    if narrowed.closed:
        inside = set(Company.objects.filter(siren__in=inside, is_active=False).values_list("siren", flat=True))
    if narrowed.by_revenue:
        inside = _of_turnover(person, inside, narrowed)
    return [hit for hit in hits if hit.siren in inside]


def _of_turnover(person: Person, sirens: set[str], narrowed: Narrowed) -> set[str]:
    """Those whose turnover the last list says, to a reader who may know that they are in it: the others never answer,
    whatever their figure, for an answer would tell that a firm is in alert."""
    if not offers_revenue(person):
        return set()
    asked = Entry.objects.alerts().filter(publication=_latest(), siren__in=sirens)
    if narrowed.revenue_min is not None:
        asked = asked.filter(figures__revenue_eur__gte=narrowed.revenue_min * THOUSAND)
    if narrowed.revenue_max is not None:
        asked = asked.filter(figures__revenue_eur__lte=narrowed.revenue_max * THOUSAND)
    seen = sights(person, list(asked.values_list("siren", flat=True)))
    return {siren for siren, sight in seen.items() if sight.opens(Category.SCORE)}


def _latest() -> QuerySet[Publication, Any]:
    """The key of the last list."""
    return Publication.objects.filter(state=OPEN).order_by("-batch", "-number").values("pk")[:1]


def _table(person: Person, hits: list[CompanyHit]) -> Table:
    sirens = [hit.siren for hit in hits]
    seen = sights(person, sirens)
    # Only what the reader may read is asked for: nothing else can reach the page.
    readable = [siren for siren, sight in seen.items() if sight.opens(Category.SCORE)]
    levels = dict(
        Entry.objects.filter(publication=_latest(), siren__in=readable).values_list("siren", "level")
        if readable
        else ()
    )
    activities = dict(Company.objects.filter(siren__in=sirens).values_list("siren", "naf_code"))
    return Table(
        caption="Entreprises trouvées",
        columns=(Column("Entreprise", header=True), Column("Activité"), Column("Alerte"), Column("Suivi")),
        rows=tuple(_row(hit, activities.get(hit.siren, ""), seen.get(hit.siren, Sight()), levels) for hit in hits),
        empty="Aucune entreprise ne répond. Essayez moins de mots, ou un SIREN.",
        caption_hidden=True,
        keys=True,
    )


def _row(hit: CompanyHit, naf: str, sight: Sight, levels: dict[str, str]) -> tuple[Cell | str, ...]:
    level = levels.get(hit.siren)
    if not sight.opens(Category.SCORE):
        alert: Cell | str = Cell("Verrouillé", hint="Pourquoi\u00a0: voir la fiche")
    else:
        alert = Cell(state=LEVEL_STATES[level]) if level else "Hors de la dernière liste"
    activity = Cell(naf_label(naf), hint=SECTIONS.get(naf_section(naf), "")) if naf else "Inconnue"
    return (
        Cell(hit.label, href=siren_href("sheets:company", hit.siren), hint=hit.hint),
        activity,
        alert,
        "Par vous" if sight.ground.followed else "Non",
    )
