"""« Mes besoins »: what waits for a person, by tab. The same page for an expert, a manager and the team.

One collection per tab: its counter, its list and its order come from the same row of ``TABS``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OrderBy, Q, QuerySet
from django.urls import reverse

from vigie.accounts.models import Antenne
from vigie.directory.models import Subject
from vigie.kernel.period import PARIS
from vigie.kernel.text import fold
from vigie.matching.models import Match, MatchQuerySet, Need
from vigie.matching.queries.desk_team import without_team
from vigie.matching.queries.positions import company_name, position, since, workforce
from vigie.matching.states import CLOSED_BY_EXPERT, COVERED, EXPIRED, MATCH, NOT_FOR_ME, QUO, TAKING_CARE, WITHDRAWN
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted, shortened
from vigie.ui.hrefs import href

PER_PAGE = 25
FIRST_LINE = 140
NAMED = 3  # others who received the need, named; the rest is counted
_DAY = timedelta(days=1)
# What a line shows: the rest of these seven tables is left where it is.
_SHOWN = (
    "state", "sent_at", "taken_care_of_at", "closed_at", "help_name", "refusal_reason",
    "subject__label",
    "expert__full_name", "expert__antenne__name",
    "need__content", "need__diagnosis__solicitation__company_name", "need__diagnosis__company_name",
    "need__diagnosis__establishment__commune_name", "need__diagnosis__establishment__workforce_code",
    "need__diagnosis__establishment__headcount", "need__diagnosis__establishment__company__name",
)  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """What narrows the desk; empty: nothing. Dates are days of Paris, both included."""

    q: str = ""
    theme: int | None = None
    subject: int | None = None
    since: date | None = None
    until: date | None = None
    antenne: int | None = None

    def parameters(self) -> list[tuple[str, str]]:
        """The filters in use as they are written in the address."""
        named: dict[str, object] = {"q": self.q, "theme": self.theme, "sujet": self.subject, "antenne": self.antenne}
        named |= {"depuis": self.since, "jusqu_au": self.until}
        return [(name, str(value)) for name, value in named.items() if value not in ("", None)]


@dataclass(frozen=True)
class DeskTab:
    """A collection: what is in it, in which order, what its moment means, what an empty one says."""

    code: str
    label: str
    within: Callable[[datetime], Q]
    order: tuple[str | OrderBy, ...]
    moment: str
    empty: tuple[str, str]


TABS = (
    DeskTab(
        "a-traiter",
        "À traiter",
        lambda at: Q(state=QUO),
        ("sent_at", "pk"),
        "Reçu",
        ("Vous avez répondu à tout", "Les prochains besoins arriveront ici, et par courriel."),
    ),
    DeskTab(
        "en-cours",
        "En cours",
        lambda at: Q(state=TAKING_CARE),
        ("taken_care_of_at", "pk"),
        "Pris en charge",
        ("Rien en cours", "Les besoins que vous prenez en charge restent ici jusqu’à leur clôture."),
    ),
    DeskTab(
        "clotures",
        "Clôturés",
        lambda at: Q(state__in=(*CLOSED_BY_EXPERT, COVERED, WITHDRAWN)),
        (F("closed_at").desc(), "-pk"),
        "Clos",
        ("Rien de clôturé", "Les besoins que vous clôturez se retrouvent ici, avec leur issue."),
    ),
    DeskTab(
        "refuses",
        "Refusés",
        lambda at: Q(state=NOT_FOR_ME),
        (F("closed_at").desc(), "-pk"),
        "Refusé",
        ("Rien de refusé", "Les besoins qui ne sont pas pour vous se retrouvent ici."),
    ),
    DeskTab(
        "expires",
        "Expirés",
        lambda at: Q(state=EXPIRED, archived_at__isnull=True),
        ("sent_at", "pk"),
        "Reçu",
        ("Rien d’expiré", "Un besoin sans réponse pendant 45 jours se retrouve ici. Vous pouvez encore y répondre."),
    ),
)
TABS_BY_CODE = {tab.code: tab for tab in TABS}


@dataclass(frozen=True)
class Empty:
    """Why there is nothing, and what to do."""

    title: str
    text: str
    href: str = ""
    label: str = ""


@dataclass(frozen=True)
class Other:
    """A match of the same need: the institution that received it, and its position."""

    pk: int
    institution: str
    position: str


@dataclass(frozen=True)
class DeskPage:
    """The desk: its tabs with their counts, the list of one of them, why it is empty."""

    title: str
    tabs: tuple[Tab, ...]
    count: str
    table: Table
    empty: Empty | None
    matches: Page


@dataclass(frozen=True)
class DeskChoices:
    """What can be chosen in the filters."""

    themes: tuple[tuple[int, str], ...]
    subjects: tuple[tuple[int, str], ...]
    antennes: tuple[tuple[int, str], ...] = ()


def desk_choices(person: Person) -> DeskChoices:
    """Themes, subjects, and a manager's antennes. 1 query, 2 for a manager."""
    subjects = _subjects()
    themes = {theme: label for _pk, _label, theme, label in subjects}
    antennes: tuple[tuple[int, str], ...] = ()
    if person.managed_antennes:
        rows = Antenne.objects.filter(pk__in=person.managed_antennes).order_by("name", "pk")
        antennes = tuple(rows.values_list("pk", "name"))
    return DeskChoices(tuple(themes.items()), tuple((pk, label) for pk, label, *_theme in subjects), antennes)


