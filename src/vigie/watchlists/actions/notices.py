"""Telling operators, once: the page of the team shows it and the outbox mails it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from vigie.journal.actions import record
from vigie.rights.person import SYSTEM, Person
from vigie.watchlists.models import Notice


@transaction.atomic
def tell_operators(key: str, title: str, lines: Sequence[str], *, at: datetime, by: Person = SYSTEM) -> Notice | None:
    """Writes the notice and owes its mails; None when it was told already under this key."""
    texts = {"title": title[:200], "lines": [line[:1000] for line in lines[:50]], "at": at}
    notice, new = Notice.objects.get_or_create(key=key[:200], defaults=texts)
    if not new:
        return None
    record("operators.warned", notice, by=by, at=at)
    return notice
