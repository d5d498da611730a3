"""A block of a sheet, and what the panels that make them share: the firm, its reader, its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Window

from vigie.agents.models import Follow
from vigie.campaigns.queries.contacts import open_contacts
from vigie.campaigns.queries.visits import open_visits
from vigie.companies.models import Company, Establishment
from vigie.followup.models import Followup
from vigie.kernel.errors import PublicationError
from vigie.kernel.lifecycle import State
from vigie.kernel.period import Month, paris_day
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import Chart, Fact, Link, Step, Table
from vigie.ui.formats import day
from vigie.watchlists.models import Entry, Publication
from vigie.watchlists.queries.freshness import Dossier, Series, data_until
from vigie.watchlists.queries.words import to_month
from vigie.watchlists.rules_sight import Category, Sight
from vigie.watchlists.states import OPEN, REPLACED

FOLLOW_TO_SEE = "Verrouillé\u00a0: suivez cette entreprise pour voir ces données."
NO_RIGHT = "Votre habilitation n’ouvre pas ces données."
UNREADABLE = (
    "Ce bloc ne peut pas être montré\u00a0: un fichier manque ou n’est plus celui qui a été reçu. "
    "L’équipe est prévenue."
)
EMPTY = "Aucune donnée disponible pour cette entreprise."
EMPTY_PLACE = "Aucune donnée disponible pour cet établissement."
PER_PAGE = 10


@dataclass(frozen=True)
class Bar:
    """A step of the waterfall, in thousandths of the width of the drawing. kind: base, up, down, none or total."""

    label: str
    kind: str
    left: int
    width: int
    value: str
    total: str


@dataclass(frozen=True)
class Part:
    """A heading under the block and the sentences it holds."""

    heading: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A block, as the template draws it: what is empty is not drawn. more: what is read on demand.

    locked: why nothing is shown; invites: following would open it. failed: its file cannot be read.
    """

    code: str
    title: str
    state: State | None = None
    badges: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    parts: tuple[Part, ...] = ()
    charts: tuple[Chart, ...] = ()
    bars: tuple[Bar, ...] = ()
    tables: tuple[Table, ...] = ()
    story: tuple[Step, ...] = ()
    links: tuple[Link, ...] = ()
    more: tuple[str, ...] = ()
    more_tables: tuple[Table, ...] = ()
    pages: Page | None = None
    note: str = ""
    origin: str = ""
    legal: bool = False
    locked: str = ""
    invites: bool = False
    failed: bool = False


# The tables of monthly charts: the right that opens each, and the sources whose last day its charts may show.
MONTHLY: tuple[tuple[str, Category | None, tuple[str, ...]], ...] = (
    ("dossier_workforce", None, ("effectif_ent", "effectif")),
    ("dossier_short_time_work", Category.DGEFP, ("apdemande", "apconso")),
    ("dossier_debts", Category.URSSAF, ("debit", "cotisation")),
)


