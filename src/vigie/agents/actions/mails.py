"""What an agent chooses for his mails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from vigie.agents.models import MailChoice
from vigie.agents.rules_mails import MAILS, RHYTHMS
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person

REMEMBERED = timedelta(days=8)  # longer than the digest looks back


def choose_mails(kinds: Mapping[str, str], *, by: Person, at: datetime) -> None:
    """Keeps how the person wants to be told. InvalidInput for a kind or a rhythm unknown.

    kinds: code of a kind → its rhythm; the others are left as they were.
    """
    for kind, one in kinds.items():
        if kind not in MAILS or one not in RHYTHMS:
            raise InvalidInput("rhythm_unknown", "Choisissez un rythme.", field=kind)
    with transaction.atomic():
        row, _new = MailChoice.objects.select_for_update().get_or_create(user_id=by.user_id or 0)
        after = row.kinds | dict(kinds)
        if after == row.kinds:
            return
        recent = [[ended, held] for ended, held in row.past if datetime.fromisoformat(ended) > at - REMEMBERED]
        row.past = [*recent, [at.isoformat(), row.kinds]]
        row.kinds = after
        row.save(update_fields=["kinds", "past"])
