"""Searching a firm among all companies, from our own tables: what is found is public, what is added is masked."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from vigie.companies.models import Company, Establishment
from vigie.companies.queries import CompanyHit, search_companies
from vigie.companies.rules import read_query
from vigie.kernel.nomenclature.naf import naf_label, naf_section
from vigie.kernel.siren import compact, is_siren, is_siret
from vigie.rights.person import Person
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted
from vigie.watchlists.models import Entry, Firm, Publication, established_in
from vigie.watchlists.queries.sight import sights
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


def search_page(person: Person, text: str, departement: str = "", section: str = "") -> SearchPage:
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
    most = FOUND_FOR_A_SECTION if section else FOUND_AT_MOST
    hits = search_companies(text, departement=departement, limit=most)
    kept = _filtered(hits, departement, section)[:SHOWN]
    return SearchPage(
        count=counted(len(kept), "entreprise trouvée", "entreprises trouvées")
        if len(kept) < SHOWN
        else f"Les {SHOWN} premières entreprises trouvées : précisez votre recherche pour voir les autres",
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


def _filtered(hits: list[CompanyHit], departement: str, section: str) -> list[CompanyHit]:
    """Those with an establishment in the département, in the section. At most 2 queries."""
    sirens = [hit.siren for hit in hits]
    inside = set(sirens)
    if departement:
        firms = Firm.objects.filter(established_in([departement]), siren__in=sirens)
        inside = set(firms.values_list("siren", flat=True))
    if section:
        inside &= _in_section(sirens, section)
    return [hit for hit in hits if hit.siren in inside]


def _in_section(sirens: list[str], section: str) -> set[str]:
    codes = Company.objects.filter(siren__in=sirens).values_list("siren", "naf_code")
    return {siren for siren, code in codes if naf_section(code) == section}


def _table(person: Person, hits: list[CompanyHit]) -> Table:
    sirens = [hit.siren for hit in hits]
    seen = sights(person, sirens)
    latest = Publication.objects.filter(state=OPEN).order_by("-batch", "-number").values("pk")[:1]
    # Only what the reader may read is asked for: nothing else can reach the page.
    readable = [siren for siren, sight in seen.items() if sight.opens(Category.SCORE)]
    levels = dict(
        Entry.objects.filter(publication=latest, siren__in=readable).values_list("siren", "level") if readable else ()
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
        alert: Cell | str = Cell("Verrouillé", hint="Pourquoi : voir la fiche")
    else:
        alert = Cell(state=LEVEL_STATES[level]) if level else "Hors de la dernière liste"
    activity = Cell(naf_label(naf), hint=SECTIONS.get(naf_section(naf), "")) if naf else "Inconnue"
    return (
        Cell(hit.label, href=reverse("sheets:company", args=[hit.siren]), hint=hit.hint),
        activity,
        alert,
        "Par vous" if sight.ground.followed else "Non",
    )
