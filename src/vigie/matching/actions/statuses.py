"""The status of a need follows its matches: one function writes it, after every act on a match."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.journal.actions import record
from vigie.matching.models import Need
from vigie.matching.states import NOT_FOR_ME, need_status
from vigie.rights.person import SYSTEM


@transaction.atomic
def refresh_need_status(need: Need, *, at: datetime) -> Need:
    """Recomputes the need's status from the states of its matches, and tells the journal when all have refused."""
    row = Need.objects.select_for_update().get(pk=need.pk)
    status = need_status(set(row.matches.values_list("state", flat=True)), complete=row.sent_at is not None)
    if status != row.status:
        row.status = status
        row.save(update_fields=["status"])
        if status == NOT_FOR_ME:
            record("need.nobody_left", row, by=SYSTEM, at=at)
    need.status = row.status
    return need
