"""« Mes accompagnements », those of one's territory and of one's administration: as a list, a board, a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.exports.offers import Offer
from vigie.exports.registry import FOR_SHEETS
from vigie.followup.models import Analysis, Followup, FollowupQuerySet, Member, Term
from vigie.followup.queries.board import Lane, board
from vigie.followup.queries.lines import CRITICALITY, is_late, step_of, when, where
from vigie.followup.queries.requests import Waiting, waiting_requests
from vigie.followup.queries.touch import held_by, with_firm, with_people
from vigie.followup.states import ACTIVE, FOLLOWUP
from vigie.kernel.lifecycle import State
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.rights.statements import Spelled, composed_once, counts
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted, day

MINE, ZONE, OWN_BODY = "mes", "departement", "administration"
SCOPES = {MINE: "Mes accompagnements", ZONE: "De mon territoire", OWN_BODY: "De mon administration"}
LIST, BOARD, CALENDAR = "liste", "tableau", "calendrier"
FORMS = {LIST: "Liste", BOARD: "Tableau", CALENDAR: "Calendrier"}
PER_PAGE, IN_CALENDAR = 20, 200
EMPTY = {
    MINE: "Vous ne participez à aucun accompagnement. Ouvrez-en un depuis la fiche d’une entreprise.",
    ZONE: "Aucun accompagnement dans votre territoire.",
    OWN_BODY: "Personne de votre administration n’accompagne d’entreprise dans votre territoire.",
}
MOST_CRITICAL = (Followup.Criticality.HIGH, Followup.Criticality.MODERATE)
# Code of a sort → its order; the last news first when nothing is asked.
ORDERS: dict[str, tuple[Any, ...]] = {
    "": ("-modified_at", "-pk"),
    "entreprise": ("workplace__company__name", "pk"),
    "criticite": (
        Case(*(When(criticality=code, then=rank) for rank, code in enumerate(MOST_CRITICAL)), default=9),
        "-modified_at", "-pk",
    ),
    "etape": (
        Case(When(state__in=ACTIVE, then=F("next_step_on"))).asc(nulls_last=True), "-modified_at", "-pk",
    ),
    "debut": ("-started_on", "-pk"),
}  # fmt: skip
SORTS = [
    ("", "Dernière nouvelle"), ("entreprise", "Entreprise"), ("criticite", "Criticité"), ("etape", "Prochaine étape"),
    ("debut", "Date d’ouverture"),
]  # fmt: skip
LATE, UNDATED = "En retard", "Sans date"
LOCKED = "Les accompagnements de cet agent restent verrouillés pour vous."
NO_MATCH = "Aucun accompagnement ne répond à ces filtres. Retirez-en un."


@dataclass(frozen=True)
class Filters:
    """What was asked of a list; empty: everything."""

    q: str = ""
    states: tuple[str, ...] = ()
    criticality: str = ""
    departement: str = ""
    difficulty: int = 0
    word: int = 0  # a label, a sector, an action, a service or a redirect
    verdict: str = ""
    nature: str = ""
    intervention: str = ""
    channel: str = ""
    talked_from: str = ""  # ISO: a talk of that day or later
    late: bool = False
    sort: str = ""

    @property
    def any(self) -> bool:
        return replace(self, sort="") != Filters()


@dataclass(frozen=True)
class CalendarWeek:
    """A week (or « En retard », « Sans date ») and the steps foreseen."""

    title: str
    late: bool
    table: Table


@dataclass(frozen=True)
class ListPage:
    """The page in one of its three forms."""

    title: str
    count: str
    tabs: tuple[Tab, ...]
    forms: tuple[Tab, ...]
    table: Table | None = None
    paging: Page | None = None
    lanes: tuple[Lane, ...] = ()
    more: str = ""  # how many files of the board are not shown
    weeks: tuple[CalendarWeek, ...] = ()
    deleted: str = ""
    whole: str = ""  # the same scope and form, without filters
    codefi: str = ""
    export: Offer | None = None
    firms: tuple[str, ...] = field(default=())
    requests: Waiting | None = None  # of the territory: help asked for, that no file holds


def scope_of(person: Person, scope: str) -> FollowupQuerySet:
    """The files of a scope that the person may read (follow-up.md 4.3)."""
    visible = Followup.objects.allowed(person, "file.view")
    if scope == MINE:
        return visible.filter(pk__in=Followup.objects.held_by(person).values("pk"))
    inside = visible if person.nationwide else visible.filter(departement__in=sorted(person.departements))
    if scope == ZONE:
        return inside
    networks = sorted(person.networks - {Network.CODEFI})
    own = Member.objects.filter(
        followup=OuterRef("pk"), removed_at__isnull=True, user__agent__segment__network__code__in=networks
    )
    return inside.filter(Exists(own))


def filtered(files: FollowupQuerySet, filters: Filters, today: date) -> FollowupQuerySet:
    """Those that answer all the filters. One talk must answer all those of talks together."""
    if filters.q:
        asked = filters.q.replace(" ", "")
        by_number = Q(siren__startswith=asked) | Q(workplace__siret__startswith=asked) if asked.isdecimal() else Q()
        name = Q(workplace__company__name__icontains=filters.q) | Q(
            workplace__company__name_key__icontains=fold(filters.q)
        )
        files = files.filter(by_number or name)
    if filters.states:
        files = files.filter(state__in=filters.states)
    for column in ("criticality", "departement"):
        if value := getattr(filters, column):
            files = files.filter(**{column: value})
    for term in filter(None, (filters.difficulty, filters.word)):
        bearing = Followup.terms.through.objects.filter(followup_id=OuterRef("pk"), term_id=term)
        files = files.filter(Exists(bearing))
    names = ("verdict", "nature", "intervention", "channel")
    told = {name: getattr(filters, name) for name in names if getattr(filters, name)}
    if filters.talked_from:
        told["talked_on__gte"] = filters.talked_from
    if told:
        files = files.filter(Exists(Analysis.objects.filter(followup=OuterRef("pk"), **told)))
    if filters.late:
        files = files.filter(state__in=ACTIVE, next_step_on__lt=today)
    return files


def offered_terms() -> dict[str, list[tuple[int, str]]]:
    """Kind → the words in use, by which files are filtered. 1 query."""
    found: dict[str, list[tuple[int, str]]] = {}
    for kind, pk, label in Term.objects.filter(archived_at=None).values_list("kind", "pk", "label"):
        found.setdefault(kind, []).append((pk, label))
    return found


def departements_of(person: Person) -> list[str]:
    """The départements that have a file the person may read. 1 query."""
    files = Followup.objects.allowed(person, "file.view").order_by("departement")
    return [code for code in files.values_list("departement", flat=True).distinct() if code]


def list_page(
    person: Person, scope: str, shape: str, filters: Filters, asked: Mapping[str, str], number: str, today: date
) -> ListPage:  # fmt: skip
    """The page. About 10 queries, whatever the number of files."""
    files = filtered(scope_of(person, scope), filters, today)
    count = files.count() if filters.any else _how_many(person, scope)
    common: dict[str, Any] = {
        "title": SCOPES[scope],
        "count": "" if person.read_only else counted(count, "accompagnement"),
        "tabs": tuple(Tab(label, _href(asked, vue=code), current=code == scope) for code, label in SCOPES.items()),
        "forms": tuple(Tab(label, _href(asked, forme=code), current=code == shape) for code, label in FORMS.items()),
        "deleted": reverse("followup:deleted"),
        "whole": f"{reverse('followup:list')}?{urlencode({'vue': scope, 'forme': shape})}",
        "codefi": reverse("followup:codefi") if Network.CODEFI in person.networks else "",
        "export": Offer(reverse("followup:export_list"), FOR_SHEETS, _asked(asked)) if count else None,
    }
    if shape == BOARD:
        lanes, more = board(person, files, today, urlencode({k: v for k, v in asked.items() if v}))
        return ListPage(lanes=lanes, more=more, **common)
    if shape == CALENDAR:
        return ListPage(weeks=_weeks(files, today), **common)
    paging: Page = Paginator(range(count), PER_PAGE).get_page(number)
    start = paging.start_index() - 1 if count else 0
    if filters.any:
        found: Iterable[Any] = with_firm(files.order_by(*ORDERS[filters.sort]))[start : start + PER_PAGE]
    else:
        found = _all(person, frozenset({scope}), frozenset({filters.sort}), Spelled(start))
    paging.object_list = rows = with_people(found)
    asked_for = waiting_requests(person, today) if scope == ZONE and not filters.any else None
    firms = tuple(row.siren for row in rows) + (asked_for.firms if asked_for is not None else ())
    empty = LOCKED if person.read_only else NO_MATCH if filters.any else EMPTY[scope]
    table = _table(rows, scope, empty, today)
    return ListPage(table=table, paging=paging, firms=firms, requests=asked_for, **common)


def _how_many(person: Person, scope: str) -> int:
    found = _counted(person, frozenset({scope}))
    return int(found[0][0]) if found else 0


@composed_once
def _counted(person: Person, scope: frozenset[str]) -> QuerySet[Followup, tuple[int, ...]]:
    return counts(scope_of(person, *scope), found=Q(pk__isnull=False))


@composed_once
def _all(person: Person, scope: frozenset[str], sort: frozenset[str], start: Spelled) -> QuerySet[Followup]:
    """A page of the list that nothing narrows."""
    [order] = (ORDERS[one] for one in sort)
    return cast("QuerySet[Followup]", with_firm(scope_of(person, *scope).order_by(*order))[start : start + PER_PAGE])


def _asked(asked: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in asked.items() if value and name not in ("page", "forme"))


def _href(asked: Mapping[str, str], **changes: str) -> str:
    kept = {name: value for name, value in asked.items() if value and name != "page"} | changes
    return f"{reverse('followup:list')}?{urlencode(kept)}"


def _table(rows: list[Any], scope: str, empty: str, today: date) -> Table:
    return Table(
        caption=SCOPES[scope],
        caption_hidden=True,
        columns=(
            Column("Entreprise", header=True), Column("État"), Column("Criticité"), Column("Référents"),
            Column("Prochaine étape"), Column("Dernière nouvelle"),
        ),
        rows=tuple(
            (
                Cell(row.workplace.company.name, href=reverse("followup:file", args=[row.pk]), hint=where(row)),
                Cell(state=_whole(FOLLOWUP.by_code[row.state])),
                Cell(state=_whole(CRITICALITY[row.criticality])),
                held_by(row, Member.Role.REFERENT) or "Aucun",
                Cell(step_of(row) or "Aucune", hint=when(row, today)),
                Cell(at=row.modified_at),
            )
            for row in rows
        ),
        empty=empty,
        keys=True,
    )  # fmt: skip


def _weeks(files: FollowupQuerySet, today: date) -> tuple[CalendarWeek, ...]:
    """The next steps of the running files: the late ones, then week after week, then those without date."""
    running = with_firm(files.filter(state__in=ACTIVE).exclude(next_step="", next_step_on__isnull=True))
    dated = with_people(
        running.filter(next_step_on__isnull=False).order_by(F("next_step_on").asc(nulls_last=True), "pk")[:IN_CALENDAR]
    )
    undated = with_people(running.filter(next_step_on__isnull=True).order_by("-modified_at")[:PER_PAGE])
    found: dict[str, list[Any]] = {}
    for row in dated:
        found.setdefault(_week_of(row, today), []).append(row)
    if undated:
        found[UNDATED] = undated
    return tuple(CalendarWeek(title, title == LATE, _agenda(title, rows)) for title, rows in found.items())


def _week_of(row: Any, today: date) -> str:
    if is_late(row, today):
        return LATE
    monday = row.next_step_on - timedelta(days=row.next_step_on.weekday())
    return "Cette semaine" if monday <= today else f"Semaine du {day(monday)}"


def _agenda(title: str, rows: list[Any]) -> Table:
    return Table(
        caption=f"{title}\u00a0: étapes prévues",
        caption_hidden=True,
        columns=(
            Column("Date"), Column("Entreprise", header=True), Column("Étape"), Column("Criticité"),
            Column("Référents"),
        ),
        rows=tuple(
            (
                day(row.next_step_on) if row.next_step_on else "À fixer",
                Cell(row.workplace.company.name, href=reverse("followup:file", args=[row.pk]), hint=where(row)),
                row.next_step or "Non précisée",
                Cell(state=_whole(CRITICALITY[row.criticality])),
                held_by(row, Member.Role.REFERENT) or "Aucun",
            )
            for row in rows
        ),
    )  # fmt: skip


def _whole(state: State) -> State:
    """The same badge, that a narrow column does not break."""
    return replace(state, label=state.label.replace(" ", "\u00a0"))


def files_to_hand_over(giver: User, by: Person) -> FollowupQuerySet:
    """Running files that he leads, and whose people ``by`` may change."""
    leads = Member.objects.present().filter(user=giver, role=Member.Role.REFERENT)
    files = Followup.objects.allowed(by, "file.manage_members").active()
    return files.filter(pk__in=leads.order_by().values("followup"))


def departements_to_hand_over(giver: User, by: Person) -> list[str]:
    """Where those files are. 1 query."""
    places = files_to_hand_over(giver, by).order_by("departement").values_list("departement", flat=True)
    return [code for code in places.distinct() if code]


def handover_table(giver: User, by: Person) -> Table:
    """The files that would change hands. 4 queries."""
    rows = with_people(with_firm(files_to_hand_over(giver, by)).order_by("workplace__company__name", "pk"))
    return Table(
        caption=f"Accompagnements menés par {giver}",
        columns=(Column("Entreprise", header=True), Column("État"), Column("Référents"), Column("Prochaine étape")),
        rows=tuple(
            (
                Cell(row.workplace.company.name, href=reverse("followup:file", args=[row.pk]), hint=where(row)),
                Cell(state=FOLLOWUP.by_code[row.state]),
                held_by(row, Member.Role.REFERENT),
                row.next_step or "Aucune",
            )
            for row in rows
        ),
        empty="Aucun accompagnement en cours que vous puissiez confier.",
    )
