"""The calendar of publications: planned and real date of each list and of each of its sources, lateness said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from vigie.kernel.period import paris_day
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.territory.queries import zone_labels
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import counted, day, plural
from vigie.watchlists.models import Entry, Publication
from vigie.watchlists.queries.words import month_words, of_month
from vigie.watchlists.rules import next_planned
from vigie.watchlists.states import OPEN, PUBLICATION, REPLACED

SHOWN = 12


@dataclass(frozen=True)
class CalendarPage:
    """Lists and their sources; regions: one dated list per région of the reader, a view of the current one."""

    next: str
    lists: Table
    sources: Table | None
    regions: tuple[Link, ...]


def calendar_page(person: Person, at: datetime) -> CalendarPage:
    """The calendar; 5 queries at most."""
    today = paris_day(at)
    shown = list(Publication.objects.filter(state__in=[OPEN, REPLACED])[:SHOWN])
    current = next((one for one in shown if one.state == OPEN), None)
    return CalendarPage(
        next=_next(current, today),
        lists=Table(
            caption="Listes ouvertes",
            columns=(Column("Liste", header=True), Column("Prévue le"), Column("Ouverte le"), Column("État")),
            rows=tuple(_list_row(one) for one in shown),
            empty="Aucune liste n’a encore été ouverte.",
        ),
        sources=_sources(current) if current else None,
        regions=_regions(person, current) if current else (),
    )


def _next(current: Publication | None, today: date) -> str:
    if current is None or current.planned_on is None:
        return "La date de la prochaine liste n’est pas encore annoncée."
    planned = next_planned(current.planned_on)
    if planned < today:
        late = (today - planned).days
        return f"La prochaine liste était prévue le {day(planned)} : elle a {counted(late, 'jour')} de retard."
    return f"La prochaine liste est prévue le {day(planned)}."


def _list_row(one: Publication) -> tuple[Cell | str, ...]:
    return (
        Cell(month_words(one.batch), hint=f"liste {one.code}"),
        day(one.planned_on) if one.planned_on else "non annoncée",
        Cell(day(one.opened_at) if one.opened_at else "", hint=lateness(one.planned_on, one.opened_at)),
        Cell(state=PUBLICATION.by_code[one.state]),
    )


def lateness(planned_on: date | None, done_at: datetime | date | None) -> str:
    """« 2 jours de retard », or nothing."""
    if planned_on is None or done_at is None:
        return ""
    done = paris_day(done_at) if isinstance(done_at, datetime) else done_at
    gap = (done - planned_on).days
    return f"{gap} {plural(gap, 'jour')} de retard" if gap > 0 else ""


def _sources(current: Publication) -> Table:
    rows = []
    for source in current.told["sources"]:
        planned, received, until = (
            date.fromisoformat(source[name]) if source[name] else None
            for name in ("planned_on", "received_on", "data_until")
        )
        rows.append(
            (
                Cell(source["label_fr"], hint=source["name"]),
                day(planned) if planned else "non annoncée",
                Cell(day(received) if received else "non reçue", hint=lateness(planned, received)),
                Cell(day(until) if until else "inconnu", hint="données anciennes" if source["stale"] else ""),
            )
        )
    return Table(
        caption=f"Sources de la liste {of_month(current.batch)}",
        columns=(Column("Source", header=True), Column("Prévue le"), Column("Reçue le"), Column("Données jusqu’au")),
        rows=tuple(rows),
        empty="Aucune source n’est décrite.",
    )


def _regions(person: Person, current: Publication) -> tuple[Link, ...]:
    found = Entry.objects.allowed(person, "entry.view").filter(publication=current).alerts()
    codes = sorted(code for code in found.order_by().values_list("region", flat=True).distinct() if code)
    names = zone_labels((ZoneType.REGION, code) for code in codes)
    here = reverse("watchlists:list")
    links = [
        Link(f"{names[ZoneType.REGION, code]}, {month_words(current.batch)}", f"{here}?region={code}") for code in codes
    ]
    return tuple(sorted(links, key=lambda link: link.label))
