"""« Mon territoire »: the needs of the zones that a local animator follows; nothing of the zone beside."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet
from django.urls import reverse

from vigie.accounts.models import Institution
from vigie.directory.models import Subject
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Match, Need, NeedQuerySet, communes_of
from vigie.matching.queries.choices import commune_names
from vigie.matching.queries.filed import PER_PAGE, tabs_of
from vigie.matching.queries.need_origin import zone_named
from vigie.matching.queries.need_positions import Received, helps, positions, received, silent_names
from vigie.matching.queries.positions import company_name
from vigie.matching.states import (
    CLOSED_BY_EXPERT,
    EXPIRED,
    NEED_STATUS_BY_CODE,
    NOT_FOR_ME,
    QUO,
    TAKING_CARE,
    WITHDRAWN,
)
from vigie.rights.person import Person
from vigie.rights.statements import Spelled, anew, composed_once, counts
from vigie.territory.models import Commune
from vigie.territory.queries import zone_labels
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted, listed, shortened
from vigie.ui.hrefs import href

FIRST_LINE = 120
_SHOWN = (
    "status", "sent_at", "content", "subject__label", "diagnosis__commune_code", "diagnosis__company_name",
    "diagnosis__solicitation__company_name", "diagnosis__establishment__commune_name",
    "diagnosis__establishment__company__name",
)  # fmt: skip


@dataclass(frozen=True)
class TerritoryFilters:
    """What narrows the page; empty: nothing. zone: « kind:code »."""

    q: str = ""
    subject: int | None = None
    zone: str = ""
    institution: int | None = None

    def parameters(self) -> list[tuple[str, str]]:
        """The filters in use as they are written in the address."""
        named = {"q": self.q, "sujet": self.subject, "zone": self.zone, "institution": self.institution}
        return [(name, str(value)) for name, value in named.items() if value not in ("", None)]


@dataclass(frozen=True)
class TerritoryChoices:
    """What can be chosen in the filters."""

    subjects: tuple[tuple[int, str], ...]
    zones: tuple[tuple[str, str], ...]
    institutions: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class TerritoryTab:
    """A collection: what is in it, in which order, what an empty one says."""

    code: str
    label: str
    within: Q
    order: tuple[str | OrderBy, ...]
    empty: str


TABS = (
    TerritoryTab(
        "attente", "Qui attend", Q(status=QUO), ("sent_at", "pk"),
        "Aucune entreprise de votre territoire n’attend de réponse.",
    ),
    TerritoryTab(
        "en-cours", "En cours", Q(status=TAKING_CARE), ("sent_at", "pk"), "Aucun besoin n’est en cours."
    ),
    TerritoryTab(
        "sans-expert", "Sans réponse", Q(status__in=(NOT_FOR_ME, EXPIRED)), (F("sent_at").desc(), "-pk"),
        "Aucun besoin n’est resté sans expert.",
    ),
    TerritoryTab(
        "clotures", "Clôturés", Q(status__in=(*CLOSED_BY_EXPERT, WITHDRAWN)), (F("sent_at").desc(), "-pk"),
        "Aucun besoin n’est encore clôturé.",
    ),
)  # fmt: skip
TABS_BY_CODE = {tab.code: tab for tab in TABS}


@dataclass(frozen=True)
class TerritoryPage:
    """The needs of a territory: its tabs with their counts, the list of one of them."""

    zones: str
    tabs: tuple[Tab, ...]
    count: str
    table: Table
    needs: Page
    empty: str


def needs_of_territory(person: Person) -> NeedQuerySet:
    """The needs put before experts, of companies in the zones of this person."""
    here = communes_of(person).values("code")
    return Need.objects.allowed(person, "need.view").filter(sent_at__isnull=False, diagnosis__commune_code__in=here)


def territory_choices(person: Person) -> TerritoryChoices:
    """Subjects, the person's zones with their names, institutions. At most 4 queries."""
    labels = zone_labels(person.zones)
    zones = sorted((zone_named(kind, label), f"{kind.value}:{code}") for (kind, code), label in labels.items())
    return TerritoryChoices(
        tuple(_subjects()),
        tuple((value, label) for label, value in zones),
        tuple(_institutions()),
    )


@composed_once
def _subjects() -> QuerySet[Subject, tuple[int, str]]:
    return Subject.objects.values_list("pk", "label")


@composed_once
def _institutions() -> QuerySet[Institution, tuple[int, str]]:
    return Institution.objects.filter(deleted_at__isnull=True).order_by("name").values_list("pk", "name")


def territory_page(
    person: Person, filters: TerritoryFilters, code: str, number: str, choices: TerritoryChoices
) -> TerritoryPage:
    """The page. 4 queries: the counts, which needs, the names of communes, who received them."""
    tab = TABS_BY_CODE.get(code, TABS[0])
    narrowing = _narrowing(filters, choices)
    counted_in = _counted(person, narrowing)
    page: Page = Paginator(range(counted_in[tab.code]), PER_PAGE).get_page(number)
    needs = _needs(person, narrowing, tab, page.start_index() - 1) if counted_in[tab.code] else []
    page.object_list = needs
    told = received(need.pk for need in needs)
    communes = _communes(needs)
    zones = [label for _value, label in choices.zones]
    searched = bool(filters.parameters())
    return TerritoryPage(
        zones=listed(zones) if zones else "",
        tabs=tabs_of(TABS, tab, counted_in, reverse("matching:territory"), filters.parameters()),
        count=counted(counted_in[tab.code], "besoin"),
        table=_table(tab, [_row(need, told[need.pk], communes, tab) for need in needs]),
        needs=page,
        empty="" if counted_in[tab.code] else "Aucun besoin ne répond à ces filtres." if searched else tab.empty,
    )