@composed_once
def _subjects() -> QuerySet[Subject, tuple[int, str, int, str]]:
    return Subject.objects.values_list("pk", "label", "theme_id", "theme__label")


def desk_page(person: Person, filters: Filters, code: str, number: str, choices: DeskChoices, at: datetime) -> DeskPage:
    """The desk of a person. 4 queries: the counts, which rows, their texts, who else received them.

    An expert for whom nothing waits: at most 4 more, to know whether he is in a team.
    """
    tab = TABS_BY_CODE.get(code, TABS[0])
    mine = _narrowed(Match.objects.allowed(person, "match.view"), filters, choices)
    counts = mine.aggregate(**{one.code: Count("pk", filter=one.within(at)) for one in TABS})
    found = mine.filter(tab.within(at)).order_by(*tab.order).values_list("pk", flat=True)
    matches = _CountedPaginator(found, PER_PAGE, counts[tab.code]).get_page(number)
    matches.object_list = _rows(list(matches.object_list))
    wide = person.is_team or bool(person.managed_antennes)
    return DeskPage(
        title="Besoins" if person.is_team else "Besoins de mes antennes" if person.managed_antennes else "Mes besoins",
        tabs=_tabs(tab, counts, filters),
        count=counted(counts[tab.code], "besoin"),
        table=_table(matches.object_list, tab, wide),
        empty=_empty(tab, filters, person) if not counts[tab.code] else None,
        matches=matches,
    )


