"""The visits of a firm, of a week, and one visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse

from vigie.campaigns.models import Visit, VisitQuerySet, VisitReport
from vigie.campaigns.states import HELD, PLANNED, VISIT
from vigie.companies.models import Establishment
from vigie.followup.models import Workplace
from vigie.followup.queries.touch import person_words
from vigie.kernel.lifecycle import State
from vigie.kernel.period import PARIS
from vigie.kernel.siren import is_siren
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.rights.table import grants
from vigie.ui.components import ActButton, Cell, Column, Fact, Link, Step, Tab, Table
from vigie.ui.formats import counted, day, days, listed
from vigie.ui.markdown import to_html
from vigie.watchlists.models import Firm

DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")
ZONE, MINE = "territoire", "mes"
SCOPES = {ZONE: "De mon territoire", MINE: "Mes visites"}
OF_FIRM, OF_WEEK = 20, 300
WEEKS_AWAY = timedelta(days=20 * 366)  # of this week: a week that an address may ask for


@dataclass(frozen=True)
class WeekPage:
    """The visits of a week. before, after: the weeks around."""

    title: str
    count: str
    tabs: tuple[Tab, ...]
    table: Table
    before: Link
    after: Link
    firms: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class VisitPage:
    """A visit. report: its text as HTML, for its network; walled: said to the others in its place."""

    pk: int
    siren: str
    title: str
    state: State
    facts: tuple[Fact, ...]
    hold: str
    cancel: ActButton | None
    report: str
    report_note: str
    walled: str


def known_visit(person: Person, pk: int) -> Visit:
    """The visit, if the person may read its firm; else 404. 2 queries."""
    row = _with_people(Visit.objects.allowed(person, "visit.view")).filter(pk=pk).first()
    if row is None:
        raise Http404
    found: Visit = row
    return found


def visitable(person: Person, siren: str) -> Firm:
    """The firm, if the person may plan a visit to it; else 404. 1 query."""
    firm = Firm.objects.allowed(person, "visit.plan").filter(pk=siren).first() if is_siren(siren) else None
    if firm is None:
        raise Http404
    return firm


def places_of(person: Person, firm: Firm) -> list[Establishment]:
    """Where a visit may be planned: open establishments, those of the person's territory first. 2 queries."""
    rows = list(Workplace.objects.filter(company_id=firm.pk, is_active=True).order_by("-is_head_office", "siret")[:200])
    near = set(Workplace.objects.allowed(person, "file.open").filter(company_id=firm.pk).values_list("pk", flat=True))
    return sorted(rows, key=lambda row: row.pk not in near)


def _with_people(visits: VisitQuerySet) -> Any:
    return visits.select_related("firm", "organiser__agent__entity").prefetch_related("companions__agent__entity")


def known_visits(person: Person, siren: str) -> list[Any]:
    """The visits of a firm, whoever plans them, the latest first. 2 queries, 1 when there is none."""
    known = _with_people(Visit.objects.allowed(person, "visit.view")).filter(firm_id=siren)
    return list(known.order_by("-planned_on", "-pk")[:OF_FIRM])


def open_visits(person: Person, siren: str) -> list[Any]:
    """The same, of a firm whose detection the person is known to read: « visit.view » is not asked again."""
    if not grants("visit.view", person.roles):
        return []
    known = _with_people(Visit.objects.filter(firm_id=siren))
    return list(known.order_by("-planned_on", "-pk")[:OF_FIRM])


def firm_visits(person: Person, siren: str) -> Table | None:
    """The visits of a firm; None when there is none to know of."""
    return visits_table(known_visits(person, siren))


def visit_steps(rows: Iterable[Any]) -> list[Step]:
    """The same, in a timeline: at the day of the visit, whether it took place or not."""
    return [
        Step(
            f"Visite {VISIT.label(row.state).lower()}",
            datetime.combine(row.planned_on, row.planned_at or time(0), PARIS),
            f"Par {person_words(row.organiser)}.",
            whole_day=row.planned_at is None,
        )
        for row in rows
    ]


def visits_table(rows: list[Any]) -> Table | None:
    """What ``known_visits`` gave; None when there is none."""
    if not rows:
        return None
    return Table(
        caption="Visites de l’entreprise",
        columns=(Column("Date", header=True), Column("État"), Column("Par"), Column("Avec")),
        rows=tuple(
            (
                Cell(_when(row), href=reverse("campaigns:visit", args=[row.pk]), hint=row.where),
                Cell(state=VISIT.by_code[row.state]),
                person_words(row.organiser),
                _companions(row) or "Personne d’autre",
            )
            for row in rows
        ),
    )


def _companions(row: Any) -> str:
    return listed([person_words(user) for user in row.companions.all()])


