"""« Visites à valider »: what advisers filed and that waits for the team, because it must be read or nobody answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from vigie.kernel.lifecycle import State
from vigie.matching.models import Candidate, Diagnosis, Need
from vigie.matching.queries.experts_search import ExpertFound, experts_for
from vigie.matching.queries.explaining import ExpertLine, decision_trace
from vigie.matching.queries.filed import paged
from vigie.matching.queries.need_origin import named, origin
from vigie.matching.queries.positions import UNNAMED
from vigie.matching.queries.visit_history import Done, done_for
from vigie.matching.queries.visit_pages import answers_in_words, company_of, contact_facts
from vigie.matching.rules.missing import say_missing
from vigie.rights.person import Person
from vigie.ui.components import ActButton, Cell, Column, Fact, Table
from vigie.ui.formats import counted
from vigie.ui.forms import NoteForm

TO_READ = State("to_read", "À relire", "info")
NOBODY = State("nobody", "Sans expert", "warning")


@dataclass(frozen=True)
class VisitsPage:
    """The visits that wait, the oldest first."""

    count: str
    table: Table
    visits: Page


@dataclass(frozen=True)
class Chosen:
    """An expert who would receive the need, or not, and the button that changes it."""

    line: ExpertLine
    button: ActButton


@dataclass(frozen=True)
class WaitingNeed:
    """A need of the visit. found: the experts that answer what the team looks for, for this need."""

    pk: int
    subject: str
    content: str
    answers: tuple[Fact, ...]
    sent: bool
    chosen: tuple[Chosen, ...]
    missing: tuple[str, ...]
    found: tuple[ExpertFound, ...] = ()


@dataclass(frozen=True)
class VisitSheet:
    """A filed visit, before the team."""

    pk: int
    company: str
    origin: str
    at: datetime | None
    facts: tuple[Fact, ...]
    needs: tuple[WaitingNeed, ...]
    done: Done
    buttons: tuple[ActButton, ...]


def waiting_visits(person: Person) -> QuerySet[Diagnosis]:
    """Those that this person may validate and that still hold a need before nobody."""
    unsent = Need.objects.filter(diagnosis=OuterRef("pk"), sent_at__isnull=True)
    filed = Diagnosis.objects.allowed(person, "visit.validate").visits().filter(submitted_at__isnull=False)
    return filed.filter(Exists(unsent))


def visits_page(person: Person, number: str) -> VisitsPage:
    """The queue. 4 queries: the count, the visits, their needs, who has an expert."""
    rows = waiting_visits(person)
    count = rows.count()
    related = rows.select_related("establishment__company", "adviser__antenne__institution")
    visits = paged(related.prefetch_related("needs__subject").order_by("submitted_at", "pk"), count, number)
    ready = with_expert([one.pk for one in visits.object_list])
    return VisitsPage(
        count=counted(count, "visite"),
        table=Table(
            caption="Visites à valider",
            columns=(
                Column("Entreprise", header=True),
                Column("Besoins"),
                Column("Déposé par"),
                Column("Situation"),
                Column("Déposé"),
            ),
            rows=tuple(_row(visit, ready) for visit in visits.object_list),
            caption_hidden=True,
            keys=True,
            empty="Aucune visite n’attend l’équipe.",
        ),
        visits=visits,
    )


def with_expert(visits: Iterable[int]) -> set[int]:
    """The needs of these visits that have an expert to be sent to. 1 query."""
    living = {"expert__deleted_at__isnull": True, "expert__antenne__institution__deleted_at__isnull": True}
    rows = Candidate.objects.filter(need__diagnosis__in=visits, ticked=True, **living)
    return set(rows.values_list("need_id", flat=True))


def _row(visit: Diagnosis, ready: set[int]) -> tuple[Cell | str, ...]:
    place = visit.establishment
    waiting = [need for need in visit.needs.all() if need.sent_at is None]
    alone = any(need.pk not in ready for need in waiting)
    return (
        Cell(
            (place.company.name if place else visit.company_name) or UNNAMED,
            href=reverse("matching:visit_to_validate", args=[visit.pk]),
            hint=place.commune_name if place else "",
        ),
        "\u00a0; ".join(need.subject.label for need in waiting),
        named(visit.adviser),
        Cell(state=NOBODY if alone else TO_READ),
        Cell(at=visit.submitted_at),
    )


def visible_waiting(person: Person, pk: int) -> Diagnosis:
    """A filed visit that this person may validate, sent or not; else 404. 1 query."""
    rows = Diagnosis.objects.allowed(person, "visit.validate").visits().filter(pk=pk)
    related = ("contact", "establishment__company", "adviser__antenne__institution")
    visit = rows.filter(Q(submitted_at__isnull=False) | ~Q(return_reason="")).select_related(*related).first()
    if visit is None:
        raise Http404
    return visit


def visit_sheet(visit: Diagnosis, person: Person, *, searched: str, note: NoteForm | None) -> VisitSheet:
    """The sheet. searched: an expert that the team looks for; note: the reason that came back with a fault."""
    company = company_of(visit)
    needs = list(visit.needs.select_related("subject", "diagnosis").order_by("pk"))
    filed = visit.submitted_at is not None
    waiting = filed and any(need.sent_at is None for need in needs)
    return VisitSheet(
        pk=visit.pk,
        company=company.name or UNNAMED,
        origin=origin(visit),
        at=visit.submitted_at,
        facts=contact_facts(visit, company),
        needs=tuple(_need(visit, need, searched if filed else "") for need in needs),
        done=done_for(company.siren, person, but=visit),
        buttons=_buttons(visit, note, _can_be_sent(visit, needs)) if waiting else (),
    )


def _need(visit: Diagnosis, need: Need, searched: str) -> WaitingNeed:
    sent = need.sent_at is not None
    trace = [line for line in decision_trace(need) if line.kept or line.ticked]
    return WaitingNeed(
        pk=need.pk,
        subject=need.subject.label,
        content=need.content,
        answers=answers_in_words(need),
        sent=sent,
        chosen=tuple(Chosen(line, _choice(visit, need, line)) for line in trace),
        missing=tuple(say_missing(code) for code in visit.missing_facts),
        found=tuple(experts_for(need, searched)) if searched and not sent else (),
    )


def _choice(visit: Diagnosis, need: Need, line: ExpertLine) -> ActButton:
    return ActButton(
        "Ne pas notifier" if line.ticked else "Notifier",
        reverse("matching:visit_expert", args=[visit.pk, need.pk, line.expert_id]),
        "untick" if line.ticked else "tick",
        style="tertiary fr-btn--sm",
        about=line.expert,
    )


def _can_be_sent(visit: Diagnosis, needs: list[Need]) -> bool:
    """Whether a need that waits has an expert: the others stay."""
    return bool({need.pk for need in needs if need.sent_at is None} & with_expert([visit.pk]))


def _buttons(visit: Diagnosis, note: NoteForm | None, can_be_sent: bool) -> tuple[ActButton, ...]:
    address = reverse("matching:act_on_visit", args=[visit.pk])
    send = ActButton(
        "Notifier les experts sélectionnés", address, "validate",
        confirm="Chaque expert sélectionné reçoit un courriel. L’entreprise est prévenue si son adresse est connue.",
    )  # fmt: skip
    offered = (send,) if can_be_sent else ()
    if visit.completed_at is not None or visit.passed_from_id is not None:
        return offered
    form = note or NoteForm(label="Ce qui manque, pour la personne qui a déposé")
    return (*offered, ActButton("Renvoyer", address, "send_back", style="secondary", form=form))
