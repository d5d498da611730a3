"""The need sheet: everything about one case on one page, as a person may see it.

Buttons come from the lifecycle table and from the rights of this person on each match; the page decides neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from vigie.directory.models import Expert, ExpertMember, SubjectQuestion
from vigie.kernel.lifecycle import State
from vigie.matching.models import Candidate, Diagnosis, Match, Need, Precision
from vigie.matching.queries.need_answer import FormFor, Intervention, intervention
from vigie.matching.queries.need_company import company_facts, company_origin
from vigie.matching.queries.need_story import discussion
from vigie.matching.queries.positions import company_name, since
from vigie.matching.registry import Followed, followed_in
from vigie.matching.rules.reasons import Reason, Side, say
from vigie.matching.states import MATCH, NEED_STATUS_BY_CODE, OPEN
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import Fact, Link, ThreadMessage
from vigie.ui.formats import day

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from vigie.matching.queries.need_answer import OwnMatch, ReachedMatch

HISTORY_SHOWN = 20
COLLEAGUES_SHOWN = 200
RESERVED = "L’accès à ce besoin est réservé aux conseillers notifiés."
NOT_CALLED = "L’entreprise dit que personne ne l’a encore appelée."


class Commented(TypedDict):
    """may_comment: the person may write in the discussion."""

    may_comment: bool


class Seen(TypedDict):
    """may_see: the person may open the sheet."""

    may_see: bool


if TYPE_CHECKING:
    ReachedNeed = WithAnnotations[Need, Commented]
    SeenNeed = WithAnnotations[Need, Seen]


@dataclass(frozen=True)
class Colleague:
    """Somebody to whom a need can be handed over."""

    pk: int
    label: str


@dataclass(frozen=True)
class Said:
    """Words of the company and their moment."""

    text: str
    at: datetime


@dataclass(frozen=True)
class ExpertLine:
    """An expert who received the need: who, his position, since when, how to reach him."""

    name: str
    organisation: str
    state: State
    at: datetime
    detail: str
    phone: str
    email: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class HistoryLine:
    """Another need of the company; without address when it is reserved."""

    pk: int | None
    label: str
    sent_at: datetime
    state: State | None
    note: str = ""


@dataclass(frozen=True)
class NeedPage:
    """The sheet of a need."""

    pk: int
    subject: str
    company: str
    state: State
    dates: str
    request: str
    answers: tuple[Fact, ...]
    precisions: tuple[Said, ...]
    contact_name: str
    contact_phone: str
    contact_email: str
    company_origin: str
    company_facts: tuple[Fact, ...]
    interventions: tuple[Intervention, ...]
    experts: tuple[ExpertLine, ...]
    thread: tuple[ThreadMessage, ...]
    may_comment: bool
    comment_hint: str
    history: tuple[HistoryLine, ...]
    followed: tuple[Followed, ...] = ()  # what it became elsewhere, for who may know
    team_links: tuple[Link, ...] = ()  # why these experts, and the request, where others are added


def visible_need(person: Person, pk: int) -> ReachedNeed:
    """The need with its analysis, if this person may see it; else 404. 1 query."""
    found: list[ReachedNeed] = _visible_need(person, pk)
    if not found:
        raise Http404
    return found[0]


@composed_once
def _visible_need(person: Person, pk: int) -> QuerySet[Need]:
    rows = Need.objects.allowed(person, "need.view").with_rights(
        person,
        may_comment="need.comment",
        may_explain="need.explain",
        may_add_expert="need.add_expert",
        may_remind="need.remind",
        may_confide="need.pass_on",
    )
    related = (
        "subject",
        "diagnosis__contact",
        "diagnosis__solicitation__landing_subject",
        "diagnosis__establishment__company",
    )
    return rows.select_related(*related).filter(pk=pk).order_by("pk")


def visible_match(person: Person, need_pk: int, pk: int) -> OwnMatch:
    """The match of a need that this person may see; else 404. 1 query."""
    seen = Need.objects.allowed(person, "need.view").filter(pk=need_pk)
    rows = Match.objects.filter(Exists(seen.filter(pk=OuterRef("need_id"))), need=need_pk)
    rows = rows.annotate(is_mine=Exists(_membership(person)))
    related = ("need__subject", "need__diagnosis__contact", "expert__antenne__institution")
    match = rows.select_related(*related).filter(pk=pk).first()
    if match is None:
        raise Http404
    return match


def _membership(person: Person) -> QuerySet[ExpertMember]:
    return ExpertMember.objects.filter(expert=OuterRef("expert"), user=person.user_id)


def matches_of(need: Need, person: Person) -> list[ReachedMatch]:
    """The matches of the need, each with what this person may do to it. 1 query."""
    rows: list[ReachedMatch] = _matches_of(need.pk, person)
    for row in rows:
        row.need = need
    return rows


@composed_once
def _matches_of(need_pk: int, person: Person) -> QuerySet[Match]:
    rows = Match.objects.filter(need=need_pk).annotate(is_mine=Exists(_membership(person)))
    rows = rows.with_rights(
        person,
        may_answer="match.answer",
        may_reopen="match.reopen",
        may_reassign="match.reassign",
        may_explain="match.explain",
    )
    return rows.select_related("expert__antenne__institution").order_by("sent_at", "pk")


def need_page(
    need: ReachedNeed, matches: Sequence[ReachedMatch], person: Person, *, form_for: FormFor, chosen: str = ""
) -> NeedPage:
    """The sheet. 8 queries besides the need and its matches; one more for a need without establishment, or handed over.

    chosen: the button that a mail's link leads to; it is shown open, nothing is done.
    """
    request = need.diagnosis.solicitation
    precisions = list(request.precisions.all()) if request else []
    contact = need.diagnosis.contact
    return NeedPage(
        pk=need.pk,
        subject=need.subject.label,
        company=company_name(need),
        state=NEED_STATUS_BY_CODE[need.status],
        dates=_dates(need),
        request=need.content,
        answers=_answers(need),
        precisions=tuple(Said(_words(one), one.at) for one in precisions),
        contact_name=contact.full_name,
        contact_phone=contact.phone,
        contact_email=contact.email,
        company_origin=company_origin(need),
        company_facts=company_facts(need),
        interventions=tuple(
            intervention(need, match, form_for=form_for, chosen=chosen)
            for match in sorted(matches, key=lambda one: not one.is_mine)
            if match.may_answer
        ),
        experts=_experts(need, matches),
        thread=discussion(need, matches, precisions, person),
        may_comment=need.may_comment,
        comment_hint=_comment_hint(matches),
        history=_history(need, person),
        followed=followed_in(need, person),
        team_links=_team_links(need),
    )


def colleagues(match: Match) -> list[Colleague]:
    """To whom the match can be handed over: experts of the same antenne, of the one above, below or beside it.

    Never somebody who already has the need. 1 query.
    """
    antenne = match.expert.antenne
    near = Q(antenne=antenne) | Q(antenne__parent=antenne)
    if antenne.parent_id is not None:
        near |= Q(antenne=antenne.parent_id) | Q(antenne__parent=antenne.parent_id)
    rows = Expert.objects.filter(near, antenne__institution=antenne.institution_id, deleted_at__isnull=True)
    rows = rows.exclude(pk__in=Match.objects.filter(need=match.need_id).values("expert"))
    found = rows.select_related("antenne").order_by("antenne__name", "full_name", "pk")[:COLLEAGUES_SHOWN]
    return [Colleague(one.pk, f"{one.full_name} – {one.antenne.name}") for one in found]


def may_hand_over(match: Match, person: Person) -> bool:
    """True when this person may hand the match over now. 1 query."""
    return match.state in OPEN and Match.objects.allowed(person, "match.reassign").filter(pk=match.pk).exists()


def _team_links(need: Need) -> tuple[Link, ...]:
    links = []
    if need.may_explain:  # type: ignore[attr-defined]
        links.append(
            Link(
                "Pourquoi ces experts\u00a0? Pourquoi pas un autre\u00a0?", reverse("matching:explain", args=[need.pk])
            )
        )
    if need.may_explain and need.sent_at:  # type: ignore[attr-defined]
        links.append(Link("Suivi, étiquettes et notes", reverse("matching:following_need", args=[need.pk])))
    if need.may_add_expert and need.diagnosis.solicitation_id:  # type: ignore[attr-defined]
        request = reverse("matching:solicitation", args=[need.diagnosis.solicitation_id])
        links.append(Link("Ajouter un expert", f"{request}#experts"))
    return tuple(links)


def _dates(need: Need) -> str:
    filed = need.diagnosis.created_at
    request = need.diagnosis.solicitation
    if request is not None and request.completed_at is not None:
        filed = request.completed_at
    sent = f" · transmis le {day(need.sent_at)}" if need.sent_at else ""
    return f"Déposé le {day(filed)}{sent}"


def _answers(need: Need) -> tuple[Fact, ...]:
    """The answers to the questions of the subject, in their words. 1 query."""
    facts = []
    for question in questions_of(need.subject_id):
        value = need.answers.get(question.key, "")
        labels = {str(code): str(label) for code, label in question.answers}
        facts.append(Fact(question.label, labels.get(str(value), str(value)), missing="sans réponse"))
    return tuple(facts)


@composed_once
def questions_of(subject_pk: int) -> QuerySet[SubjectQuestion]:
    """In their order. 1 query."""
    return SubjectQuestion.objects.filter(subject=subject_pk).order_by("position")


def _words(precision: Precision) -> str:
    return NOT_CALLED if precision.kind == Precision.Kind.NOT_CALLED else precision.body


def _experts(need: Need, matches: Sequence[ReachedMatch]) -> tuple[ExpertLine, ...]:
    """Every expert who received the need; the reasons are for those who may have them explained. 1 query."""
    explained = frozenset(match.expert_id for match in matches if match.may_explain)
    traces = {one.expert_id: one.reasons for one in _kept(need.pk, explained)}
    return tuple(
        ExpertLine(
            name=match.expert.full_name,
            organisation=f"{match.expert.antenne.institution.name} – {match.expert.antenne.name}",
            state=MATCH.by_code[match.state],
            at=since(match),
            detail=_detail(match),
            phone=match.expert.phone,
            email=match.expert.email,
            reasons=_reasons(traces.get(match.expert_id)) if match.may_explain else (),
        )
        for match in matches
    )


@composed_once
def _kept(need_pk: int, experts: frozenset[int]) -> QuerySet[Candidate]:
    return Candidate.objects.filter(need=need_pk, expert__in=experts, kept=True)


def _detail(match: ReachedMatch) -> str:
    """The reason of a refusal (its comment for those who answer for the match), or the help that was found."""
    if match.refusal_reason:
        comment = f"\u00a0: {match.refusal_comment}" if match.refusal_comment and match.may_answer else ""
        return f"{match.get_refusal_reason_display()}{comment}"
    if match.help_name:
        return f"{match.help_name} ({match.help_provider}, aide {match.get_help_level_display().lower()})"
    return ""


def _reasons(trace: Iterable[dict] | None) -> tuple[str, ...]:
    """« Pourquoi moi ? »: what spoke for this expert, from the trace stored with the need."""
    if trace is None:
        return ("un collègue vous a confié ce besoin, ou l’équipe vous a choisi",)
    reasons = [Reason.from_json(stored) for stored in trace]
    return tuple(say(reason) for reason in reasons if reason.side is not Side.AGAINST)


def _comment_hint(matches: Sequence[ReachedMatch]) -> str:
    mine = next((match for match in matches if match.is_mine), None)
    hints = {
        "taking_care": "Ce que vous avez convenu avec l’entreprise, ce qui vous manque.",
        "not_for_me": "Qui pourrait aider cette entreprise ?",
        "done": "Ce qui a été proposé, et ce qui pourrait compléter.",
        "done_no_help": "Ce qui manque, et qui pourrait prendre le relais.",
        "done_not_reachable": "À quels moments vous avez appelé.",
    }
    text = hints.get(mine.state, "") if mine else ""
    return f"{text} L’entreprise ne voit pas cette discussion.".strip().replace(" ?", "\u00a0?")


def _history(need: Need, person: Person) -> tuple[HistoryLine, ...]:
    """The other needs of the same company (SIREN) or of the same address, the latest first. 2 queries."""
    diagnosis = need.diagnosis
    company = diagnosis.establishment.company_id if diagnosis.establishment is not None else None
    return tuple(_line(one) for one in _same_company(need.pk, company, diagnosis.contact.email, person))


@composed_once
def _same_company(need_pk: int, company_pk: str | None, email: str, person: Person) -> QuerySet[Need]:
    same = Q(pk__in=[])  # a set of analyses each: joined and « or », every need ever sent would be looked at
    if company_pk is not None:
        same |= Q(diagnosis__in=Diagnosis.objects.filter(establishment__company=company_pk).values("pk"))
    if email:
        same |= Q(diagnosis__in=Diagnosis.objects.filter(contact__email=email).values("pk"))
    rows = Need.objects.filter(same, sent_at__isnull=False).exclude(pk=need_pk)
    marked = rows.with_rights(person, may_see="need.view")
    # Joined to their subjects, SQLite would begin by these and look at every need ever sent.
    shown = marked.prefetch_related("subject").only("sent_at", "status", "subject")
    return shown.order_by("-sent_at", "-pk")[:HISTORY_SHOWN]


def _line(need: SeenNeed) -> HistoryLine:
    assert need.sent_at is not None
    if need.may_see:
        return HistoryLine(need.pk, need.subject.label, need.sent_at, NEED_STATUS_BY_CODE[need.status])
    return HistoryLine(None, "Autre besoin de cette entreprise", need.sent_at, None, RESERVED)