def _when(row: Any) -> str:
    hour = f" à {row.planned_at.hour}\u00a0h\u00a0{row.planned_at.minute:02d}" if row.planned_at else ""
    return f"{day(row.planned_on)}{hour}"


def week_of(asked: str, today: date) -> date:
    """The Monday of the week asked, « 2026-W47 »; of this week when it cannot be read, or is of another age."""
    this = today - timedelta(days=today.weekday())
    try:
        year, week = asked.split("-W")
        found = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return this
    return found if abs(found - this) < WEEKS_AWAY else this


def week_page(person: Person, scope: str, monday: date) -> WeekPage:
    """The visits of seven days in the person's départements, or his own. 2 queries."""
    sunday = monday + timedelta(days=6)
    visits = Visit.objects.allowed(person, "visit.view").filter(planned_on__range=(monday, sunday))
    if scope == MINE:
        visits = visits.of(person)
    elif not person.nationwide:
        visits = visits.filter(departement__in=sorted(person.departements))
    rows = list(_with_people(visits)[:OF_WEEK])
    return WeekPage(
        title=f"Visites du {days(monday, sunday)}",
        count=counted(len(rows), "visite"),
        tabs=tuple(
            Tab(label, _href(monday, code), current=code == scope) for code, label in SCOPES.items()
        ),
        table=Table(
            caption="Visites de la semaine",
            columns=(
                Column("Jour", header=True), Column("Entreprise"), Column("Par"), Column("Avec"), Column("État"),
            ),
            rows=tuple(_line(row) for row in rows),
            empty="Aucune visite cette semaine. Prévoyez-en une depuis la fiche d’une entreprise.",
            caption_hidden=True,
        ),
        before=Link("Semaine précédente", _href(monday - timedelta(days=7), scope)),
        after=Link("Semaine suivante", _href(monday + timedelta(days=7), scope)),
        firms=tuple(row.firm_id for row in rows),
    )  # fmt: skip


def _href(monday: date, scope: str) -> str:
    year, week, _day = monday.isocalendar()
    return f"{reverse('campaigns:visits')}?{urlencode({'semaine': f'{year}-W{week:02d}', 'vue': scope})}"


def _line(row: Any) -> tuple[Cell | str, ...]:
    return (
        Cell(f"{DAYS[row.planned_on.weekday()]} {_when(row)}"),
        Cell(row.firm.name, href=reverse("campaigns:visit", args=[row.pk]), hint=f"{row.where} ({row.departement})"),
        person_words(row.organiser),
        _companions(row) or "Personne d’autre",
        Cell(state=VISIT.by_code[row.state]),
    )


def visit_page(person: Person, row: Visit, cancel: Callable[..., BaseForm], today: date) -> VisitPage:
    """About 5 queries."""
    manages = row.state == PLANNED and may(person, "visit.manage", row)
    report = VisitReport.objects.filter(visit=row).select_related("network", "author__agent__entity").first()
    mine = report is not None and VisitReport.objects.readable(person).filter(pk=report.pk).exists()
    here = reverse("campaigns:visit", args=[row.pk])
    step = VISIT.by_name["cancel"]
    return VisitPage(
        pk=row.pk,
        siren=row.firm_id,
        title=f"Visite de {row.firm.name}",
        state=VISIT.by_code[row.state],
        facts=_facts(row),
        hold=f"{here}faite/" if manages and row.planned_on <= today else "",
        cancel=ActButton.of(
            step, f"{here}acte/", style="tertiary", form=cancel(),
            confirm=("Ceux qui devaient venir sont prévenus par courriel. " if row.companions.all() else "")
            + "L’entreprise ne reçoit rien.",
        ) if manages else None,
        report=to_html(report.text) if mine and report else "",
        report_note=f"Par {person_words(report.author)}. Lu par le réseau {report.network.label} seulement."
        if mine and report else "",
        walled=_walled(row, report, mine),
    )  # fmt: skip


def _walled(row: Visit, report: VisitReport | None, mine: bool) -> str:
    if row.state != HELD or mine:
        return ""
    if report is None:
        return "Aucun compte rendu."
    return f"Le compte rendu se lit dans le réseau {report.network.label}."


def _facts(row: Visit) -> tuple[Fact, ...]:
    found = [
        Fact("Date", _when(row)),
        Fact("Lieu", f"{row.where} ({row.departement})" if row.departement else row.where),
        Fact("Organisée par", person_words(row.organiser)),
        Fact("Avec", _companions(row), missing="personne d’autre"),
    ]
    if row.cancelled_for:
        found.append(Fact("Annulée", row.get_cancelled_for_display()))
    return tuple(found)
