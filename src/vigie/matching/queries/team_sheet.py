"""The sheet of a request, for the team: what was asked, by whom, what holds it, who would receive it and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import Http404
from django.urls import reverse

from vigie.journal.models import Event
from vigie.kernel.lifecycle import State
from vigie.kernel.siren import is_siret, show_siret
from vigie.matching.models import Match, Need, Precision, Solicitation
from vigie.matching.queries.explaining import ExpertLine, decision_trace
from vigie.matching.queries.need import questions_of
from vigie.matching.queries.need_company import TYPED, UNKNOWN, company_facts, company_origin
from vigie.matching.queries.positions import UNNAMED, company_name, since
from vigie.matching.queries.similar import Warned, alike_requests, warnings_of
from vigie.matching.queries.team import delay_buttons, standing, will_receive
from vigie.matching.queries.team_story import earlier_requests, events_of, step
from vigie.matching.rules.guards import GuardResult, stored_results
from vigie.matching.rules.missing import say_missing
from vigie.matching.states import IN_PROGRESS, INCOMPLETE, MATCH, PROCESSED, SOLICITATION
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.territory.queries import resolve_commune
from vigie.ui.components import ActButton, Fact, Mention, Step
from vigie.ui.formats import counted, day_and_hour, hour

NOT_CALLED = "L’entreprise dit que personne ne l’a encore appelée."
HELD_GUARD, PASSED_GUARD = State("held", "Retient", "warning"), State("passed", "Passé", "success")


@dataclass(frozen=True)
class GuardLine:
    """What a guard says: the word and the colour, then the sentence."""

    state: State
    label: str


@dataclass(frozen=True)
class Said:
    """Words of the company and their moment."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Chosen:
    """An expert who would receive the request, or not, with why; the button that changes it."""

    line: ExpertLine
    button: ActButton | None


@dataclass(frozen=True)
class Received:
    """An expert who received the need, and his position."""

    name: str
    organisation: str
    state: State
    at: datetime


@dataclass(frozen=True)
class SheetPage:
    """A request. buttons: what can be done to it; other_ways: what ends it otherwise, each on its page."""

    pk: int
    subject: str
    asked_subject: str  # what the company had chosen, when the team changed it
    company: str
    state: State
    why: tuple[str, ...]
    dates: str
    request: str
    precisions: tuple[Said, ...]
    answers: tuple[Fact, ...]
    contact: tuple[Fact, ...]
    company_facts: tuple[Fact, ...]
    company_origin: str
    missing: tuple[str, ...]
    guards: tuple[GuardLine, ...]
    held_count: int
    ticked: tuple[Chosen, ...]
    unticked: tuple[Chosen, ...]
    dropped: tuple[Chosen, ...]
    received: tuple[Received, ...]
    buttons: tuple[ActButton, ...]
    requalify_href: str
    refuse_href: str
    need_href: str
    explain_href: str
    may_add: bool
    confirm: str
    earlier: tuple[Mention, ...]
    alike: tuple[Mention, ...]
    warnings: tuple[Warned, ...]
    history: tuple[Step, ...]
    version: str


@dataclass(frozen=True)
class Preview:
    """A request read beside the queue: enough to send it, or to open its sheet. why: what no guard says."""

    href: str
    company: str
    subject: str
    state: State
    why: tuple[str, ...]
    dates: str
    request: str
    held_by: tuple[GuardLine, ...]
    passed: tuple[GuardLine, ...]
    analysed: bool
    ticked: tuple[ExpertLine, ...]
    others: str  # how many were dropped or unticked
    earlier: tuple[Mention, ...]
    confirm: str
    buttons: tuple[ActButton, ...]


def visible_solicitation(person: Person, pk: int) -> Solicitation:
    """The request with its version, if this person may see it; else 404. 1 query."""
    found: list[Solicitation] = _visible(person, pk)
    if not found:
        raise Http404
    return found[0]


@composed_once
def _visible(person: Person, pk: int) -> QuerySet[Solicitation]:
    about = Event.objects.filter(subject_type=Solicitation._meta.label, subject_id=Cast(OuterRef("pk"), CharField()))
    rows = Solicitation.objects.allowed(person, "solicitation.view").annotate(
        last_event=Subquery(about.order_by("-pk").values("pk")[:1])
    )
    return rows.select_related("landing_subject__subject", "refusal_template").filter(pk=pk).order_by("pk")


def need_of(solicitation: Solicitation) -> Need | None:
    """The need of the request, once it is analysed. 1 query."""
    found: list[Need] = _need_of(solicitation.pk)
    if not found:
        return None
    found[0].diagnosis.solicitation = solicitation
    return found[0]


@composed_once
def _need_of(solicitation_pk: int) -> QuerySet[Need]:
    related = ("subject", "diagnosis__contact", "diagnosis__establishment__company")
    rows = Need.objects.select_related(*related).filter(diagnosis__solicitation=solicitation_pk)
    return rows.order_by("pk")[:1]


