"""Counting what each agent did in a week, and the pages of what was out of the ordinary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Max, Q
from django.db.models.functions import ExtractHour, ExtractIsoYear, ExtractWeek
from django.urls import reverse

from vigie.accounts.models import Habilitation, User
from vigie.audit.models import AnomalyReport, DayHead
from vigie.audit.queries.words import KINDS
from vigie.audit.rules import Week, is_night
from vigie.journal.models import AuditEvent, AuditSeal
from vigie.kernel.period import PARIS
from vigie.rights.table import Role
from vigie.ui.components import Cell, Column, Fact, Table
from vigie.ui.formats import counted, day, exact, number

SHEETS = ("view_company", "view_establishment")
FORMER_WEEKS = 12
REPORTS_SHOWN, HEADS_SHOWN = 12, 30


def monday_of(day_: date) -> date:
    """The Monday of the week of a day."""
    return day_ - timedelta(days=day_.weekday())


def weeks_of(monday: date) -> list[Week]:
    """What each agent did that week, and how many sheets he opened in each of the twelve before. 3 queries."""
    start = _start(monday)
    end = _start(monday + timedelta(days=7))
    this = AuditEvent.objects.filter(actor__isnull=False, at__gte=start, at__lt=end).order_by()
    opened = Q(action__in=SHEETS, result="allowed")
    counts = this.values("actor_id").annotate(
        sheets=Count("pk", filter=opened),
        out=Count("pk", filter=opened & Q(in_zone=False)),
        other=Count("pk", filter=Q(action="unlock", purpose="autre", result="allowed")),
        denials=Count("pk", filter=Q(result="denied")),
        name=Max("actor_name"),
        body=Max("entity"),
    )
    nights = _night_exports(start, end)
    former = _former(monday, start)
    return [
        Week(
            row["actor_id"], row["name"], row["body"], row["sheets"], former.get(row["actor_id"], ()), row["out"],
            row["other"], nights.get(row["actor_id"], 0), row["denials"],
        )
        for row in counts
    ]  # fmt: skip


def _night_exports(start: datetime, end: datetime) -> dict[int, int]:
    exports = AuditEvent.objects.filter(actor__isnull=False, action="export", at__gte=start, at__lt=end).order_by()
    hours = exports.annotate(hour=ExtractHour("at", tzinfo=PARIS)).values_list("actor_id", "hour")
    found: dict[int, int] = defaultdict(int)
    for actor_id, hour, count in hours.annotate(count=Count("pk")):
        if actor_id is not None and is_night(hour):
            found[actor_id] += count
    return found


def _former(monday: date, end: datetime) -> dict[int, tuple[int, ...]]:
    start = _start(monday - timedelta(weeks=FORMER_WEEKS))
    opened = AuditEvent.objects.filter(
        actor__isnull=False, action__in=SHEETS, result="allowed", at__gte=start, at__lt=end
    ).order_by()
    by_week = opened.annotate(year=ExtractIsoYear("at", tzinfo=PARIS), week=ExtractWeek("at", tzinfo=PARIS))
    found: dict[int, list[int]] = defaultdict(list)
    for row in by_week.values("actor_id", "year", "week").annotate(count=Count("pk")):
        found[row["actor_id"]].append(row["count"])
    return {actor_id: tuple(counts) for actor_id, counts in found.items()}


def auditors(day_: date) -> list[User]:
    """Who holds the role of auditor that day. 1 query."""
    in_force = Habilitation.objects.filter(role=Role.AUDITOR).in_force(day_)
    return list(User.objects.living().filter(pk__in=in_force.values("user_id")).order_by("pk"))


@dataclass(frozen=True)
class ReportPart:
    """A report: its title, what it looked at, its findings."""

    title: str
    text: str
    table: Table


@dataclass(frozen=True)
class AnomaliesPage:
    reports: tuple[ReportPart, ...]


def anomalies_page() -> AnomaliesPage:
    """``/audit/anomalies/``. 1 query."""
    return AnomaliesPage(tuple(_part(report) for report in AnomalyReport.objects.all()[:REPORTS_SHOWN]))


def _part(report: AnomalyReport) -> ReportPart:
    last = report.monday + timedelta(days=6)
    return ReportPart(
        title=f"Semaine du {day(report.monday)}",
        text=f"Relevé le {exact(report.made_at)}, sur {counted(report.agents, 'agent actif', 'agents actifs')}.",
        table=Table(
            caption=f"Ce qui sort de l’ordinaire, semaine du {day(report.monday)}",
            columns=(
                Column("Agent", header=True),
                Column("Signal"),
                Column("Constat"),
                Column("Chiffre", numeric=True),
                Column("Seuil", numeric=True),
                Column("Traces", hidden=True),
            ),
            rows=tuple(
                (
                    Cell(one["agent"], hint=one["entity"]),
                    KINDS.get(one["kind"], one["kind"]),
                    one["sentence"],
                    number(one["figure"]),
                    number(one["threshold"]),
                    Cell("Voir les traces", href=_register(one["agent"], report.monday, last)),
                )
                for one in report.findings
            ),
            empty="Rien ne sort de l’ordinaire.",
            caption_hidden=True,
        ),
    )


def _register(agent: str, first: date, last: date) -> str:
    query = urlencode({"agent": agent, "du": first.isoformat(), "au": last.isoformat()})
    return f"{reverse('audit:register')}?{query}"


@dataclass(frozen=True)
class ChainPage:
    """The state of the chain. alert: what is wrong, empty when nothing is."""

    alert: str
    facts: tuple[Fact, ...]
    table: Table


def chain_page() -> ChainPage:
    """``/audit/chaine/``: what the last verifications found. 2 queries."""
    heads = list(DayHead.objects.all()[:HEADS_SHOWN])
    last = AuditSeal.objects.order_by("-seq").first()
    wrong = heads[0].fault if heads else ""
    return ChainPage(
        alert=f"La dernière vérification a trouvé une faute\u00a0: {wrong}" if wrong else "",
        facts=(
            Fact("Traces scellées", number(last.seq) if last else "0"),
            Fact("Dernier scellement", exact(last.sealed_at) if last else "", missing="aucun"),
            Fact("Tête de la chaîne", last.hash[:16] if last else "", missing="aucune"),
            Fact("Dernière vérification", exact(heads[0].verified_at) if heads else "", missing="aucune"),
        ),
        table=Table(
            caption="Vérifications de chaque jour",
            columns=(
                Column("Jour", header=True),
                Column("Traces vérifiées", numeric=True),
                Column("Dernier maillon"),
                Column("Empreinte"),
                Column("Constat"),
            ),
            rows=tuple(
                (Cell(day(one.day)), number(one.links), number(one.seq), one.hash[:16], one.fault or "chaîne intacte")
                for one in heads
            ),
            empty="Aucune vérification n’a encore eu lieu\u00a0: elle se fait chaque nuit.",
        ),
    )


def _start(day_: date) -> datetime:
    return datetime.combine(day_, time.min, tzinfo=PARIS)
