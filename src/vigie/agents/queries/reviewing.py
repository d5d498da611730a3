"""The reviews of habilitations as the team reads them: whose is late, by what day the others are due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from vigie.accounts.models import Habilitation
from vigie.accounts.reviews import Review, Source
from vigie.accounts.states import GRANTED
from vigie.agents.rules import review_due
from vigie.rights.table import DETECTION
from vigie.tuning.queries import current


def _reviewed() -> QuerySet[Any]:
    """What is reviewed: the levels in force, each with the last day on which it was confirmed."""
    rows = Habilitation.objects.filter(state=GRANTED, role__in=DETECTION, user__is_active=True)
    return rows.order_by().annotate(confirmed=Max("confirmations__day"))


def reviews_of(users: Iterable[int], today: date) -> dict[int, Review]:
    """Of several habilitations, the one due first. 1 query, and the setting."""
    every, found = current("review_days"), dict[int, Review]()
    rows = _reviewed().filter(user_id__in=list(users))
    for user, confirmed, starts_on in rows.values_list("user_id", "confirmed", "starts_on"):
        due = review_due(confirmed, starts_on, every)
        if user not in found or due < found[user].due:
            found[user] = Review(due, due <= today)
    return found


def late(today: date) -> QuerySet[Habilitation]:
    """The same decision, by the database."""
    last = today - timedelta(days=current("review_days"))
    return _reviewed().filter(Q(confirmed__lte=last) | Q(confirmed__isnull=True, starts_on__lte=last))


SOURCE = Source(of=reviews_of, late=late)