def version(solicitation: Solicitation) -> str:
    """What a page has seen of a request given by ``visible_solicitation``: the last thing that happened to it."""
    return str(solicitation.last_event or 0)  # type: ignore[attr-defined]


def sheet_page(solicitation: Solicitation, at: datetime) -> SheetPage:
    """The sheet. 11 queries besides the request's own, whatever the number of experts; one more without company."""
    history = events_of(solicitation)
    seen = version(solicitation)
    need = need_of(solicitation)
    state, why = standing(solicitation, analysed=need is not None, at=at)
    open_ = solicitation.state == IN_PROGRESS
    lines = [_chosen(line, solicitation, seen, open_) for line in decision_trace(need)] if need else []
    ticked = [chosen for chosen in lines if chosen.line.ticked]
    guards = stored_results(solicitation.hold_reasons) if need and open_ else []
    matches = _matches_of(need.pk) if need and solicitation.state not in (IN_PROGRESS, *INCOMPLETE) else []
    return SheetPage(
        pk=solicitation.pk,
        subject=need.subject.label if need else solicitation.landing_subject.subject.label,
        asked_subject=_asked(solicitation, need),
        company=_company(solicitation, need),
        state=state,
        why=why,
        dates=_dates(solicitation),
        request=solicitation.description,
        precisions=tuple(_said(one) for one in solicitation.precisions.all()),
        answers=_answers(solicitation, need),
        contact=_contact(solicitation),
        company_facts=company_facts(need) if need else _typed(solicitation),
        company_origin=company_origin(need) if need else "",
        missing=tuple(say_missing(code) for code in need.diagnosis.missing_facts) if need else (),
        guards=_guard_lines(guards),
        held_count=sum(not one.passed for one in guards),
        ticked=tuple(ticked),
        unticked=tuple(chosen for chosen in lines if chosen.line.kept and not chosen.line.ticked),
        dropped=tuple(chosen for chosen in lines if not chosen.line.kept and not chosen.line.ticked),
        received=tuple(_received(match) for match in matches),
        buttons=_buttons(solicitation, need, len(ticked), seen),
        requalify_href=reverse("matching:requalify", args=[solicitation.pk]) if open_ and need else "",
        refuse_href=reverse("matching:refuse", args=[solicitation.pk]) if open_ else "",
        need_href=reverse("matching:need", args=[need.pk]) if need and need.sent_at else "",
        explain_href=reverse("matching:explain", args=[need.pk]) if need else "",
        may_add=need is not None and solicitation.state in (IN_PROGRESS, PROCESSED),
        confirm=_what_leaves(solicitation, need, len(ticked)),
        earlier=earlier_requests(solicitation),
        alike=alike_requests(solicitation),
        warnings=warnings_of(solicitation, need),
        history=tuple(step(event) for event in history),
        version=seen,
    )


def preview(person: Person, pk: int | None, at: datetime) -> Preview | None:
    """The request read beside the queue. 4 queries, none when there is nothing to read."""
    if pk is None:
        return None
    solicitation = visible_solicitation(person, pk)
    need = need_of(solicitation)
    lines = decision_trace(need) if need else []
    ticked = tuple(line for line in lines if line.ticked)
    state, why = standing(solicitation, analysed=need is not None, at=at)
    open_ = solicitation.state == IN_PROGRESS
    others = len(lines) - len(ticked)
    guards = _guard_lines(stored_results(solicitation.hold_reasons)) if need and open_ else ()
    return Preview(
        href=reverse("matching:solicitation", args=[pk]),
        company=_company(solicitation, need),
        subject=need.subject.label if need else solicitation.landing_subject.subject.label,
        state=state,
        why=() if solicitation.hold_reasons else why,
        dates=_dates(solicitation),
        request=solicitation.description,
        held_by=tuple(one for one in guards if one.state is HELD_GUARD),
        passed=tuple(one for one in guards if one.state is PASSED_GUARD),
        analysed=need is not None,
        ticked=ticked,
        others=counted(others, "autre expert écarté", "autres experts écartés") if others else "",
        earlier=earlier_requests(solicitation),
        confirm=_what_leaves(solicitation, need, len(ticked)),
        buttons=_buttons(solicitation, need, len(ticked), version(solicitation)) if open_ else (),
    )


# --- words ------------------------------------------------------------------------------------------------------------
def _company(solicitation: Solicitation, need: Need | None) -> str:
    return company_name(need) if need else solicitation.company_name or UNNAMED


def _asked(solicitation: Solicitation, need: Need | None) -> str:
    asked = solicitation.landing_subject.subject
    return asked.label if need is not None and need.subject_id != asked.pk else ""


def _dates(solicitation: Solicitation) -> str:
    if solicitation.completed_at is None:
        return f"Commencée le {day_and_hour(solicitation.created_at)}, pas encore envoyée"
    sent = f" · transmise le {day_and_hour(solicitation.transmitted_at)}" if solicitation.transmitted_at else ""
    return f"Reçue le {day_and_hour(solicitation.completed_at)}{sent}"


