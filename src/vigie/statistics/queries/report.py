"""What was done for firms in a département and a period, on one page: read on screen, printed, or given as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from vigie.exports.documents import Document, Facts, Grid, Section
from vigie.followup.models import Analysis, FirmAction, Followup, Referral
from vigie.followup.states import UNDER_SURVEILLANCE
from vigie.kernel.period import PARIS
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Need
from vigie.matching.states import NEED_STATUSES
from vigie.rights.person import Person
from vigie.territory.models import Zone
from vigie.ui.components import Column, Fact, Table
from vigie.ui.formats import day, number

NOTE = "Chiffres réservés aux agents habilités\u00a0: un petit nombre peut désigner une entreprise."


@dataclass(frozen=True)
class Asked:
    """A département and a period, both days included."""

    departement: str
    since: date
    until: date


@dataclass(frozen=True)
class ReportPage:
    """A report as a page; blocks: (heading, texts, facts, tables)."""

    title: str
    period: str
    blocks: tuple[tuple[str, tuple[str, ...], tuple[Fact, ...], tuple[Table, ...]], ...]
    note: str
    about: str = ""


def departements_of(person: Person) -> list[tuple[str, str]]:
    """Those of the person's territory, by name. 1 query."""
    names = dict(Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).values_list("code", "name"))
    held = names if person.nationwide else person.departements
    return [(code, f"{code} – {names[code]}" if code in names else code) for code in sorted(held)]


def report(person: Person, parameters: dict[str, Any], at: datetime) -> Document:
    """The builder of the export (``add-an-export``); Http404 beyond the territory. 9 queries."""
    asked = read(parameters)
    names = dict(departements_of(person))
    if asked is None or asked.departement not in names:
        raise Http404
    files = Followup.objects.allowed(person, "file.view").filter(departement=asked.departement)
    within = files.values("pk")
    return Document(
        title=f"Actions menées\u00a0: {names[asked.departement]}",
        subtitle=_period(asked),
        about=asked.departement,
        file_name=f"bilan-{asked.departement}",
        sections=(
            Section("Accompagnements", (Facts(_followups(files, asked)), _criticality(files, asked))),
            Section("Échanges avec les entreprises", _talks(within, asked)),
            Section("Actions", (_actions(within, asked),)),
            Section("Besoins confiés à des conseillers", (_needs(within, asked),)),
        ),
    )


def read(parameters: dict[str, Any]) -> Asked | None:
    """What was asked, kept as text with the export; None when it cannot be read or ends before it starts."""
    try:
        since, until = (date.fromisoformat(str(parameters.get(name, ""))) for name in ("du", "au"))
    except ValueError:
        return None
    return Asked(str(parameters.get("departement", "")), since, until) if since <= until else None


def report_page(document: Document, note: str = NOTE) -> ReportPage:
    """The same document, as a page. No query."""
    return ReportPage(
        title=document.title,
        period=document.subtitle,
        blocks=tuple(
            (
                section.heading,
                tuple(block for block in section.blocks if isinstance(block, str)),
                tuple(
                    Fact(label, str(value or ""))
                    for block in section.blocks
                    if isinstance(block, Facts)
                    for label, value in block.items
                ),
                tuple(_table(block) for block in section.blocks if isinstance(block, Grid)),
            )
            for section in document.sections
        ),
        note=note,
        about=document.about,
    )


def _table(grid: Grid) -> Table:
    columns = tuple(
        Column(label, numeric=rank in grid.numeric, header=rank == 0) for rank, label in enumerate(grid.headers)
    )
    rows = tuple(tuple(str(cell or "") for cell in row) for row in grid.rows)
    return Table(caption=grid.caption, columns=columns, rows=rows, empty=grid.empty)


def _period(asked: Asked) -> str:
    return f"Du {day(asked.since)} au {day(asked.until)}"