@dataclass
class Reading:
    """One reading of a sheet. siret: of the establishment whose sheet it is; empty for the company."""

    person: Person
    sight: Sight
    company: Company
    at: datetime
    siret: str = ""
    page: str = "1"
    kept: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, PublicationError] = field(default_factory=dict)  # what cannot be read → why, for the operators

    @property
    def siren(self) -> str:
        return self.company.siren

    @property
    def today(self) -> date:
        return paris_day(self.at)

    def opens(self, category: Category) -> bool:
        return self.sight.opens(category)

    @cached_property
    def current(self) -> Publication | None:
        """The open list. 1 query."""
        return next(iter(_current()), None)

    @cached_property
    def dossier(self) -> Dossier | None:
        return Dossier(self.current, self.siren) if self.current is not None else None

    @cached_property
    def establishments(self) -> QuerySet[Establishment]:
        """Those of the company, closed ones too, the head office first."""
        return _establishments(self.siren)

    @cached_property
    def places(self) -> Page:
        """The page asked for of the establishments. The first one, with its counts, in 1 query; the others in 2."""
        pages = Paginator(self.establishments, PER_PAGE)
        if self.page != "1":
            pages.count = self.counts[0]
            return pages.get_page(self.page)
        rows: list[Any] = _first_places(self.siren)
        pages.count = rows[0].whole if rows else 0
        return Page(rows, 1, pages)

    @cached_property
    def counts(self) -> tuple[int, int]:
        """(all, active) establishments. 1 query, none beside the first page of them."""
        if self.page == "1":
            first: Any = next(iter(self.places), None)
            return (first.whole, first.active) if first is not None else (0, 0)
        found = self.company.establishments.aggregate(whole=Count("pk"), active=Count("pk", filter=Q(is_active=True)))
        return found["whole"], found["active"]

    @cached_property
    def follows(self) -> list[Follow]:
        """The follows of the firm that run, with who follows, by name, and ``file_state`` of the file that gives one.
        1 query."""
        return _follows(self.siren, self.at)

    @property
    def my_follows(self) -> list[Follow]:
        """Those of the reader, the latest first."""
        mine = [one for one in self.follows if one.user_id == self.person.user_id]
        return sorted(mine, key=lambda one: (one.since, one.pk), reverse=True)

    @cached_property
    def head_office(self) -> Establishment | None:
        """1 query at most."""
        if self.places.number == 1:
            return next((place for place in self.places if place.is_head_office), None)
        return self.company.establishments.filter(is_head_office=True).order_by("-is_active", "siret").first()

    @cached_property
    def place(self) -> Establishment | None:
        """The establishment whose sheet it is. 1 query."""
        return self.company.establishments.filter(siret=self.siret).first() if self.siret else None

    @cached_property
    def entries(self) -> list[Entry]:
        """The firm in every published list, the newest first. Asked only when the score is open. 1 query."""
        if not self.opens(Category.SCORE):
            return []
        found = Entry.objects.filter(siren=self.siren, publication__state__in=[OPEN, REPLACED])
        return list(found.select_related("publication").order_by("-publication__batch", "-publication__number"))

    @cached_property
    def entry(self) -> Entry | None:
        """The firm in the open list. Asked only when the score is open."""
        return next((one for one in self.entries if self.current and one.publication_id == self.current.pk), None)

    @cached_property
    def visits(self) -> list[Any]:
        """Those of the firm, for who reads its detection. 2 queries, 1 when there is none."""
        return open_visits(self.person, self.siren) if self.opens(Category.SCORE) else []

    @cached_property
    def contacts(self) -> list[Any]:
        """Those of campaigns of his territory, for who reads the firm's detection. 1 query."""
        return open_contacts(self.person, self.siren) if self.opens(Category.SCORE) else []

    def series(self, table: str) -> Series:
        """The rows of the firm, or of its establishment; read once. Tables kept from the reader are not asked for."""
        if table not in self.kept:
            found = self.dossier.series(table) if self.dossier is not None else Series([])
            if self.siret and found.rows and "siret" in found.rows[0]:
                found = Series([row for row in found.rows if row["siret"] == self.siret], found.fresher, found.until)
            self.kept[table] = found
        kept: Series = self.kept[table]
        return kept

    def rows_if_readable(self, table: str) -> list[dict[str, Any]] | None:
        """The same rows, for a block that stands without them; None when the source or its file is missing."""
        if self.dossier is None or not self.dossier.holds(table):
            return None
        try:
            return self.series(table).rows
        except PublicationError as error:
            self.faults[table] = error
            return None

    def until(self, table: str, source: str) -> date | None:
        """The last day of a source in the folder that the table comes from."""
        return self.series(table).until.get(source)

    @cached_property
    def last_month(self) -> date:
        """Where every monthly chart of the sheet ends: the month of the list, or that of the freshest of the facts
        which the reader opens. What is kept from him is not read."""
        months = [self.current.batch if self.current else self.today.replace(day=1)]
        for table, category, sources in MONTHLY:
            if category is None or self.opens(category):
                months += [Month.of(one).first_day for one in self._untils(table, sources) if one is not None]
        return max(months)

    def _untils(self, table: str, sources: tuple[str, ...]) -> list[date | None]:
        """None at all for a table that was not delivered or cannot be read: its own block says so."""
        try:
            held = self.dossier is not None and self.dossier.holds(table)
            return [self.until(table, source) for source in sources] if held else []
        except PublicationError:
            return []

    def origin(self, table: str, source: str, name: str) -> str:
        """Who gives the figures, until when, and when they came."""
        until = self.until(table, source)
        told = [name]
        told += [f"données arrêtées {to_month(until)}"] if until else []
        fresher = self.series(table).fresher
        if fresher:
            told.append(f"faits reçus le {day(date.fromisoformat(fresher[:10]))}, plus récents que la liste")
        elif self.current is not None:
            told.append(f"reçues le {day(self.current.received_at)}")
        return " · ".join(told)

    def source_until(self, source: str) -> date | None:
        """The last day of a source in the open list."""
        return data_until(self.current).get(source) if self.current is not None else None


def _establishments(siren: str) -> QuerySet[Establishment]:
    places = Establishment.objects.filter(company_id=siren)
    return places.order_by("-is_head_office", "-is_active", "search_rank", "siret")


@composed_once
def _first_places(siren: str) -> QuerySet[Establishment]:
    counted = {"whole": Window(Count("pk")), "active": Window(Count("pk", filter=Q(is_active=True)))}
    return _establishments(siren).annotate(**counted)[:PER_PAGE]


@composed_once
def _current() -> QuerySet[Publication]:
    return Publication.objects.current()[:1]


@composed_once
def _follows(siren: str, at: datetime) -> QuerySet[Any, Any]:
    file = Followup.objects.filter(pk=OuterRef("file_id")).values("state")
    running = Follow.objects.running(at).filter(siren=siren).annotate(file_state=Subquery(file))
    return running.select_related("user__agent__entity").order_by("user__full_name", "pk")


@dataclass(frozen=True)
class Panel:
    """A row of the table of panels. category: the right that opens it; tables: the files that feed it, if any.

    ``build`` gives None when it has nothing to say of this firm, and the block does not appear.
    """

    code: str
    title: str
    build: Callable[[Reading], Block | None]
    category: Category | None = None
    tables: tuple[str, ...] = ()
    establishment: bool = False  # also on the sheet of an establishment
    always: bool = False  # drawn even when no list is open, or when its files were not delivered
