"""« Qui serait notifié ? »: what is supposed, and who would receive it. Reads only the tables: nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from vigie.accounts.models import Institution
from vigie.companies.models import Establishment
from vigie.companies.queries import establishments_of, search_companies
from vigie.directory.models import Expert, Subject
from vigie.kernel.nomenclature.legal_forms import legal_form_label
from vigie.kernel.nomenclature.naf import naf_code, naf_label
from vigie.kernel.period import years_before
from vigie.kernel.siren import compact
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Need
from vigie.matching.queries.experts_search import experts_named
from vigie.matching.queries.explaining import ExpertLine, Simulation, explain_expert, simulate
from vigie.matching.queries.firm import FirmFacts, Supposed, firm_facts
from vigie.matching.queries.need_company import UNKNOWN
from vigie.matching.rules.facts import NeedFacts, Workforce
from vigie.matching.rules.reasons import nature_label
from vigie.rights.statements import composed_once
from vigie.ui.components import Fact
from vigie.ui.formats import counted, day, siret

COMPANIES_SHOWN = 10
EXPERTS_SHOWN = 10
REGISTER, BY_HAND = "répertoire", "saisi ici"


@dataclass(frozen=True)
class Typed:
    """The facts typed by hand, and the company named. number: its SIRET or SIREN when it was picked in a list."""

    company: str = ""
    number: str = ""
    commune_code: str = ""
    headcount: int | None = None
    naf: str = ""
    legal_form: str = ""
    age: int | None = None
    opco_id: int | None = None
    natures: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """True when a fact at least is typed by hand."""
        known = (self.headcount, self.age, self.opco_id)
        return any(one is not None for one in known) or bool(
            self.commune_code or self.naf or self.legal_form or self.natures
        )


@dataclass(frozen=True)
class CompanyLine:
    """A company that answers what was typed; choosing it is a link."""

    label: str
    hint: str
    siret: str


@dataclass(frozen=True)
class ExpertChoice:
    """An expert who answers what was typed."""

    pk: int
    label: str
    hint: str


@dataclass(frozen=True)
class SimulatorPage:
    """What is supposed and what comes out. problem: why there is nothing to show, empty when there is.

    gained, lost: what the facts typed by hand change, compared with the register.
    """

    problem: str
    company: str
    companies: tuple[CompanyLine, ...]
    facts: tuple[Fact, ...]
    simulation: Simulation | None
    summary: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    explained: ExpertLine | None
    experts: tuple[ExpertChoice, ...]


@composed_once
def operators() -> QuerySet[Institution, tuple[int, str]]:
    """The skills operators. 1 query."""
    rows = Institution.objects.filter(kind=Institution.Kind.OPCO, deleted_at__isnull=True).order_by("name")
    return rows.values_list("pk", "name")


def simulator_page(
    subject: Subject | None, typed: Typed, answers: Mapping[str, str], expert: str, searched: str, on: date
) -> SimulatorPage:
    """Who would receive the need supposed. At most 30 queries, whatever the number of experts."""
    place, companies = _company(typed)
    found = _experts(searched)
    if subject is None:
        return _nothing("Choisissez un sujet pour voir qui serait notifié.", place, companies, found)
    supposed = _supposed(subject, typed, answers, place, on)
    if not supposed.commune_code:
        return _nothing(
            "Choisissez une entreprise ou une commune\u00a0: c’est le lieu qui désigne les experts.",
            place,
            companies,
            found,
        )
    simulation = simulate(supposed, on=on)
    gained, lost = _differences(simulation, supposed, typed, place, on)
    return SimulatorPage(
        problem="" if simulation.place_known else "Cette commune n’est pas connue\u00a0: personne ne serait notifié.",
        company=place.company.name if place else "",
        companies=companies,
        facts=_facts(simulation.facts, typed, place),
        simulation=simulation,
        summary=_summary(simulation),
        gained=gained,
        lost=lost,
        explained=_explained(supposed, expert, on),
        experts=found,
    )


def explained_for(need: Need, expert: str, on: date) -> ExpertLine | None:
    """What the rules say today of an expert for a need that exists; None when there is no such expert."""
    return _explained(need, expert, on)


def experts_answering(searched: str) -> tuple[ExpertChoice, ...]:
    """The experts who answer what is typed, to be explained. 2 queries, none for an empty text."""
    return _experts(searched)


def _nothing(
    problem: str, place: Establishment | None, companies: tuple[CompanyLine, ...], experts: tuple[ExpertChoice, ...]
) -> SimulatorPage:
    name = place.company.name if place else ""
    return SimulatorPage(problem, name, companies, (), None, "", (), (), None, experts)


# --- the company ------------------------------------------------------------------------------------------------------
def _company(typed: Typed) -> tuple[Establishment | None, tuple[CompanyLine, ...]]:
    """The establishment meant, or those to choose from."""
    number = compact(typed.number or typed.company)
    if len(number) == 14 and number.isdecimal():
        return _place(number), ()
    if len(number) == 9 and number.isdecimal():
        places = list(establishments_of(number)[:COMPANIES_SHOWN])
        if len(places) == 1:
            return places[0], ()
        return None, tuple(_line(one) for one in places)
    hits = search_companies(typed.company, limit=COMPANIES_SHOWN) if typed.company else []
    if len(hits) == 1:
        return _place(hits[0].siret), ()
    return None, tuple(CompanyLine(hit.label, hit.hint, hit.siret) for hit in hits)


def _place(number: str) -> Establishment | None:
    return next(iter(_places(number)), None)


@composed_once
def _places(number: str) -> QuerySet[Establishment]:
    return Establishment.objects.select_related("company").filter(siret=number).order_by()


def _line(place: Establishment) -> CompanyLine:
    hint = " · ".join(filter(None, (place.postal_code, place.commune_name, f"SIRET {siret(place.siret)}")))
    return CompanyLine(place.sign or place.company.name, hint, place.siret)


def _supposed(
    subject: Subject, typed: Typed, answers: Mapping[str, str], place: Establishment | None, on: date
) -> Supposed:
    commune = typed.commune_code or (place.commune_code if place else "")
    return Supposed(subject.pk, commune, _changed(firm_facts(place), typed, on), answers)


def _changed(firm: FirmFacts, typed: Typed, on: date) -> FirmFacts:
    """The firm with the facts typed by hand in place of those of the register."""
    if typed.headcount is not None:
        firm = replace(firm, workforce=Workforce(exact=typed.headcount))
    if typed.age is not None:
        firm = replace(firm, created_on=years_before(on, typed.age))
    if typed.naf:
        firm = replace(firm, naf=naf_code(typed.naf))
    if typed.legal_form:
        firm = replace(firm, legal_form=typed.legal_form)
    if typed.natures:
        firm = replace(firm, natures=frozenset(typed.natures))
    return replace(firm, opco_id=typed.opco_id)


# --- what comes out ---------------------------------------------------------------------------------------------------
def _differences(
    simulation: Simulation, supposed: Supposed, typed: Typed, place: Establishment | None, on: date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who comes and who goes because of the facts typed by hand; nothing without a company to compare with."""
    if place is None or not typed.changes:
        return (), ()
    before = simulate(replace(supposed, commune_code=place.commune_code, firm=firm_facts(place)), on=on)
    now = {line.expert_id: line.expert for line in simulation.kept}
    then = {line.expert_id: line.expert for line in before.kept}
    gained = tuple(name for pk, name in now.items() if pk not in then)
    return gained, tuple(name for pk, name in then.items() if pk not in now)


