"""Reported holes of the address book: which zones a person may name, his reports, the team's queue."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models import AntenneZone
from vigie.kernel.lifecycle import State
from vigie.kernel.zones import ZoneType
from vigie.matching.models import HoleReport, Need
from vigie.matching.queries.filed import paged, tabs_of
from vigie.matching.queries.need_origin import named, zone_named
from vigie.matching.states import HOLE, HOLE_DISMISSED, HOLE_FILLED, HOLE_OPEN
from vigie.rights.person import Person
from vigie.territory.queries import place_of, zone_labels
from vigie.ui.components import Cell, Column, Fact, Tab, Table
from vigie.ui.formats import counted

MOST_ZONES = 200


@dataclass(frozen=True)
class HoleTab:
    """A collection of the team's queue."""

    code: str
    label: str
    state: str

    @property
    def within(self) -> Q:
        return Q(state=self.state)


TABS = (
    HoleTab("a-traiter", "À traiter", HOLE_OPEN),
    HoleTab("combles", "Comblés", HOLE_FILLED),
    HoleTab("sans-suite", "Sans suite", HOLE_DISMISSED),
)


@dataclass(frozen=True)
class ZoneLine:
    """A zone that can be named. value: « kind:code »."""

    kind: str
    code: str
    label: str

    @property
    def value(self) -> str:
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True)
class HolesPage:
    """Reports: those of a person, or a tab of the team's queue."""

    tabs: tuple[Tab, ...]
    count: str
    table: Table
    reports: Page


@dataclass(frozen=True)
class HoleSheet:
    """A report before the team."""

    pk: int
    subject: str
    zone: str
    facts: tuple[Fact, ...]
    body: str
    state: State
    answer: str
    is_open: bool
    need_pk: int | None
    coverage_href: str  # who covers this subject, and who could


def zones_offered(person: Person, need: Need | None) -> list[ZoneLine]:
    """The zones that a person may name: those of the need he looks at, else his own. At most 5 queries."""
    place = place_of(need.diagnosis.commune_code) if need is not None else None
    if place is not None:
        pairs = [(kind.value, code) for kind, code in place.zones()]
        labels = zone_labels(pairs)
        return [_line(kind, code, labels) for kind, code in pairs]
    held = set(person.zones)
    if person.managed_antennes:
        rows = AntenneZone.objects.filter(antenne__in=person.managed_antennes)
        held |= set(rows.values_list("zone_type", "code").distinct()[:MOST_ZONES])
    labels = zone_labels(held)
    return sorted((_line(kind, code, labels) for kind, code in held), key=lambda one: one.label)


def smallest_followed(zones: list[ZoneLine], person: Person) -> str:
    """The zone put forward: the employment area of the need, else the first one that the person follows."""
    area = next((one for one in zones if one.kind == ZoneType.EMPLOYMENT_AREA), None)
    followed = next((one for one in zones if (one.kind, one.code) in person.zones), None)
    return (area or followed or zones[0]).value if zones else ""


def _line(kind: str, code: str, labels: dict[tuple[ZoneType, str], str]) -> ZoneLine:
    return ZoneLine(kind, code, zone_named(ZoneType(kind), labels[ZoneType(kind), code]))


def my_holes(person: Person, number: str) -> HolesPage:
    """The reports of a person, the latest first, with what the team answered. At most 4 queries."""
    mine = HoleReport.objects.filter(author=person.user_id)
    count = mine.count()
    reports = paged(mine.select_related("subject").order_by("-at", "-pk"), count, number)
    labels = zone_labels((one.zone_type, one.code) for one in reports.object_list)
    rows = tuple(
        (
            Cell(one.subject.label, hint=one.body[:140]),
            zone_named(ZoneType(one.zone_type), labels[ZoneType(one.zone_type), one.code]),
            Cell(state=HOLE.by_code[one.state], hint=one.answer),
            Cell(at=one.at),
        )
        for one in reports.object_list
    )
    columns = (Column("Sujet", header=True), Column("Zone"), Column("Réponse de l’équipe"), Column("Signalé"))
    table = Table("Manques que j’ai signalés", columns, rows, caption_hidden=True, empty="Vous n’avez rien signalé.")
    return HolesPage((), counted(count, "signalement"), table, reports)


def holes_page(person: Person, code: str, number: str) -> HolesPage:
    """The team's queue, the oldest first. At most 5 queries."""
    tab = next((one for one in TABS if one.code == code), TABS[0])
    seen = HoleReport.objects.allowed(person, "hole.view")
    counts = seen.aggregate(**{one.code: Count("pk", filter=one.within) for one in TABS})
    rows = seen.filter(tab.within).select_related("subject", "author__antenne__institution").order_by("at", "pk")
    reports = paged(rows, counts[tab.code], number)
    labels = zone_labels((one.zone_type, one.code) for one in reports.object_list)
    lines = tuple(
        (
            Cell(one.subject.label, href=reverse("matching:hole", args=[one.pk]), hint=one.body[:140]),
            zone_named(ZoneType(one.zone_type), labels[ZoneType(one.zone_type), one.code]),
            named(one.author),
            Cell(at=one.at),
        )
        for one in reports.object_list
    )
    columns = (Column("Sujet", header=True), Column("Zone"), Column("Signalé par"), Column("Signalé"))
    table = Table(
        f"Manques signalés – {tab.label.lower()}", columns, lines, caption_hidden=True, keys=True, empty="Rien ici."
    )
    tabs = tabs_of(TABS, tab, counts, reverse("matching:holes_to_answer"))
    return HolesPage(tabs, counted(counts[tab.code], "signalement"), table, reports)


def visible_hole(person: Person, pk: int) -> HoleReport:
    """The report, if this person may see it; else 404. 1 query."""
    rows = HoleReport.objects.allowed(person, "hole.view")
    report = rows.select_related("subject", "author__antenne__institution", "need").filter(pk=pk).first()
    if report is None:
        raise Http404
    return report


def hole_sheet(report: HoleReport) -> HoleSheet:
    """The sheet of a report. At most 2 queries."""
    zone = ZoneType(report.zone_type)
    label = zone_labels([(report.zone_type, report.code)])[zone, report.code]
    return HoleSheet(
        pk=report.pk,
        subject=report.subject.label,
        zone=zone_named(zone, label),
        facts=(Fact("Signalé par", named(report.author)), Fact("Zone", f"{zone_named(zone, label)} ({report.code})")),
        body=report.body,
        state=HOLE.by_code[report.state],
        answer=report.answer,
        is_open=report.state == HOLE_OPEN,
        need_pk=report.need_id,
        coverage_href=f"{reverse('directory:coverage')}?sujet={report.subject_id}",
    )