class _CountedPaginator(Paginator):
    """A paginator that is told the count: the tab has it already."""

    def __init__(self, rows: QuerySet[Any, Any], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


def _narrowed(matches: MatchQuerySet, filters: Filters, choices: DeskChoices) -> MatchQuerySet:
    conditions = Q()
    for word in _words(filters.q):
        about = [pk for pk, label in choices.subjects if word in fold(label)]
        conditions &= Q(need__search_text__contains=word) | Q(subject__in=about)
    if filters.theme is not None:
        conditions &= Q(subject__theme=filters.theme)
    if filters.subject is not None:
        conditions &= Q(subject=filters.subject)
    if filters.since is not None:
        conditions &= Q(sent_at__gte=_midnight(filters.since))
    if filters.until is not None:
        conditions &= Q(sent_at__lt=_midnight(filters.until + _DAY))
    if filters.antenne is not None:
        conditions &= Q(expert__antenne=filters.antenne)
    return matches.filter(conditions)


def _words(typed: str) -> list[str]:
    """The words looked for; a number typed in groups (SIREN, SIRET, telephone) is one word."""
    text = fold(typed)
    digits = text.replace(" ", "")
    return [digits] if digits.isdecimal() else text.split()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def _rows(matches: list[int]) -> list[Match]:
    """These matches, in this order, with what a line shows. Read apart: to be sorted, hundreds of rows stay narrow."""
    rows = {match.pk: match for match in _lines(frozenset(matches))}
    return [rows[pk] for pk in matches]


@composed_once
def _lines(matches: frozenset[int]) -> QuerySet[Match]:
    related = (
        "subject",
        "expert__antenne",
        "need__diagnosis__solicitation",
        "need__diagnosis__establishment__company",
    )
    return Match.objects.select_related(*related).only(*_SHOWN).filter(pk__in=matches).order_by()


def _tabs(current: DeskTab, counts: dict[str, int], filters: Filters) -> tuple[Tab, ...]:
    home = reverse("matching:desk")
    return tuple(
        Tab(
            tab.label,
            f"{home}?{urlencode([('onglet', tab.code), *filters.parameters()])}",
            counts[tab.code],
            current=tab is current,
        )
        for tab in TABS
    )


def _empty(tab: DeskTab, filters: Filters, person: Person) -> Empty:
    if filters.parameters():
        address = f"{reverse('matching:desk')}?{urlencode({'onglet': tab.code})}"
        return Empty(
            "Aucun besoin ne répond à votre recherche",
            "Vérifiez l’orthographe, retirez un filtre ou regardez dans un autre onglet.",
            address,
            "Réinitialiser",
        )
    return Empty(*((without_team(person) if tab is TABS[0] else None) or tab.empty))


def _table(matches: list[Match], tab: DeskTab, wide: bool) -> Table:
    others = _others(matches)
    columns = [Column("Entreprise", header=True), Column("Besoin")]
    columns += [Column("Équipe")] if wide else []
    columns += [Column("Aussi reçu par")]
    columns += [Column("Issue")] if tab.code == "clotures" else []
    columns += [Column("Raison")] if tab.code == "refuses" else []
    columns += [Column(tab.moment)]
    return Table(
        caption=f"Besoins – {tab.label.lower()}",
        columns=tuple(columns),
        rows=tuple(_row(match, others, tab, wide) for match in matches),
        caption_hidden=True,
        keys=True,
    )


def _row(match: Match, others: dict[int, list[Other]], tab: DeskTab, wide: bool) -> tuple[Cell | str, ...]:
    need, establishment = match.need, match.need.diagnosis.establishment
    firm = []
    if establishment is not None:
        firm = [establishment.commune_name, workforce(establishment.workforce_code, establishment.headcount)]
    cells: list[Cell | str] = [
        Cell(
            company_name(need),
            href=href("matching:need", need.pk),
            hint=" · ".join(filter(None, firm)),
        ),
        Cell(match.subject.label, hint=_first_line(need)),
    ]
    if wide:
        cells.append(Cell(match.expert.full_name, hint=match.expert.antenne.name))
    cells.append(_also([other for other in others[need.pk] if other.pk != match.pk]))
    if tab.code == "clotures":
        cells.append(Cell(state=MATCH.by_code[match.state], hint=match.help_name))
    if tab.code == "refuses":
        cells.append(match.get_refusal_reason_display())
    return (*cells, Cell(at=since(match)))


def _others(matches: Iterable[Match]) -> dict[int, list[Other]]:
    """Need → every match it has, in the order of sending. 1 query."""
    found: dict[int, list[Other]] = defaultdict(list)
    for need, pk, state, short, name in _of_needs(frozenset(match.need_id for match in matches)):
        found[need].append(Other(pk, short or name, position(state)))
    return found


@composed_once
def _of_needs(needs: frozenset[int]) -> QuerySet[Match, tuple[int, int, str, str, str]]:
    rows = Match.objects.filter(need__in=needs).order_by("sent_at", "pk")
    institution = "expert__antenne__institution"
    return rows.values_list("need_id", "pk", "state", f"{institution}__short_name", f"{institution}__name")


def _also(others: list[Other]) -> str:
    """« CCI : en cours ; Région : en attente de réponse », or that nobody else did."""
    if not others:
        return "Personne d’autre"
    named = [f"{one.institution}\u00a0: {one.position}" for one in others[:NAMED]]
    if len(others) > NAMED:
        named.append(f"et {counted(len(others) - NAMED, 'autre')}")
    return "\u00a0; ".join(named)


def _first_line(need: Need) -> str:
    line = need.content.strip().partition("\n")[0]
    return shortened(line, FIRST_LINE)
