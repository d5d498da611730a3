"""What waits for a reviewer: habilitations to confirm, follows to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max

from vigie.accounts.models import Habilitation, User
from vigie.accounts.queries import person_for
from vigie.accounts.states import GRANTED
from vigie.agents.queries.follows import to_review
from vigie.agents.queries.partner import reviewed
from vigie.agents.rules import review_due
from vigie.kernel.period import paris_day
from vigie.rights.table import DETECTION
from vigie.tuning.queries import current

SOON = timedelta(days=30)
REPORTED_AFTER = timedelta(days=30)  # above the reviewer


def late_reviews(today: date) -> list[tuple[int, int, date]]:
    """(body, habilitation, day it was to be reviewed) of those late by a month. 2 queries."""
    rows = Habilitation.objects.filter(state=GRANTED, role__in=DETECTION, user__agent__entity__isnull=False)
    rows = rows.annotate(confirmed=Max("confirmations__day")).order_by("pk")
    columns = "user__agent__entity_id", "pk", "confirmed", "starts_on"
    every = current("review_days")
    dues = [
        (entity, pk, review_due(confirmed, starts_on, every))
        for entity, pk, confirmed, starts_on in rows.values_list(*columns)
    ]
    return [row for row in dues if row[2] + REPORTED_AFTER <= today]


@dataclass(frozen=True)
class Waiting:
    """How many habilitations are due, how many of them will be suspended within 30 days, how many follows wait."""

    due: int
    soon: int
    follows: int


def waiting_for(user: User, at: datetime) -> Waiting | None:
    """None when nothing waits. 3 to 4 queries, and those of the person."""
    person, today = person_for(user, at), paris_day(at)
    rows = reviewed(person).filter(state=GRANTED).exclude(user_id=user.pk).annotate(confirmed=Max("confirmations__day"))
    every = current("review_days")
    days = [review_due(row.confirmed, row.starts_on, every) for row in rows]
    late = [one for one in days if one <= today]
    limit = timedelta(days=current("review_grace_days"))
    found = Waiting(
        due=len(late),
        soon=sum(one + limit <= today + SOON for one in late),
        follows=to_review(person, at).count(),
    )
    return found if found.due or found.follows else None