def _summary(simulation: Simulation) -> str:
    kept = sum(line.ticked for line in simulation.kept)
    aside = len(simulation.kept) - kept
    sentence = counted(kept, "expert serait notifié", "experts seraient notifiés")
    if aside:
        sentence += f", {counted(aside, 'autre proposé mais non coché', 'autres proposés mais non cochés')}"
    dropped = counted(len(simulation.dropped), "expert du territoire écarté", "experts du territoire écartés")
    return f"{sentence}. {dropped}."


def _facts(facts: NeedFacts, typed: Typed, place: Establishment | None) -> tuple[Fact, ...]:
    """What the rules were told, and whether the register or a hand said it."""

    def fact(label: str, value: str, by_hand: object) -> Fact:
        source = BY_HAND if by_hand not in (None, "", ()) else REGISTER if place is not None else ""
        return Fact(label, value, source=source if value else "", missing=UNKNOWN)

    commune = facts.place.commune if facts.place else ""
    name = facts.zone_names.get((ZoneType.COMMUNE, commune), commune)
    low, high = facts.workforce.at_least, facts.workforce.at_most
    workforce = "" if low is None else counted(low, "salarié") if low == high else f"{low} à {high} salariés"
    operator = next(iter(_names(facts.opco_id or 0)), "")
    return (
        fact("Commune", f"{name} ({commune})" if commune else "", typed.commune_code),
        fact("Salariés", workforce, typed.headcount),
        fact("Activité", " – ".join(filter(None, (naf_label(facts.naf), facts.naf))), typed.naf),
        fact("Forme juridique", legal_form_label(facts.legal_form) or facts.legal_form, typed.legal_form),
        fact("Création", day(facts.created_on) if facts.created_on else "", typed.age),
        fact("Nature d’activité", ", ".join(nature_label(code) for code in sorted(facts.natures)), typed.natures),
        fact("OPCO", operator, typed.opco_id),
    )


@composed_once
def _names(institution: int) -> QuerySet[Institution, str]:
    return Institution.objects.filter(pk=institution).order_by().values_list("name", flat=True)


def _explained(source: Need | Supposed, expert: str, on: date) -> ExpertLine | None:
    if not (expert.isdecimal() and len(expert) <= 18):
        return None
    found = Expert.objects.filter(pk=int(expert)).first()
    return explain_expert(source, found, on=on) if found else None


def _experts(searched: str) -> tuple[ExpertChoice, ...]:
    if not searched.strip():
        return ()
    rows = experts_named(searched).select_related("antenne__institution").order_by("full_name", "pk")[:EXPERTS_SHOWN]
    return tuple(
        ExpertChoice(one.pk, one.full_name, f"{one.antenne.institution.name} – {one.antenne.name}") for one in rows
    )