@dataclass(frozen=True)
class _Narrowing:
    """The filters as a statement takes them. zone: (kind, code) or none. words: each with the subjects that bear it;
    they become parts of patterns, and the statement is written anew.
    """

    subject: int | None
    zone: frozenset[tuple[str, str]]
    institution: int | None
    words: tuple[tuple[str, tuple[int, ...]], ...]


def _narrowing(filters: TerritoryFilters, choices: TerritoryChoices) -> _Narrowing:
    kind, _, code = filters.zone.partition(":")
    return _Narrowing(
        filters.subject,
        frozenset({(kind, code)}) if filters.zone else frozenset(),
        filters.institution,
        tuple((word, tuple(pk for pk, label in choices.subjects if word in fold(label))) for word in _words(filters.q)),
    )


def _counted(person: Person, narrowing: _Narrowing) -> dict[str, int]:
    asked = (person, narrowing)
    found = anew(_counts, *asked) if narrowing.words else _counts(*asked)
    return dict(zip(TABS_BY_CODE, found[0] if found else (0,) * len(TABS), strict=True))


def _needs(person: Person, narrowing: _Narrowing, tab: TerritoryTab, start: int) -> list[Need]:
    asked = (person, narrowing, frozenset({tab.code}), Spelled(start))
    return anew(_rows, *asked) if narrowing.words else _rows(*asked)


@composed_once
def _counts(person: Person, narrowing: _Narrowing) -> QuerySet[Need, tuple[int, ...]]:
    return counts(_narrowed(person, narrowing), **{tab.code: tab.within for tab in TABS})


@composed_once
def _rows(person: Person, narrowing: _Narrowing, codes: frozenset[str], start: Spelled) -> QuerySet[Need]:
    (code,) = codes
    tab = TABS_BY_CODE[code]
    rows = _narrowed(person, narrowing).filter(tab.within).order_by(*tab.order)
    related = rows.select_related("subject", "diagnosis__establishment__company", "diagnosis__solicitation")
    return related.only(*_SHOWN)[start : start + PER_PAGE]


def _narrowed(person: Person, narrowing: _Narrowing) -> NeedQuerySet:
    conditions = Q()
    for word, about in narrowing.words:
        conditions &= Q(search_text__contains=word) | Q(subject__in=about)
    if narrowing.subject is not None:
        conditions &= Q(subject=narrowing.subject)
    for kind, code in narrowing.zone:
        inside = Commune.objects.in_zone(ZoneType(kind), code)
        conditions &= Q(diagnosis__commune_code__in=inside.values("code"))
    if narrowing.institution is not None:
        asked = Match.objects.filter(need=OuterRef("pk"), expert__antenne__institution=narrowing.institution)
        conditions &= Q(Exists(asked))
    return needs_of_territory(person).filter(conditions)


def _words(typed: str) -> list[str]:
    """The words looked for; a number typed in groups is one word."""
    text = fold(typed)
    digits = text.replace(" ", "")
    return [digits] if digits.isdecimal() else text.split()


def _communes(needs: list[Need]) -> dict[str, str]:
    """Commune → its name. 1 query."""
    codes = {need.diagnosis.commune_code for need in needs}
    return {code: name for code, name, _area in commune_names(tuple(sorted(codes)))}


def _table(tab: TerritoryTab, rows: list[tuple[Cell | str, ...]]) -> Table:
    who = {"attente": "N’ont pas répondu", "clotures": "Issue"}.get(tab.code, "Experts")
    return Table(
        caption=f"Besoins du territoire – {tab.label.lower()}",
        columns=(Column("Entreprise", header=True), Column("Besoin"), Column(who), Column("Transmis")),
        rows=tuple(rows),
        caption_hidden=True,
        keys=True,
    )


def _row(need: Need, told: list[Received], communes: dict[str, str], tab: TerritoryTab) -> tuple[Cell | str, ...]:
    line = need.content.strip().partition("\n")[0]
    who = Cell(silent_names(told) if tab.code == "attente" else positions(told))
    if tab.code == "clotures":
        who = Cell(state=NEED_STATUS_BY_CODE[need.status], hint=helps(told))
    elif tab.code == "sans-expert":
        who = Cell(state=NEED_STATUS_BY_CODE[need.status], hint=positions(told))
    return (
        Cell(
            company_name(need),
            href=href("matching:need", need.pk),
            hint=communes.get(need.diagnosis.commune_code, ""),
        ),
        Cell(need.subject.label, hint=shortened(line, FIRST_LINE)),
        who,
        Cell(at=need.sent_at),
    )
