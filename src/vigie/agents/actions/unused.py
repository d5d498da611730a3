"""Habilitations that nobody uses or that a partner did not review: suspended by themselves (R-13, R-14)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from vigie.accounts.account_changes import note_role
from vigie.accounts.actions import close_sessions
from vigie.accounts.models import Habilitation
from vigie.accounts.states import GRANTED
from vigie.agents.rules import is_unused, unused_since
from vigie.journal.actions import perform
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM
from vigie.rights.table import DETECTION
from vigie.tuning.queries import current
from vigie.ui.formats import counted


def suspend_unused(*, at: datetime) -> str:
    """Suspends the agents who did not sign in for as long as the setting says (job of the night). Can be run again."""
    count, longest = 0, current("unused_days")
    for held in _granted().select_related("user"):
        since = unused_since(held.user.last_login, held.granted_at)
        if is_unused(since, at, longest):
            count += _suspend(held, "unused", at)
    return counted(count, "habilitation inutilisée suspendue", "habilitations inutilisées suspendues")


def suspend_unreviewed(*, at: datetime) -> str:
    """Suspends those whose partner did not confirm them in time: at its rhythm, then the grace (job of the night)."""
    limit = paris_day(at) - timedelta(days=current("review_days") + current("review_grace_days"))
    count = 0
    for held in _granted().annotate(confirmed=Max("confirmations__day")):
        known = max(day for day in (held.confirmed, held.starts_on) if day is not None)
        if known <= limit:
            count += _suspend(held, "unreviewed", at)
    return counted(count, "habilitation non revue suspendue", "habilitations non revues suspendues")


def _granted():  # type: ignore[no-untyped-def]
    return Habilitation.objects.filter(state=GRANTED, role__in=DETECTION).order_by("pk")


@transaction.atomic
def _suspend(held: Habilitation, why: str, at: datetime) -> bool:
    row = Habilitation.objects.select_for_update().get(pk=held.pk)
    if row.state != GRANTED:
        return False
    perform(row, "suspend", by=SYSTEM, at=at, payload={"why": why})
    note_role(row, "suspend", by=SYSTEM, at=at)
    close_sessions(row.user_id)
    return True
