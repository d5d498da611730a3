"""« Besoins déposés »: what a person filed after visits or passed on, what became of it, what he has yet to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from vigie.kernel.lifecycle import State
from vigie.matching.models import Need
from vigie.matching.queries.need_positions import Received, helps, positions, received
from vigie.matching.queries.positions import UNNAMED, company_name
from vigie.matching.queries.visit_pages import visits_of
from vigie.matching.states import CLOSED_BY_EXPERT, NEED_STATUS_BY_CODE, TAKING_CARE, WITHDRAWN
from vigie.rights.person import Person
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted

PER_PAGE = 25
DRAFTS_SHOWN = 20
CLOSED = (*CLOSED_BY_EXPERT, WITHDRAWN)
WAITS_FOR_TEAM = State("waits", "Attend l’équipe", "info")
BEGUN, RETURNED = State("begun", "À terminer", "new"), State("returned", "Renvoyé par l’équipe", "warning")
_SHOWN = (
    "status", "sent_at", "subject__label", "diagnosis__submitted_at", "diagnosis__company_name",
    "diagnosis__establishment__commune_name", "diagnosis__establishment__company__name", "diagnosis__solicitation",
)  # fmt: skip


@dataclass(frozen=True)
class FiledTab:
    """A collection of filed needs, and what an empty one says."""

    code: str
    label: str
    within: Q
    empty: str


TABS = (
    FiledTab(
        "en-attente", "En attente", ~Q(status__in=(TAKING_CARE, *CLOSED)),
        "Aucun besoin que vous avez déposé n’attend de réponse.",
    ),
    FiledTab("en-cours", "En cours", Q(status=TAKING_CARE), "Personne n’a de besoin déposé par vous en cours."),
    FiledTab("clotures", "Clôturés", Q(status__in=CLOSED), "L’issue des besoins que vous déposez se lit ici."),
)  # fmt: skip


@dataclass(frozen=True)
class FiledPage:
    """drafts: visits not filed yet, or sent back. table: the needs of one tab."""

    drafts: Table | None
    tabs: tuple[Tab, ...]
    count: str
    table: Table
    needs: Page
    empty: str


def filed_page(person: Person, code: str, number: str) -> FiledPage:
    """What this person filed. 5 queries: the drafts, the counts, which needs, their texts, who received them."""
    tab = next((one for one in TABS if one.code == code), TABS[0])
    mine = filed_needs(person)
    counts = mine.aggregate(**{one.code: Count("pk", filter=one.within) for one in TABS})
    rows = mine.filter(tab.within).order_by("-diagnosis__submitted_at", "-pk")
    related = rows.select_related("subject", "diagnosis__establishment__company")
    needs = paged(related.only(*_SHOWN), counts[tab.code], number)
    told = received(need.pk for need in needs.object_list)
    return FiledPage(
        drafts=_drafts(person),
        tabs=tabs_of(TABS, tab, counts, reverse("matching:filed")),
        count=counted(counts[tab.code], "besoin"),
        table=_table(tab, [_row(need, told[need.pk]) for need in needs.object_list]),
        needs=needs,
        empty="" if counts[tab.code] else tab.empty,
    )


def filed_needs(person: Person) -> QuerySet[Need]:
    """The needs that this person filed or passed on, as far as he may still read them."""
    mine = Need.objects.allowed(person, "need.view")
    return mine.filter(
        diagnosis__adviser=person.user_id, diagnosis__solicitation__isnull=True, diagnosis__submitted_at__isnull=False
    )


class _Told(Paginator):
    """A paginator that is told the count: the tab has it already."""

    def __init__(self, rows: Any, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


def paged(rows: QuerySet[Any], count: int, number: str) -> Page:
    """One page of rows whose count is known, read once."""
    page = _Told(rows, PER_PAGE, count).get_page(number)
    page.object_list = list(page.object_list)
    return page


def tabs_of(
    tabs: Any, current: Any, counts: dict[str, int], address: str, told: list[tuple[str, str]] | None = None
) -> tuple[Tab, ...]:
    """Tabs as links; told: the filters that their addresses keep."""
    return tuple(
        Tab(
            one.label, f"{address}?{urlencode([('onglet', one.code), *(told or [])])}", counts[one.code],
            current=one is current,
        )
        for one in tabs
    )  # fmt: skip


def _drafts(person: Person) -> Table | None:
    """The visits that this person has yet to send. 1 query."""
    begun = visits_of(person).filter(submitted_at__isnull=True, passed_from__isnull=True)
    visits = list(begun.annotate(count=Count("needs")).order_by("-created_at", "-pk")[:DRAFTS_SHOWN])
    if not visits:
        return None
    return Table(
        caption="À terminer",
        columns=(Column("Entreprise", header=True), Column("Besoins"), Column("Situation"), Column("Commencé")),
        rows=tuple(
            (
                Cell(
                    (one.establishment.company.name if one.establishment else one.company_name) or UNNAMED,
                    href=reverse("matching:visit_needs", args=[one.pk]),
                    hint=one.contact.full_name,
                ),
                counted(one.count, "besoin"),
                Cell(state=RETURNED if one.return_reason else BEGUN, hint=one.return_reason[:140]),
                Cell(at=one.created_at),
            )
            for one in visits
        ),
    )


def _table(tab: FiledTab, rows: list[tuple[Cell | str, ...]]) -> Table:
    return Table(
        caption=f"Besoins déposés – {tab.label.lower()}",
        columns=(
            Column("Entreprise", header=True),
            Column("Besoin"),
            Column("Experts"),
            Column("État"),
            Column("Déposé"),
        ),
        rows=tuple(rows),
        caption_hidden=True,
        keys=True,
    )


def _row(need: Need, told: list[Received]) -> tuple[Cell | str, ...]:
    place = need.diagnosis.establishment
    state = NEED_STATUS_BY_CODE[need.status] if need.sent_at else WAITS_FOR_TEAM
    return (
        Cell(
            company_name(need),
            href=reverse("matching:need", args=[need.pk]),
            hint=place.commune_name if place else "",
        ),
        need.subject.label,
        positions(told) or "Pas encore transmis",
        Cell(state=state, hint=helps(told)),
        Cell(at=need.diagnosis.submitted_at),
    )