def _moments(asked: Asked) -> tuple[datetime, datetime]:
    start, end = (datetime.combine(one, datetime.min.time(), PARIS) for one in (asked.since, asked.until))
    return start, end + timedelta(days=1)


def _followups(files: QuerySet[Followup], asked: Asked) -> tuple[tuple[str, str], ...]:
    """1 query."""
    start, end = _moments(asked)
    found = files.order_by().aggregate(
        opened=Count("pk", filter=Q(created_at__gte=start, created_at__lt=end)),
        ended=Count("pk", filter=Q(ended_at__gte=start, ended_at__lt=end)),
        running=Count("pk", filter=_running(end)),
        watched=Count("pk", filter=Q(state=UNDER_SURVEILLANCE)),
    )
    return (
        ("Ouverts dans la période", number(found["opened"])),
        ("Terminés dans la période", number(found["ended"])),
        ("Actifs au dernier jour", number(found["running"])),
        ("Sous surveillance aujourd’hui", number(found["watched"])),
    )


def _running(end: datetime) -> Q:
    return Q(created_at__lt=end) & (Q(ended_at=None) | Q(ended_at__gte=end))


def _criticality(files: QuerySet[Followup], asked: Asked) -> Grid:
    _start, end = _moments(asked)
    rows = files.filter(_running(end)).order_by()
    return _spread(
        "Criticité des accompagnements actifs", "Criticité", rows, "criticality", Followup.Criticality.choices
    )


def _talks(within: QuerySet, asked: Asked) -> tuple[Grid | str, ...]:
    """3 queries. Without any talk, one sentence rather than three empty tables."""
    rows = Analysis.objects.filter(
        followup__in=within, talked_on__gte=asked.since, talked_on__lte=asked.until
    ).order_by()
    confirmed = rows.filter(verdict=Analysis.Verdict.CONFIRMED)
    spreads = (
        _spread("Ce que l’échange a montré", "Difficulté", rows, "verdict", Analysis.Verdict.choices),
        _spread("Nature des difficultés confirmées", "Nature", confirmed, "nature", Analysis.Nature.choices),
        _spread("Type d’intervention", "Intervention", confirmed, "intervention", Analysis.Intervention.choices),
    )
    return tuple(one for one in spreads if one.rows) or ("Aucun échange n’a été noté dans la période.",)


def _actions(within: QuerySet, asked: Asked) -> Grid:
    """1 query."""
    rows = FirmAction.objects.filter(followup__in=within, done_on__gte=asked.since, done_on__lte=asked.until).order_by()
    counted = rows.values_list("term__label").annotate(count=Count("pk"), firms=Count("followup__siren", distinct=True))
    found = sorted(counted, key=lambda row: (-row[1], row[0]))
    return Grid(
        caption="Actions réalisées",
        headers=("Action", "Nombre", "Entreprises"),
        rows=tuple((label, number(count), number(firms)) for label, count, firms in found),
        numeric=frozenset({1, 2}),
        empty="Aucune action n’a été notée dans la période.",
    )


def _needs(within: QuerySet, asked: Asked) -> Grid:
    """1 query."""
    start, end = _moments(asked)
    filed = Referral.objects.filter(followup__in=within, at__gte=start, at__lt=end)
    rows = Need.objects.filter(diagnosis__in=filed.order_by().values("visit")).order_by()
    choices = [(state.code, state.label) for state in NEED_STATUSES]
    return _spread("Ce que les besoins sont devenus", "État aujourd’hui", rows, "status", choices)


def _spread(caption: str, header: str, rows: QuerySet, field: str, choices: Iterable[Sequence[Any]]) -> Grid:
    """How many rows of each choice, those without any left out. 1 query."""
    found = dict(rows.values_list(field).annotate(count=Count("pk")))
    return Grid(
        caption=caption,
        headers=(header, "Nombre"),
        rows=tuple((str(label), number(found[code])) for code, label in choices if found.get(code)),
        numeric=frozenset({1}),
        empty="Rien dans la période.",
    )
