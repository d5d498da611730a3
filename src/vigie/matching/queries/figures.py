"""The service in figures, counted from the rows. Each figure carries its definition: a number without one is a rumour.

Periods are half-open: from ``start`` included to ``end`` excluded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Min, Q, QuerySet

from vigie.journal.models import Event, OutgoingMessage
from vigie.journal.states import SENT
from vigie.matching.models import Match, Need, Solicitation
from vigie.matching.states import DONE, DONE_NO_HELP, NOT_COMPLETE, UNANSWERED

FIRST_MAIL = "matching/mail/match_sent"
SCHEDULED_BEFORE = timedelta(days=7)  # a delay is of minutes; a worker that was down adds days at most


@dataclass(frozen=True)
class Figure:
    """A figure, its unit and what it counts."""

    label: str
    value: float | int | None
    unit: str
    definition: str


@dataclass(frozen=True)
class HelpCount:
    """Helps recorded at the closing, for one level or one provider."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Delays:
    """Delays in seconds over ``count`` cases; None when there is none."""

    count: int
    p50: float | None
    p95: float | None


def transmitted_needs(start: datetime, end: datetime) -> int:
    """Needs put before at least one expert in the period."""
    return _sent(start, end).count()


def _sent(start: datetime, end: datetime) -> QuerySet[Need]:
    return Need.objects.exclude(status=NOT_COMPLETE).filter(sent_at__gte=start, sent_at__lt=end)


def main_figures(start: datetime, end: datetime) -> tuple[Figure, ...]:
    """Requests, transmitted, answered, exchanged, helped: five figures in two queries."""
    requests = Solicitation.objects.filter(completed_at__gte=start, completed_at__lt=end).count()
    counts = _sent(start, end).aggregate(
        sent=Count("pk"),
        answered=Count("pk", filter=~Q(status__in=UNANSWERED)),
        exchanged=Count("pk", filter=Q(status__in=[DONE, DONE_NO_HELP])),
        helped=Count("pk", filter=Q(status=DONE)),
    )
    return (
        Figure("Demandes reçues", requests, "", "Demandes envoyées par des entreprises dans la période."),
        Figure("Besoins transmis", counts["sent"], "", "Besoins transmis à un expert au moins dans la période."),
        Figure(
            "Besoins ayant reçu une réponse",
            _share(counts["answered"], counts["sent"]),
            "%",
            "Part des besoins transmis auxquels un expert au moins a répondu, quelle que soit sa réponse.",
        ),
        Figure(
            "Besoins suivis d’un échange",
            _share(counts["exchanged"], counts["sent"]),
            "%",
            "Part des besoins transmis clôturés après un échange avec l’entreprise, avec ou sans aide.",
        ),
        Figure(
            "Besoins clôturés avec une aide",
            counts["helped"],
            "",
            "Besoins transmis dans la période, puis clôturés avec une aide.",
        ),
    )


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def answered_in_days(start: datetime, end: datetime) -> float | None:
    """Median time, in days, from the sending of a need to the first expert who took it in charge; None without any."""
    first = (
        Match.objects.filter(need__in=_sent(start, end), taken_care_of_at__isnull=False)
        .values("need")
        .annotate(taken=Min("taken_care_of_at"), sent=Min("need__sent_at"))
    )
    days = [(row["taken"] - row["sent"]) / timedelta(days=1) for row in first]
    return median(days) if days else None


def helps_by_level(start: datetime, end: datetime) -> tuple[HelpCount, ...]:
    """Helps offered in the period, for each level, absent ones at zero."""
    rows = _helped(start, end).order_by("help_level").values_list("help_level").annotate(count=Count("pk"))
    found = dict(rows)
    return tuple(HelpCount(level, label, found.get(level, 0)) for level, label in Match.HelpLevel.choices)


def helps_by_provider(start: datetime, end: datetime, limit: int = 10) -> tuple[HelpCount, ...]:
    """The providers of helps most often named in the period."""
    found = _helped(start, end).values("help_provider").annotate(count=Count("pk")).order_by("-count", "help_provider")
    return tuple(HelpCount(row["help_provider"], row["help_provider"], row["count"]) for row in found[:limit])


def _helped(start: datetime, end: datetime) -> QuerySet[Match]:
    return Match.objects.filter(state=DONE, closed_at__gte=start, closed_at__lt=end)


def first_mail_delays(start: datetime, end: datetime) -> Delays:
    """Seconds from the moment a request may leave to its first mail gone, for those transmitted in the period.

    It may leave at the end of its recall delay (the moment then planned), or when the team sends it. A request whose
    first mail has not left yet does not count. 4 queries.
    """
    may_leave = _may_leave(start, end)
    gone = _first_gone(start, end)
    return delays([(gone[pk] - moment).total_seconds() for pk, moment in may_leave.items() if pk in gone])


def _may_leave(start: datetime, end: datetime) -> dict[int, datetime]:
    """Request → the end of its delay when it left by itself, else the moment at which somebody sent it. 2 queries."""
    sent = _events("solicitation.transmitted").filter(at__gte=start, at__lt=end)
    planned = _planned(_events("solicitation.scheduled").filter(at__gte=start - SCHEDULED_BEFORE, at__lt=end))
    found = {}
    for pk, at, payload in sent.order_by("pk").values_list("subject_id", "at", "payload"):
        found[int(pk)] = min(planned.get(int(pk), at), at) if payload.get("automatic") else at
    return found


def _planned(scheduled: QuerySet[Event]) -> dict[int, datetime]:
    """Request → the last moment planned for it."""
    rows = scheduled.order_by("pk").values_list("subject_id", "payload")
    return {int(pk): datetime.fromisoformat(payload["transmit_at"]) for pk, payload in rows}


def _first_gone(start: datetime, end: datetime) -> dict[int, datetime]:
    """Request → when the first mail to its experts had left. 2 queries."""
    sent = Match.objects.filter(
        need__diagnosis__solicitation__transmitted_at__gte=start, need__diagnosis__solicitation__transmitted_at__lt=end
    )
    request_of = dict(sent.order_by().values_list("pk", "need__diagnosis__solicitation"))
    mails = OutgoingMessage.objects.filter(
        template=FIRST_MAIL, state=SENT, created_at__gte=start, ended_at__isnull=False
    ).order_by("-ended_at")
    return {
        request_of[int(match)]: ended
        for match, ended in mails.values_list("subject_id", "ended_at")
        if ended is not None and int(match) in request_of
    }


def _events(name: str) -> QuerySet[Event]:
    return Event.objects.filter(name=name, subject_type=Solicitation._meta.label)


def delays(seconds: Sequence[float]) -> Delays:
    """The median and the 95th percentile (nearest rank)."""
    if not seconds:
        return Delays(0, None, None)
    ordered = sorted(seconds)
    return Delays(len(ordered), _rank(ordered, 50), _rank(ordered, 95))


def _rank(ordered: Sequence[float], percent: int) -> float:
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
