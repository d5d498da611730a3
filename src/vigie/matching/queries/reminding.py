"""What waits, as the rule of reminders reads it: a fixed number of queries, whatever the number of needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from vigie.directory.models import Expert
from vigie.kernel.period import PARIS, paris_day
from vigie.matching.models import Match, Need, Reminder
from vigie.matching.rules.reminders import BY_HAND, LATE, Silent, Standing, Thresholds, Waiting
from vigie.matching.states import EXPIRED, NOT_FOR_ME, QUO, UNANSWERED

STANDINGS = {QUO: Standing.WAITS, EXPIRED: Standing.GIVEN_UP, NOT_FOR_ME: Standing.REFUSED}
# When an expert was asked: sent, handed over, or put back to waiting.
ASKED_AT: Any = Coalesce("asked_again_at", "sent_at")


def thresholds() -> Thresholds:
    """The delays of the service, as it is set."""
    known = settings.VIGIE
    return Thresholds(
        reminder=known.reminder_days,
        last_chance=known.last_chance_days,
        abandon=known.abandon_days,
        grace=known.reminder_grace_days,
        refusal_told=known.refusal_told_days,
    )


def days_ago(at: datetime, days: int) -> datetime:
    """What happened before this moment happened at least ``days`` days of Paris ago."""
    day = paris_day(at) - timedelta(days=days - 1)
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def reachable(prefix: str = "") -> Q:
    """Somebody reads the mailbox: neither the team, its antenne nor its institution has left the directory."""
    return Q(
        **{
            f"{prefix}deleted_at__isnull": True,
            f"{prefix}antenne__deleted_at__isnull": True,
            f"{prefix}antenne__institution__deleted_at__isnull": True,
        }
    ) & ~Q(**{f"{prefix}email": ""})


def is_reachable(expert: Expert) -> bool:
    """Same, of an expert. 1 query."""
    return Expert.objects.filter(reachable(), pk=expert.pk).exists()


def asked_before(moment: datetime) -> Q:
    """Matches asked before that moment, so written that the index of states serves."""
    return Q(asked_again_at__lt=moment) | Q(asked_again_at__isnull=True, sent_at__lt=moment)


def needs_to_look_at(at: datetime) -> list[int]:
    """Needs of which something may be due: silent for long enough, given up or refused without a word. 1 query."""
    limits = thresholds()
    silent = Match.objects.filter(asked_before(days_ago(at, limits.reminder)), state=QUO)
    said = Reminder.objects.filter(need=OuterRef("pk"), expert__isnull=True)
    recent = Match.objects.filter(need=OuterRef("pk"))
    late = days_ago(at, limits.abandon + LATE)
    unsaid = Q(status=EXPIRED) & ~Exists(said.filter(kind="abandon")) & Exists(recent.exclude(asked_before(late)))
    late = days_ago(at, LATE)
    unsaid |= Q(status=NOT_FOR_ME) & ~Exists(said.filter(kind="refused")) & Exists(recent.filter(closed_at__gte=late))
    found = Need.objects.filter(Q(pk__in=silent.values("need")) | unsaid)
    return list(found.order_by("pk").values_list("pk", flat=True))


def waiting(needs: Iterable[int]) -> dict[int, Waiting]:
    """Need → what the rule must know of it. 3 queries."""
    wanted = list(needs)
    to_company, to_experts, by_hand = _said(wanted)
    silent: dict[int, list[Silent]] = defaultdict(list)
    for row in _silent_rows(wanted):
        need, asked = row["need_id"], row["asked_at"]
        told = to_experts.get((need, row["expert_id"]), {})
        moments = [*told.values(), *(moment for moment in by_hand[need] if moment >= asked)]
        last = max(moments, default=None)
        silent[need].append(Silent(row["pk"], asked, bool(row["reads"]), frozenset(told), last))
    rows = Need.objects.filter(pk__in=wanted).annotate(
        last_asked=Max(Coalesce("matches__asked_again_at", "matches__sent_at"),
                       filter=Q(matches__state__in=UNANSWERED)),
        refused_at=Max("matches__closed_at", filter=Q(matches__state=NOT_FOR_ME)),
    )  # fmt: skip
    return {
        pk: Waiting(
            STANDINGS.get(status, Standing.HELD), tuple(silent[pk]), frozenset(to_company[pk]), last_asked, refused_at
        )
        for pk, status, last_asked, refused_at in rows.order_by("pk").values_list(
            "pk", "status", "last_asked", "refused_at"
        )
    }


def _silent_rows(needs: list[int]) -> QuerySet[Any, Any]:
    rows = Match.objects.filter(need__in=needs, state=QUO).annotate(
        asked_at=ASKED_AT,
        reads=Case(When(reachable("expert__"), then=F("sent_at")), default=None, output_field=DateTimeField()),
    )
    return rows.order_by("pk").values("pk", "need_id", "expert_id", "asked_at", "reads")


Moments = dict[int, list[datetime]]


def _said(needs: list[int]) -> tuple[dict[int, set[str]], dict[tuple[int, int], dict[str, datetime]], Moments]:
    """What each company was told, what each expert was, and when all were reminded by hand, of these needs. 1 query."""
    to_company: dict[int, set[str]] = defaultdict(set)
    to_experts: dict[tuple[int, int], dict[str, datetime]] = defaultdict(dict)
    by_hand: Moments = defaultdict(list)
    rows = Reminder.objects.filter(need__in=needs).order_by("at")
    for need, expert, kind, moment in rows.values_list("need_id", "expert_id", "kind", "at"):
        if expert is not None:
            to_experts[need, expert][kind] = moment
        elif kind == BY_HAND:
            by_hand[need].append(moment)
        else:
            to_company[need].add(kind)
    return to_company, to_experts, by_hand


# --- the weekly digest ------------------------------------------------------------------------------------------------
def digest_matches(at: datetime) -> QuerySet[Match]:
    """The matches that a weekly digest shows: waiting for some days, and not given up."""
    known = settings.VIGIE
    waiting_ = Match.objects.filter(asked_before(days_ago(at, known.digest_from_days)), state=QUO)
    return waiting_.exclude(asked_before(days_ago(at, known.abandon_days)))


def experts_to_sum_up(at: datetime) -> list[int]:
    """Those to whom a weekly digest has something to say. 1 query."""
    found = digest_matches(at).filter(reachable("expert__")).order_by("expert")
    return list(found.values_list("expert", flat=True).distinct())
