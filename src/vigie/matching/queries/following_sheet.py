"""Following one need: who is silent, what was said, the labels and the notes of the team. And the notes of anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse

from vigie.directory.models import Expert
from vigie.kernel.lifecycle import State
from vigie.matching.models import Match, Need, NeedTag, Note, Reminder, Solicitation, SolicitationTag, Tag
from vigie.matching.queries.following import Offer, offered, silent_of
from vigie.matching.queries.following_buckets import TABS_BY_CODE, FollowedNeed
from vigie.matching.queries.positions import company_name
from vigie.matching.queries.reminding_by_hand import Told
from vigie.matching.rules.reminders import ABANDON, BY_HAND, LAST_CHANCE, SILENT, days_between
from vigie.matching.states import EXPIRED, NEED_STATUS_BY_CODE, NOT_FOR_ME, OPEN, QUO
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import ActButton, Link, Step
from vigie.ui.formats import counted, day_and_hour, listed


@dataclass(frozen=True)
class NoteLine:
    """A note of the team, and the button that takes it back when it is one's own."""

    author: str
    at: datetime
    text: str
    button: ActButton | None


@dataclass(frozen=True)
class TagLine:
    """A label, and the button that takes it away."""

    label: str
    button: ActButton


@dataclass(frozen=True)
class Beside:
    """What the team keeps beside a request or a need: labels, notes, where both are sent."""

    tags: tuple[TagLine, ...]
    offered: tuple[tuple[int, str], ...]
    notes: tuple[NoteLine, ...]
    tags_href: str
    notes_href: str


@dataclass(frozen=True)
class Silent:
    """An expert who has not answered, and where he is replaced."""

    name: str
    antenne: str
    since: str
    state: State | None
    href: str
    move_href: str


@dataclass(frozen=True)
class FollowingNeed:
    """The sheet of what waits."""

    pk: int
    company: str
    subject: str
    state: State
    dates: str
    need_href: str
    silent: tuple[Silent, ...]
    offer: Offer
    story: tuple[Step, ...]
    beside: Beside


GONE = State("gone", "A quitté l’annuaire", "error")


def followed_need(person: Person, pk: int) -> Need:
    """The need, if this person may see it; else 404. 1 query."""
    related = ("subject", "diagnosis__solicitation", "diagnosis__establishment__company", "diagnosis__contact")
    need = Need.objects.allowed(person, "need.view").select_related(*related).filter(pk=pk).first()
    if need is None or need.sent_at is None:
        raise Http404
    return need


def movable_match(person: Person, pk: int) -> Match:
    """A match that the team may hand elsewhere; else 404. 1 query."""
    related = ("need__subject", "need__diagnosis__solicitation", "need__diagnosis__establishment__company")
    rows = Match.objects.allowed(person, "match.move").select_related(*related, "expert__antenne__institution")
    match = rows.filter(pk=pk, state__in=(*OPEN, EXPIRED)).first()
    if match is None:
        raise Http404
    return match


def followed_expert(pk: int) -> Expert:
    """The expert, even gone; else 404. 1 query."""
    expert = Expert.objects.select_related("antenne__institution").filter(pk=pk).first()
    if expert is None:
        raise Http404
    return expert


def following_need(need: Need, person: Person, token: Callable[[], str], at: datetime) -> FollowingNeed:
    """The sheet. 5 queries besides the need's own."""
    silent = silent_of([need.pk])[need.pk]
    reminders = list(need.reminders.select_related("by", "expert"))
    said = {one.kind for one in reminders}
    since = days_between(need.sent_at, at) if need.sent_at else 0
    kinds = _kinds(need.status, said) if need.status in (QUO, EXPIRED, NOT_FOR_ME) else None
    told = [Told(one.kind, one.at, one.expert_id, str(one.by or "")) for one in reminders]
    offer = Offer() if kinds is None else offered(_as_followed(need), silent, told, kinds, token, at)
    return FollowingNeed(
        pk=need.pk,
        company=company_name(need),
        subject=need.subject.label,
        state=NEED_STATUS_BY_CODE[need.status],
        dates=_sent(need.sent_at, since),
        need_href=reverse("matching:need", args=[need.pk]),
        silent=tuple(
            Silent(
                one.name, one.antenne, one.since, None if one.reachable else GONE,
                reverse("matching:following_expert", args=[one.asked.expert]),
                reverse("matching:following_move", args=[one.asked.match]),
            )
            for one in silent
        ),
        offer=offer,
        story=_story(reminders),
        beside=beside(need, person),
    )  # fmt: skip


