"""What was done for firms in a département and a period, on one page: read on screen, printed, or given as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404

from vigie.exports.documents import Document, Facts, Grid, Section
from vigie.followup.models import Analysis, FirmAction, Followup, Referral
from vigie.followup.states import UNDER_SURVEILLANCE
from vigie.kernel.period import PARIS
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Need
from vigie.matching.states import NEED_STATUSES
from vigie.rights.person import Person
from vigie.statistics.followups import CLOSED, OPENED, RUNNING, count_files
from vigie.statistics.queries import followup_grids
from vigie.statistics.queries.followup_grids import FileCell
from vigie.statistics.queries.followups import file_facts
from vigie.territory.models import Zone
from vigie.ui.components import Column, Fact, Table
from vigie.ui.formats import day, number

NOTE = "Chiffres réservés aux agents habilités\u00a0: un petit nombre peut désigner une entreprise."

MOST_PARTS = 4  # of a way of dividing the files: the report holds on a page


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
    """The builder of the export (``add-an-export``); Http404 beyond the territory. 13 queries."""
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
        on_one_page=True,
        sections=(
            Section("Accompagnements", _followups(files, asked, at)),
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


def _followups(files: QuerySet[Followup], asked: Asked, at: datetime) -> tuple[Facts | Grid | str, ...]:
    """As they were at the end of the period, as the night counts them. 5 queries, 6 when some ended."""
    start, end = _moments(asked)
    cells = followup_grids.cells_of(count_files(file_facts(start, min(end, at), files)))
    watched = files.filter(state=UNDER_SURVEILLANCE).count()
    facts = (
        ("Ouverts dans la période", number(cells[FileCell(OPENED)])),
        ("En cours au dernier jour", number(cells[FileCell(RUNNING)])),
        ("Terminés dans la période", number(cells[FileCell(CLOSED)])),
        ("Durée médiane de ceux-ci", followup_grids.median(cells)),
        ("Sous surveillance aujourd’hui, hors des autres chiffres", number(watched)),
    )
    if not cells:
        return (Facts(facts),)
    caption = "Répartition des accompagnements"
    return Facts(facts), followup_grids.spread(cells, followup_grids.words_of_files(), MOST_PARTS, caption)


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
