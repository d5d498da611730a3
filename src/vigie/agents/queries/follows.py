"""The firms that agents opened by following them with a motive, for who answers for them to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from vigie.agents.models import Follow, FollowQuerySet, FollowReview
from vigie.agents.queries.charges import charged_words
from vigie.rights.person import Person
from vigie.ui.components import ActButton
from vigie.ui.formats import counted, day, siren
from vigie.ui.forms import NoteForm

LOOKED_BACK = timedelta(days=183)
PAGE_SIZE = 30


@dataclass(frozen=True)
class FollowLine:
    """One follow. The firm is its SIREN: a reviewer opens none."""

    name: str
    firm: str
    facts: str
    comment: str
    verdict: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class FollowsPage:
    """The follows of the last six months, those that nobody has looked at first."""

    whose: str
    count: str
    lines: tuple[FollowLine, ...]
    pages: Page


def opened(person: Person, at: datetime) -> FollowQuerySet:
    """Those of the last six months that a motive opened: a firm read in a list was open already."""
    mine = Follow.objects.allowed(person, "follow.review")
    recent = mine.filter(origin=Follow.Origin.PERSONAL, since__gte=at - LOOKED_BACK)
    return recent.exclude(motive=Follow.Motive.DETECTION)


def to_review(person: Person, at: datetime) -> FollowQuerySet:
    """Those that still open a firm and that nobody has looked at, the reviewer's own apart."""
    return opened(person, at).running(at).filter(review=None).exclude(user_id=person.user_id)


def follow_of(person: Person, pk: int) -> Follow:
    """One of them; else 404. 1 query."""
    found = Follow.objects.allowed(person, "follow.review").filter(pk=pk, origin=Follow.Origin.PERSONAL).first()
    if found is None:
        raise Http404
    return found


def follows_page(person: Person, number: str, at: datetime) -> FollowsPage:
    """4 queries."""
    waiting, words = to_review(person, at).count(), charged_words(person)
    rows = opened(person, at).select_related("user", "review")
    first = rows.alias(new=Q(review=None))
    shown = Paginator(first.order_by("-new", "-since", "-pk"), PAGE_SIZE).get_page(number)
    return FollowsPage(
        whose=words[0] if len(words) == 1 else "",
        count=counted(waiting, "suivi à relire", "suivis à relire") if waiting else "Rien à relire",
        lines=tuple(_line(row, person, at) for row in shown),
        pages=shown,
    )


def _line(row: Follow, person: Person, at: datetime) -> FollowLine:
    review: FollowReview | None = getattr(row, "review", None)
    running = row.until > at
    facts = f"{row.get_motive_display()} · depuis le {day(row.since)}"
    return FollowLine(
        name=str(row.user),
        firm=siren(row.siren),
        facts=facts if running else f"{facts}, terminé",
        comment=row.comment,
        verdict=f"{review.get_verdict_display()} le {day(review.at)}" if review else "",
        buttons=_buttons(row) if review is None and running and row.user_id != person.user_id else (),
    )


def _buttons(row: Follow) -> tuple[ActButton, ...]:
    action, about = reverse("agents:review_follow", args=[row.pk]), f"{row.user}, {siren(row.siren)}"
    return (
        ActButton("Confirmer", action, "confirm", "secondary", about=about),
        ActButton(
            "Contester", action, "contest", "tertiary", about=about,
            confirm="L’entreprise se ferme aussitôt pour cet agent, qui reçoit votre motif par courriel.",
            form=NoteForm(label="Pourquoi", limit=500),
        ),
    )  # fmt: skip