def _as_followed(need: Need) -> FollowedNeed:
    analysis = need.diagnosis
    email = analysis.solicitation.email if analysis.solicitation else analysis.contact.email
    company, subject = company_name(need), need.subject.label
    return FollowedNeed(need.pk, need.status, need.sent_at, subject, analysis.commune_code, company, email)


def _sent(at: datetime | None, days: int) -> str:
    if at is None:
        return ""
    return f"Transmis le {day_and_hour(at)}" + (f", il y a {counted(days, 'jour')}" if days > 0 else "")


def _kinds(status: str, said: set[str]) -> tuple[str, ...]:
    """What may be said in this state: one by hand once the first has left, and never the first after the last."""
    if status == NOT_FOR_ME:
        return TABS_BY_CODE["refuses"].acts
    if status != QUO:
        return ()
    return (LAST_CHANCE, BY_HAND, ABANDON) if said & {SILENT, LAST_CHANCE} else (SILENT, ABANDON)


def _story(reminders: list[Reminder]) -> tuple[Step, ...]:
    """What was said, each time with who heard it: the row of the need and those of its experts are one moment."""
    moments: dict[tuple[str, datetime], list[Reminder]] = defaultdict(list)
    for one in reminders:
        moments[one.kind, one.at].append(one)
    steps = []
    for rows in moments.values():
        who = f"par {rows[0].by}" if rows[0].by else "par Vigie"
        names = [row.expert.full_name for row in rows if row.expert is not None]
        steps.append(Step(rows[0].get_kind_display(), rows[0].at, " · ".join(filter(None, (listed(names), who)))))
    return tuple(steps)


# --- labels and notes -------------------------------------------------------------------------------------------------
def beside(about: Solicitation | Need, person: Person) -> Beside:
    """The labels and the notes of a request or a need. 3 queries."""
    of_need = isinstance(about, Need)
    tags_href = reverse("matching:tag_need" if of_need else "matching:tag_request", args=[about.pk])
    held = _held_tags(of_need, about.pk)
    has = {pk for pk, _label in held}
    offered = _living_tags()
    return Beside(
        tags=tuple(TagLine(label, _take_away(pk, label, tags_href)) for pk, label in held),
        offered=tuple((pk, label) for pk, label in offered if pk not in has),
        notes=notes_of(about, person),
        tags_href=tags_href,
        notes_href=reverse("matching:note_need" if of_need else "matching:note_request", args=[about.pk]),
    )  # fmt: skip


def _take_away(pk: int, label: str, href: str) -> ActButton:
    style = "tertiary-no-outline fr-btn--sm"
    return ActButton("Retirer", href, f"remove-{pk}", style, about=f"l’étiquette {label}")


def notes_of(about: Solicitation | Need | Expert, person: Person) -> tuple[NoteLine, ...]:
    """The notes about something, the oldest first; those taken back are gone. 1 query."""
    column = {Solicitation: "solicitation", Need: "need", Expert: "expert"}[type(about)]
    return tuple(
        NoteLine(str(note.author), note.at, note.body, _take_back(note) if note.author_id == person.user_id else None)
        for note in _notes(frozenset({column}), about.pk)
    )


@composed_once
def _held_tags(of_need: bool, pk: int) -> QuerySet[Any, tuple[int, str]]:
    rows: QuerySet[Any] = (
        NeedTag.objects.filter(need=pk) if of_need else SolicitationTag.objects.filter(solicitation=pk)
    )
    return rows.order_by("tag__label").values_list("tag_id", "tag__label")


@composed_once
def _living_tags() -> QuerySet[Tag, tuple[int, str]]:
    return Tag.objects.filter(archived_at__isnull=True).values_list("pk", "label")


@composed_once
def _notes(columns: frozenset[str], pk: int) -> QuerySet[Note]:
    (column,) = columns
    return Note.objects.filter(Q(**{column: pk}), deleted_at__isnull=True).select_related("author")


def _take_back(note: Note) -> ActButton:
    return ActButton(
        "Retirer",
        reverse("matching:delete_note", args=[note.pk]),
        style="tertiary-no-outline fr-btn--sm",
        about=f"(note du {day_and_hour(note.at)})",
    )


def back_of(note: Note) -> Link:
    """Where a note is read."""
    if note.need_id:
        return Link("Retour au besoin", reverse("matching:following_need", args=[note.need_id]))
    if note.expert_id:
        return Link("Retour à l’expert", reverse("matching:following_expert", args=[note.expert_id]))
    return Link("Retour à la demande", reverse("matching:solicitation", args=[note.solicitation_id]))
