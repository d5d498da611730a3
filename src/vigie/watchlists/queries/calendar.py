"""The calendar of publications: planned and real date of each list and of each of its sources, lateness said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import counted, day, plural
from vigie.watchlists.models import Entry, Publication
from vigie.watchlists.queries.deliveries import next_sources
from vigie.watchlists.queries.filters import choices_for
from vigie.watchlists.queries.sight import sight_in_list
from vigie.watchlists.queries.words import month_words, of_month
from vigie.watchlists.rules import days_late, next_planned
from vigie.watchlists.states import OPEN, PUBLICATION, REPLACED

SHOWN = 12


@dataclass(frozen=True)
class CalendarPage:
    """Lists and their sources; regions: one dated list per région of the reader, a view of the current one."""

    next: str
    lists: Table
    sources: Table | None
    awaited: Table | None
    regions: tuple[Link, ...]


def calendar_page(person: Person, at: datetime) -> CalendarPage:
    """The calendar; 5 queries at most, and the records of the batch."""
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
        sources=_sources(current, today) if current else None,
        awaited=_awaited(current, today) if current else None,
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
    return _late_words(days_late(planned_on, done, done))


def _late_words(gap: int) -> str:
    return f"{gap} {plural(gap, 'jour')} de retard" if gap else ""


def _sources(current: Publication, today: date) -> Table:
    rows = []
    for source in current.told["sources"]:
        planned, received, until = (
            date.fromisoformat(source[name]) if source[name] else None
            for name in ("planned_on", "received_on", "data_until")
        )
        rows.append(
            (
                source["label_fr"],
                day(planned) if planned else "non annoncée",
                Cell(day(received) if received else "non reçue", hint=lateness(planned, received or today)),
                Cell(day(until) if until else "inconnu", hint="données anciennes" if source["stale"] else ""),
            )
        )
    return Table(
        caption=f"Sources de la liste {of_month(current.batch)}",
        columns=(Column("Source", header=True), Column("Prévue le"), Column("Reçue le"), Column("Données jusqu’au")),
        rows=tuple(rows),
        empty="Aucune source n’est décrite.",
    )


def _awaited(current: Publication, today: date) -> Table | None:
    """The sources of the next list: when each is due, whether it has come."""
    found = next_sources(current, settings.VIGIE.lake_folder)
    if not found:
        return None
    rows = [
        (
            one.label,
            day(one.planned_on),
            Cell(day(one.received_on) if one.received_on else "attendue", hint=_late_words(one.late(today))),
        )
        for one in found
    ]
    return Table(
        caption=f"Sources de la prochaine liste, {month_words(current.month.plus(1).first_day)}",
        columns=(Column("Source", header=True), Column("Prévue le"), Column("Reçue le")),
        rows=tuple(rows),
    )


def _regions(person: Person, current: Publication) -> tuple[Link, ...]:
    found = Entry.objects.allowed(person, "entry.view").filter(publication=current).alerts()
    codes = sorted(code for code in found.order_by().values_list("region", flat=True).distinct() if code)
    offered = dict(choices_for(person, sight_in_list(person)).regions)  # a firm may have its head office out of them
    here = reverse("watchlists:list")
    links = [
        Link(f"{offered[code]}, {month_words(current.batch)}", f"{here}?region={code}")
        for code in codes
        if code in offered
    ]
    return tuple(sorted(links, key=lambda link: link.label))
