"""Builds the invented world: first all but its past, at once; then the year of requests (``history``).

The same seed, size and reference day give the same world. The reference day is the last day of the history.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from vigie.companies import importer
from vigie.companies.models import Company, Establishment
from vigie.connectors.fakes import data
from vigie.demo import firms, following, geography, history, institutions, past, people, progress, stock_writer
from vigie.demo.cast import gather
from vigie.demo.firms import World
from vigie.demo.institutions import BATCH
from vigie.demo.plan import Plan
from vigie.demo.sizes import SIZES, Size
from vigie.directory.models import Subject, Theme
from vigie.journal import append_only
from vigie.journal.models import JobRun
from vigie.statistics.actions import count_again, record_coverage
from vigie.statistics.actions_followups import count_followups
from vigie.statistics.actions_use import count_impact, count_usage

BUILT = "build_world"
Say = Callable[[str], None]
Pause = Callable[[], None]


class NoWorld(Exception):
    """What is asked cannot be done to this database; the message says why."""


def folder() -> Path:
    """Where the official files of the invented firms are."""
    return Path(settings.VAR) / "demo-world"


def built() -> Plan | None:
    """The world that this database holds, if its building went to its end."""
    run = JobRun.objects.filter(name=BUILT, succeeded=True).first()
    if run is None:
        return None
    kept = run.progress
    return Plan(SIZES[kept["size"]], kept["seed"], date.fromisoformat(kept["day"]))


def build(plan: Plan, *, at: datetime, say: Say = lambda text: None) -> None:
    """All but the year of history, in one transaction: a building that is interrupted leaves nothing. at: now."""
    if settings.VIGIE.production:
        raise NoWorld("the invented world is never built in production")
    with transaction.atomic(), past.worker(plan.arrived_at, plan.ends_at):
        run = JobRun.objects.create(name=BUILT, started_at=at)
        say("geography")
        geography.load(plan.size)
        say("themes and subjects")
        call_command("load_taxonomy", stdout=StringIO())
        call_command("load_landing", stdout=StringIO())
        _more_subjects(plan.size)
        say("institutions and experts")
        network = institutions.build(plan.size, plan.random("institutions"))
        people.build(network, plan.random("people"), at=plan.arrived_at, day=plan.day)
        say("firms")
        import_firms(plan, at=at, count=plan.size.firms_at_once)
        run.ended_at, run.succeeded = at, True
        run.progress = {"size": plan.size.name, "seed": plan.seed, "day": plan.day.isoformat()}
        experts, known = len(network.experts), Company.objects.count()
        run.account = f"{len(network.institutions)} institutions, {experts} experts, {known} firms"
        run.save()
        tell_the_engine()
    say(run.account)


def tell_the_engine() -> None:
    """PostgreSQL learns at once how large the tables written in bulk are: without it, the next joins take minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def live(plan: Plan, *, now: Callable[[], datetime], say: Say = lambda text: None, pause: Pause = lambda: None) -> None:
    """What the first look could do without: the rest of the firms, then the year of history. now: gives the moment.

    pause: waits a little, called between transactions, for whoever uses the service meanwhile: on SQLite one writes at
    a time, and who waits for his turn only looks every tenth of a second.

    Can be stopped and begun again at any moment.
    """
    if settings.VIGIE.production:
        raise NoWorld("the invented world is never built in production")
    at = now()
    run = progress.start(plan.size.history, at)
    if run.succeeded:
        say("the history is already written")
        return
    if plan.size.firms_at_once and not run.progress.get("firms"):
        say("the other firms")
        import_firms(plan, at=at, pause=pause)
        progress.note(run, run.progress["done"], firms=True)
    mails = history.write(plan, run, say, pause)
    tell_the_engine()
    count_again(now())
    record_coverage(now())
    say("the mornings of the year")
    mails += following.write(gather(plan.ends_at, plan.random("cast")), plan.ends_at, pause)
    count_usage(now())
    count_followups(now())
    count_impact(now())
    progress.end(run, f"{run.progress['done']} requests lived, {mails} mails", now())
    say(run.account)


def import_firms(plan: Plan, *, at: datetime, count: int | None = None, pause: Pause = lambda: None) -> None:
    """The firms, written in the official files, then imported by the importer of the real ones; closed ones too.

    count: the first so many only. What the company-search fake knows follows.
    """
    world, where = firms.draw(plan.size, plan.random("firms"), plan.day, count), folder()
    stock_writer.write(world, where)
    for kind, name in ((importer.UNITS, stock_writer.UNITS_FILE), (importer.PLACES, stock_writer.PLACES_FILE)):
        importer.Import(kind, where / name, at=at, everything=True).run(progress=lambda done, rows: pause())
    know_facts(world, at=at, pause=pause)
    data.register(stock_writer.provider(where))


def know_facts(world: World, *, at: datetime, pause: Pause = lambda: None) -> None:
    """What the company-search service says of the firms imported, as if each had been asked for once."""
    same: dict[tuple[tuple[str, ...], ...], list[str]] = defaultdict(list)
    unasked = set(Establishment.objects.filter(facts_at__isnull=True).values_list("siret", flat=True))
    for firm in world.firms:
        for place in firm.establishments:
            if place.siret in unasked:
                same[(firm.natures, firm.craft_codes, place.idcc)].append(place.siret)
    for (natures, craft_codes, agreements), sirets in same.items():
        facts = {"activity_natures": list(natures), "craft_codes": list(craft_codes), "agreements": list(agreements)}
        for start in range(0, len(sirets), BATCH):
            Establishment.objects.filter(siret__in=sirets[start : start + BATCH]).update(**facts, facts_at=at)
        pause()


def empty() -> None:
    """Takes everything out of the database, the journal included; only where an invented world is, or nothing."""
    if settings.VIGIE.production:
        raise NoWorld("a production database is never emptied")
    with append_only.lifted(connection):
        call_command("flush", interactive=False, verbosity=0)
    shutil.rmtree(settings.VIGIE.audit_heads_folder, ignore_errors=True)  # heads of an audit that is no more


def _more_subjects(size: Size) -> None:
    """Subjects without a public page, so that a large world has as many as the real one."""
    theme = Theme.objects.order_by("position").first()
    Subject.objects.bulk_create(
        [
            Subject(theme=theme, label=f"Sujet de charge n° {rank}", slug=f"sujet-{rank:03d}", position=500 + rank)
            for rank in range(size.extra_subjects)
        ],
        ignore_conflicts=True,
    )
