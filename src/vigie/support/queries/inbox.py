"""The questions received, with their delays: for who answers them, all of them for the team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import Http404
from django.urls import reverse

from vigie.kernel.lifecycle import State
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.support.models import HelpRequest
from vigie.support.rules import PROMISED_DAYS, TOPICS, days_taken, is_late
from vigie.support.states import ANSWERED, ASKED, CLOSED, HELP
from vigie.ui.components import ActButton, Cell, Column, Fact, Tab, Table
from vigie.ui.formats import counted, day_and_hour, number

PAGE_SIZE = 50
MEASURED = timedelta(days=90)
TEAM = "L’équipe"
TABS = (("", "À répondre", ASKED), ("repondues", "Répondues", ANSWERED), ("closes", "Closes", CLOSED))
COLUMNS = (
    Column("Question", header=True), Column("De"), Column("Pour"), Column("Posée"), Column("Délai"),
)  # fmt: skip


@dataclass(frozen=True)
class InboxPage:
    """The questions of a state; measured: how fast the last ones were answered."""

    tabs: tuple[Tab, ...]
    table: Table
    pages: Page
    measured: str
    team: bool


def inbox_page(person: Person, tab: str, number_of: str, at: datetime) -> InboxPage:
    """4 queries."""
    mine = HelpRequest.objects.allowed(person, "help.view")
    counts = dict(mine.order_by().values_list("state").annotate(count=Count("pk")))
    state = next((state for code, _label, state in TABS if code == tab), ASKED)
    order = ("asked_at", "pk") if state == ASKED else ("-asked_at", "-pk")
    pages = Paginator(mine.filter(state=state).select_related("responder").order_by(*order), PAGE_SIZE)
    shown = pages.get_page(number_of)
    here = reverse("support:inbox")
    return InboxPage(
        tabs=tuple(
            Tab(label, f"{here}?onglet={code}" if code else here, counts.get(known, 0), known == state)
            for code, label, known in TABS
        ),
        table=Table(
            caption="Questions reçues",
            columns=COLUMNS,
            rows=tuple(_row(row, at) for row in shown),
            empty="Aucune question n’attend de réponse." if state == ASKED else "Aucune question.",
            caption_hidden=True,
        ),
        pages=shown,
        measured=_measured(mine.filter(asked_at__gte=at - MEASURED, answered_at__isnull=False)),
        team=Role.TEAM in person.roles,
    )


def _row(row: HelpRequest, at: datetime) -> tuple[Cell | str, ...]:
    short = row.body if len(row.body) <= 80 else f"{row.body[:79].rstrip()}…"
    return (
        Cell(short, href=reverse("support:question", args=[row.pk]), hint=TOPICS[row.topic]),
        row.name,
        str(row.responder or TEAM),
        Cell(at=row.asked_at),
        _delay(row, at),
    )


def _delay(row: HelpRequest, at: datetime) -> str:
    asked = paris_day(row.asked_at)
    ended = paris_day(row.answered_at or row.closed_at or at)
    told = counted(days_taken(asked, ended), "jour ouvré", "jours ouvrés")
    if row.state != ASKED:
        return told if row.answered_at else f"{told}, sans réponse"
    return f"{told}\u00a0: en retard" if is_late(asked, ended) else told


def _measured(answered) -> str:  # type: ignore[no-untyped-def]
    """How fast, in a sentence. 1 query."""
    days = [
        days_taken(paris_day(asked), paris_day(done)) for asked, done in answered.values_list("asked_at", "answered_at")
    ]
    if not days:
        return "Aucune réponse n’a été envoyée depuis trois mois."
    in_time = sum(one <= PROMISED_DAYS for one in days)
    half = counted(int(median(days)), "jour ouvré", "jours ouvrés")
    return (
        f"Depuis trois mois\u00a0: {counted(len(days), 'réponse')}, dont {number(in_time)} en deux jours ouvrés "
        "au plus. "
        f"Délai médian\u00a0: {half}."
    )


@dataclass(frozen=True)
class QuestionPage:
    """One question. offered: the words of the buttons that close it; answerable: it waits for an answer."""

    title: str
    state: State
    facts: tuple[Fact, ...]
    body: str
    answer: str
    answered: str
    answerable: bool
    action: str
    buttons: tuple[ActButton, ...]


def question(person: Person, pk: int) -> HelpRequest:
    """The question, if it is within reach; else 404. 1 query."""
    found = HelpRequest.objects.allowed(person, "help.view").select_related("responder").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def question_page(row: HelpRequest, at: datetime) -> QuestionPage:
    """No query."""
    action = reverse("support:question", args=[row.pk])
    close = ActButton.of(
        HELP.by_name["close"], action, style="tertiary",
        confirm="Personne ne recevra de courriel." if row.state == ASKED else "",
    )  # fmt: skip
    return QuestionPage(
        title=f"Question {row.pk}",
        state=HELP.by_code[row.state],
        facts=(
            Fact("Sujet", TOPICS[row.topic]),
            Fact("De", f"{row.name}, {row.email}"),
            Fact("Pour", str(row.responder or TEAM)),
            Fact("Depuis la page", row.page, missing="non dite"),
            Fact("Posée le", day_and_hour(row.asked_at)),
            Fact("Délai", _delay(row, at)),
        ),
        body=row.body,
        answer=row.answer,
        answered=f"Envoyée le {day_and_hour(row.answered_at)}" if row.answered_at else "",
        answerable=row.state == ASKED,
        action=action,
        buttons=() if row.state == CLOSED else (close,),
    )
