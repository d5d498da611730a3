"""The pages on which an adviser files needs after a visit: the company, the person met, the needs, the experts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from vigie.companies.models import Establishment
from vigie.directory.models import Subject, SubjectQuestion
from vigie.kernel.errors import InvalidInput
from vigie.kernel.text import clean_line
from vigie.matching.models import Diagnosis, Need
from vigie.matching.queries import choosing
from vigie.matching.queries.choosing import CompanyChoice, CompanyChoices
from vigie.matching.queries.explaining import ExpertLine, decision_trace
from vigie.matching.queries.need_origin import waits_for_team
from vigie.matching.queries.positions import UNNAMED
from vigie.matching.queries.visit_history import Done, done_for
from vigie.matching.rules.subject_search import Searched, found
from vigie.rights.person import Person
from vigie.territory.queries import resolve_commune
from vigie.ui.components import Fact
from vigie.ui.formats import counted, day, plural

TITLES = ("L’entreprise", "La personne", "Ses besoins", "Les experts")
NOT_FOUND = (
    "Aucune entreprise ne répond à cette recherche. Vérifiez le nom ou le numéro, ajoutez la commune, ou saisissez-la "
    "avec «\u00a0Je ne trouve pas l’entreprise\u00a0»."
)
DOWN = (
    "Le répertoire public des entreprises ne répond pas en ce moment. Saisissez l’entreprise avec «\u00a0Je ne trouve "
    "pas l’entreprise\u00a0»\u00a0: votre dépôt n’est pas perdu."
)
OWN_TEAM = "own_team"


@dataclass(frozen=True)
class Company:
    """The company chosen, as the steps show it. query: what the addresses of the next steps carry."""

    name: str
    lines: tuple[str, ...]
    query: str
    establishment: Establishment | None = None
    company_name: str = ""
    commune_code: str = ""

    @property
    def siren(self) -> str:
        return self.establishment.company_id if self.establishment else ""


@dataclass(frozen=True)
class NeedCard:
    """A need of the visit. possible: who may be ticked; own: the teams of who files; dropped: how many others not."""

    pk: int
    subject: str
    subject_pk: int
    content: str
    answers: tuple[Fact, ...]
    possible: tuple[ExpertLine, ...]
    own: tuple[ExpertLine, ...]
    shown: str

    @property
    def edit_query(self) -> str:
        return f"?besoin={self.pk}"


@dataclass(frozen=True)
class VisitPage:
    """A visit that is being filed."""

    pk: int
    company: str
    contact: tuple[Fact, ...]
    returned: str
    needs: tuple[NeedCard, ...]
    done: Done
    waits: bool
    mails: str


# --- the company ------------------------------------------------------------------------------------------------------
def visit_choices(typed: str, commune_code: str, at: datetime) -> CompanyChoices:
    """What a name, a SIREN or a SIRET gives, in the words of somebody who visited the company."""
    choices = choosing.company_choices(typed, commune_code, at)
    said = {choosing.NOT_FOUND: NOT_FOUND, choosing.DOWN: DOWN}
    title = choices.title.replace("votre entreprise", "cette entreprise").replace("le vôtre", "le bon")
    return replace(choices, title=title, problem=said.get(choices.problem, choices.problem))


def company_asked(siret: str, name: str, commune_code: str, at: datetime) -> Company:
    """The company that an address names; InvalidInput when it cannot be visited (closed, abroad, unknown).

    Not to be called within a transaction: a register may be asked.
    """
    if siret:
        place = Establishment.objects.select_related("company").filter(siret=siret[:14]).first()
        place = place if place is not None and place.source == "manual" else choosing.establishment_chosen(siret, at)
        if place is None:
            raise InvalidInput("register_down", DOWN, field="q")
        return of_establishment(place)
    commune = resolve_commune(commune_code[:5])
    text = clean_line(name)[:200]
    if not text or commune is None:
        raise InvalidInput("company_missing", "Choisissez d’abord l’entreprise.", field="q")
    return _typed(text, commune.code, f"{commune.name} ({commune.departement_code})")


def of_establishment(place: Establishment) -> Company:
    """An establishment of a register, or one that somebody described with its SIRET."""
    item: CompanyChoice = choosing.choice_of(place)
    return Company(item.name, (*item.lines, item.number), f"siret={place.siret}", place)


def company_of(visit: Diagnosis) -> Company:
    """The company of a visit. 1 query when it was typed."""
    if visit.establishment is not None:
        return of_establishment(visit.establishment)
    commune = resolve_commune(visit.commune_code)
    return _typed(visit.company_name, visit.commune_code, commune.name if commune else "")


def _typed(name: str, code: str, commune: str) -> Company:
    return Company(name, (commune, "Entreprise saisie\u00a0: aucun répertoire ne la confirme"), "", None, name, code)


# --- the visit --------------------------------------------------------------------------------------------------------
def visible_draft(person: Person, pk: int) -> Diagnosis:
    """The visit, if this person is filing it; else 404. 1 query."""
    visit = visits_of(person).filter(pk=pk, passed_from__isnull=True).first()
    if visit is None:
        raise Http404
    return visit


def visits_of(person: Person) -> QuerySet[Diagnosis]:
    """What this person filed, with its company and contact."""
    rows = Diagnosis.objects.allowed(person, "visit.edit").visits()
    return rows.select_related("contact", "establishment__company", "adviser__antenne__institution")


def visit_page(visit: Diagnosis, person: Person) -> VisitPage:
    """The visit with its needs and what others did for the company."""
    company = company_of(visit)
    needs = tuple(_card(need) for need in visit.needs.select_related("subject").order_by("pk"))
    experts = {line.expert_id for need in needs for line in need.possible if line.ticked}
    return VisitPage(
        pk=visit.pk,
        company=company.name or UNNAMED,
        contact=contact_facts(visit, company),
        returned=visit.return_reason,
        needs=needs,
        done=done_for(company.siren, person, but=visit),
        waits=waits_for_team(visit),
        mails=_mails(len(experts)),
    )


def contact_facts(visit: Diagnosis, company: Company) -> tuple[Fact, ...]:
    """The company, the person met, the day, and the agreement with who recorded it and when."""
    contact = visit.contact
    agreed = f"recueilli par {visit.adviser}, noté le {day(visit.consent_at)}" if visit.consent_at else ""
    return (
        Fact("Entreprise", " · ".join((company.name or UNNAMED, *filter(None, company.lines)))),
        Fact("Personne rencontrée ou appelée", contact.full_name),
        Fact("Téléphone", phone=contact.phone, missing="non communiqué"),
        Fact("Adresse électronique", contact.email, missing="non communiquée\u00a0: l’entreprise n’est pas prévenue"),
        Fact("Visite ou appel", day(visit.visited_on) if visit.visited_on else "", missing="sans date"),
        Fact("Accord de l’entreprise", agreed),
    )


def answers_in_words(need: Need) -> tuple[Fact, ...]:
    """The answers to the questions of the subject. 1 query."""
    facts = []
    for question in SubjectQuestion.objects.filter(subject=need.subject_id):
        labels = {str(code): str(label) for code, label in question.answers}
        value = str(need.answers.get(question.key, ""))
        facts.append(Fact(question.label, labels.get(value, value), missing="sans réponse"))
    return tuple(facts)


def _card(need: Need) -> NeedCard:
    trace = decision_trace(need)
    possible = tuple(line for line in trace if line.kept)
    own_ids = set(need.candidates.filter(reasons__0__code=OWN_TEAM).values_list("expert_id", flat=True))
    return NeedCard(
        pk=need.pk,
        subject=need.subject.label,
        subject_pk=need.subject_id,
        content=need.content,
        answers=answers_in_words(need),
        possible=possible,
        own=tuple(line for line in trace if line.expert_id in own_ids),
        shown=",".join(str(line.expert_id) for line in possible),
    )


def _mails(count: int) -> str:
    if not count:
        return ""
    return f"{counted(count, 'expert')} {plural(count, 'recevra', 'recevront')} un courriel."


# --- subjects ---------------------------------------------------------------------------------------------------------
def open_subjects() -> list[Subject]:
    """The subjects that can be filed, under their themes. 1 query."""
    return list(Subject.objects.filter(archived_at__isnull=True).select_related("theme"))


def subjects_answering(typed: str, subjects: Iterable[Subject]) -> list[Subject]:
    """The subjects that answer what was typed, best first."""
    known = {one.pk: one for one in subjects}
    searched = [Searched(one.pk, (one.label, one.theme.label)) for one in known.values()]
    return [known[pk] for pk in found(typed, searched, most=8)]
