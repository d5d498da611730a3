"""Who may answer a subject, and in how many days: what is told to the company before anybody is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from django.db.models import Exists, Min, OuterRef

from vigie.accounts.models import Institution
from vigie.kernel.text import fold
from vigie.matching.models import Match
from vigie.ui.formats import counted

OPCO_TOGETHER = "Votre opérateur de compétences (OPCO)"
RECENTLY = timedelta(days=30)
FEWEST = 5  # below, a median says nothing


@dataclass(frozen=True)
class RecentAnswers:
    """What happened over the last thirty days.

    answered_count: needs that an adviser took in charge for the first time. median_days: from the sending of the need
    to that moment, rounded up; None when there are too few to say.
    """

    answered_count: int
    median_days: int | None


def institutions_for(subject_id: int | None = None) -> list[str]:
    """Names of the institutions with a live expert for the subject, skills operators merged in one line. One query.

    Without subject: for any of them.
    """
    narrowed = {} if subject_id is None else {"competences__subject": subject_id}
    found = Institution.objects.filter(
        deleted_at__isnull=True,
        competences__expert_subjects__expert__deleted_at__isnull=True,
        competences__expert_subjects__isnull=False,
        **narrowed,
    ).distinct()
    return merged(found)


def merged(institutions: Iterable[Institution]) -> list[str]:
    """Their names, each once, in the order of a French dictionary; the skills operators in one line at the end."""
    names, has_opco = set(), False
    for institution in institutions:
        if institution.kind == Institution.Kind.OPCO:
            has_opco = True
        else:
            names.add(institution.name)
    return [*sorted(names, key=fold), *([OPCO_TOGETHER] if has_opco else [])]


def usual_wait(at: datetime) -> str:
    """The usual wait in a sentence; empty when there are too few answers to say. One query."""
    days = recent_answers(at).median_days
    return f"En ce moment, une fois sur deux, l’appel vient en {counted(days, 'jour')} ou moins." if days else ""


def recent_answers(at: datetime) -> RecentAnswers:
    """The needs first taken in charge over the last thirty days, and the usual wait. One query, one row per need.

    Only the answers of these days are read, not all those of the past.
    """
    since = at - RECENTLY
    earlier = Match.objects.filter(need=OuterRef("need"), taken_care_of_at__lte=since)
    rows = (
        Match.objects.filter(~Exists(earlier), taken_care_of_at__gt=since, taken_care_of_at__lte=at)
        .values("need_id")
        .annotate(sent=Min("need__sent_at"), first=Min("taken_care_of_at"))
        .values_list("sent", "first")
        .order_by()
    )
    waits = [(first - sent).total_seconds() / 86400 for sent, first in rows if sent is not None]
    days = max(1, ceil(median(waits))) if len(waits) >= FEWEST else None
    return RecentAnswers(len(waits), days)