def _said(one: Precision) -> Said:
    return Said(NOT_CALLED if one.kind == Precision.Kind.NOT_CALLED else one.body, one.at)


def _answers(solicitation: Solicitation, need: Need | None) -> tuple[Fact, ...]:
    """The answers to the questions of the subject the need has now. 1 query, 2 before the analysis."""
    subject_id = need.subject_id if need else solicitation.landing_subject.subject_id
    given = need.answers if need else dict(solicitation.answers.values_list("question__key", "value"))
    facts = []
    for question in questions_of(subject_id):
        value = str(given.get(question.key, ""))
        labels = {str(code): str(label) for code, label in question.answers}
        facts.append(Fact(question.label, labels.get(value, value), missing="sans réponse"))
    return tuple(facts)


def _contact(solicitation: Solicitation) -> tuple[Fact, ...]:
    return (
        Fact("Nom", solicitation.full_name, missing="non communiqué"),
        Fact("Téléphone", phone=solicitation.phone, missing="non communiqué"),
        Fact(
            "Adresse électronique", solicitation.email, href=f"mailto:{solicitation.email}", missing="non communiquée"
        ),
    )


def _typed(solicitation: Solicitation) -> tuple[Fact, ...]:
    """What the company typed, before the analysis. 1 query."""
    commune = resolve_commune(solicitation.commune_code) if solicitation.commune_code else None
    shown = show_siret(solicitation.siret) if is_siret(solicitation.siret) else solicitation.siret
    place = f"{commune.name} ({commune.departement_code})" if commune else ""
    return (
        Fact("Nom", solicitation.company_name, source=TYPED if solicitation.company_name else "", missing=UNKNOWN),
        Fact("SIRET", shown, missing="non communiqué"),
        Fact("Commune", place, missing=UNKNOWN),
    )


def _guard_lines(results: Iterable[GuardResult]) -> tuple[GuardLine, ...]:
    """What holds the request first."""
    ordered = sorted(results, key=lambda result: result.passed)
    return tuple(GuardLine(PASSED_GUARD if one.passed else HELD_GUARD, one.label) for one in ordered)


def _what_leaves(solicitation: Solicitation, need: Need | None, ticked: int) -> str:
    """The sentence over the buttons: what will happen, to whom."""
    if solicitation.state != IN_PROGRESS:
        return ""
    if need is None:
        return "L’analyse automatique n’a pas encore proposé d’experts."
    if not ticked:
        return "Personne ne la recevrait\u00a0: cochez ou ajoutez un expert."
    if solicitation.transmit_at is not None:
        return f"{will_receive(ticked)} Elle part d’elle-même à {hour(solicitation.transmit_at)}."
    return f"Rien ne part sans vous. À l’envoi, {will_receive(ticked)}"


# --- acts -------------------------------------------------------------------------------------------------------------
def _buttons(solicitation: Solicitation, need: Need | None, ticked: int, seen: str) -> tuple[ActButton, ...]:
    """What can be done in one press: sending, recalling, analysing again, setting aside."""
    if solicitation.state != IN_PROGRESS:
        return ()
    href = reverse("matching:act_on_solicitation", args=[solicitation.pk])
    buttons: list[ActButton] = []
    if solicitation.transmit_at is not None:
        buttons += delay_buttons(solicitation, ticked, seen)
    elif need is not None and ticked:
        send = SOLICITATION.by_name["transmit"]
        buttons.append(ActButton.of(send, href, confirm=will_receive(ticked), token=seen))
    label = "Analyser de nouveau" if need else "Analyser"
    buttons.append(ActButton(label, href, "analyse", style="secondary" if buttons else "primary", token=seen))
    warning = "L’entreprise ne reçoit aucun courriel, et son adresse ne pourra plus servir à déposer une demande."
    buttons.append(ActButton("Indésirable", href, "drop_spam", style="tertiary", confirm=warning, token=seen))
    return tuple(buttons)


def _chosen(line: ExpertLine, solicitation: Solicitation, seen: str, open_: bool) -> Chosen:
    """A line and the button that ticks or unticks it, while nothing has left."""
    if not open_:
        return Chosen(line, None)
    label, name = ("Retirer", "untick") if line.ticked else ("Cocher", "tick")
    href = reverse("matching:select_expert", args=[solicitation.pk, line.candidate_id])
    return Chosen(line, ActButton(label, href, name, style="tertiary fr-btn--sm", token=seen, about=line.expert))


# --- rows -------------------------------------------------------------------------------------------------------------
@composed_once
def _matches_of(need_pk: int) -> QuerySet[Match]:
    return Match.objects.filter(need=need_pk).select_related("expert__antenne__institution").order_by("sent_at", "pk")


def _received(match: Match) -> Received:
    antenne = match.expert.antenne
    return Received(
        name=match.expert.full_name,
        organisation=f"{antenne.institution.name} – {antenne.name}",
        state=MATCH.by_code[match.state],
        at=since(match),
    )
