"""The use of the service in a month, from the audit and the tables; and the page of a partner or of the team."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from django.db.models import QuerySet

from vigie.accounts.models import Habilitation
from vigie.accounts.rules import named_places, territory_key
from vigie.followup.models import Analysis, FirmAction, Followup, Referral
from vigie.journal.audit import ALLOWED
from vigie.journal.models import AuditEvent
from vigie.kernel.period import Month, paris_day
from vigie.rights.person import Person
from vigie.rights.table import DETECTION
from vigie.statistics.models import UsageCount
from vigie.statistics.queries.facts import bounds
from vigie.statistics.queries.impact import bodies_of_agents
from vigie.statistics.usage import ACTIONS, ACTIVATED_DAYS, INDICATORS, READINGS, Key, Row
from vigie.ui.components import Cell, Column, Fact, Tab, Table
from vigie.ui.formats import month as month_words
from vigie.ui.formats import number, percent
from vigie.watchlists.models import Opinion

MONTHS_SHOWN = 6
NO_BODY, NO_ZONE = "Sans administration", "Sans territoire"


def audit_rows(month: Month) -> Iterator[Row]:
    """The readings of agents in a month. 1 query, read by pieces."""
    start, end = bounds(month)
    rows = AuditEvent.objects.filter(action__in=ACTIONS, at__gte=start, at__lt=end, result=ALLOWED, on_behalf_of=None)
    rows = rows.exclude(actor=None).exclude(zone="").order_by()
    columns = "entity", "zone", "actor_id", "action", "object_type", "object_id", "siren", "at"
    for entity, zone, actor, action, kind, key, siren, at in rows.values_list(*columns).iterator(chunk_size=5000):
        yield Row(entity, zone, actor, action, kind, key, siren, paris_day(at).isoformat())


def activated(at: datetime) -> set[int]:
    """The agents who read something in the last 90 days. 1 query."""
    since = at - timedelta(days=ACTIVATED_DAYS)
    rows = AuditEvent.objects.filter(action__in=READINGS, at__gte=since, at__lte=at, result=ALLOWED, on_behalf_of=None)
    return set(rows.exclude(actor=None).order_by().values_list("actor_id", flat=True).distinct())


def habilitated(today: date, active: Container[int]) -> Counter[Key]:
    """The agents in force today, and those of them who are among the ``active``. 2 queries."""
    bodies = bodies_of_agents()
    held = Habilitation.objects.in_force(today).filter(role__in=DETECTION).order_by()
    found = {(user, territory_key(where)) for user, where in held.values_list("user_id", "territory")}
    counts = Counter((bodies.get(user, ""), zone, "agents") for user, zone in found)
    counts.update((bodies.get(user, ""), zone, "activated") for user, zone in found if user in active)
    return counts


def written(month: Month, today: date) -> Counter[Key]:
    """What agents wrote in a month, under the body and territory that they have today. 7 queries."""
    start, end = bounds(month)
    first, after = month.first_day, month.plus(1).first_day
    bodies = bodies_of_agents()
    held = Habilitation.objects.in_force(today).filter(role__in=DETECTION).order_by("pk")
    zones = {user: territory_key(where) for user, where in held.values_list("user_id", "territory")}
    kept = {"followup__deleted_at": None}
    authors: tuple[tuple[str, QuerySet, str], ...] = (
        ("files", Followup.objects.filter(created_at__gte=start, created_at__lt=end), "creator_id"),
        ("opinions", Opinion.objects.filter(given_at__gte=start, given_at__lt=end), "user_id"),
        ("talks", Analysis.objects.filter(talked_on__gte=first, talked_on__lt=after, **kept), "author_id"),
        ("acts", FirmAction.objects.filter(done_on__gte=first, done_on__lt=after, **kept), "author_id"),
        ("needs", Referral.objects.filter(at__gte=start, at__lt=end, **kept), "author_id"),
    )
    found: Counter[Key] = Counter()
    for code, rows, who in authors:
        for author in rows.order_by().values_list(who, flat=True).iterator(chunk_size=5000):
            found[bodies.get(author, ""), zones.get(author, NO_ZONE), code] += 1
    return found


# --- the page ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class UsagePage:
    """The use of a month: as a whole, by body, by territory of one body. definitions: (label, what it means)."""

    title: str
    tabs: tuple[Tab, ...]
    facts: tuple[Fact, ...]
    bodies: Table
    zones: Table | None
    definitions: tuple[tuple[str, str], ...]


def usage_page(person: Person, asked: str, body: str, at: datetime) -> UsagePage:
    """1 query. asked: « 2026-10 », else the month in course. body: the one shown by territory."""
    mine = UsageCount.objects.allowed(person, "usage.read").order_by()
    today = Month.of(paris_day(at))
    months = [today.plus(-back) for back in range(MONTHS_SHOWN)]
    month = next((one for one in months if str(one) == asked), today)
    cells: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for entity, zone, code, count in mine.filter(month=month.first_day).values_list(
        "entity", "zone", "indicator", "count"
    ):
        cells[entity, zone][code] = count
    bodies = {entity for entity, _zone in cells}
    chosen = body if body in bodies else next(iter(bodies), "") if len(bodies) == 1 else None
    kept = f"&administration={quote(chosen)}" if chosen else ""
    of_body: dict[str, Counter[str]] = defaultdict(Counter)
    for (entity, _zone), held in cells.items():
        of_body[entity].update(held)
    of_zone = {named_places(zone): held for (entity, zone), held in cells.items() if entity == chosen}
    return UsagePage(
        title=month_words(month),
        tabs=tuple(Tab(month_words(one), f"?mois={one}{kept}", current=one == month) for one in months),
        facts=_facts(cells.values()),
        bodies=_table("Par administration", "Administration", of_body, f"?mois={month}&administration="),
        zones=_table(f"{chosen or NO_BODY}, par territoire", "Territoire", of_zone) if chosen is not None else None,
        definitions=tuple((one.label, one.definition) for one in INDICATORS),
    )


def _facts(cells) -> tuple[Fact, ...]:  # type: ignore[no-untyped-def]
    """The totals, and the share of agents who are active."""
    total: Counter[str] = Counter()
    for held in cells:
        total.update(held)
    found = [Fact(one.label, number(total[one.code])) for one in INDICATORS]
    rate = percent(total["activated"] / total["agents"], 0) if total["agents"] else ""
    return (*found, Fact("Taux d’activation", rate, missing="sans objet"))


def _table(caption: str, header: str, rows: Mapping[str, Mapping[str, int]], href: str = "") -> Table:
    """A row for each name; href: what leads to one of them, its name apart."""
    return Table(
        caption=caption,
        columns=(Column(header, header=True), *(Column(one.label, numeric=True) for one in INDICATORS)),
        rows=tuple(
            (
                Cell(name or NO_BODY, href=f"{href}{quote(name)}" if href and name else ""),
                *(number(held.get(one.code, 0)) for one in INDICATORS),
            )
            for name, held in sorted(rows.items())
        ),
        empty="Rien n’a été compté dans ce mois.",
    )
