"""Who has how many firms to contact."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from vigie.campaigns.models import Target
from vigie.campaigns.states import OPEN, TAKEN, TO_CONTACT


def loads_of(users: Iterable[int]) -> dict[int, int]:
    """user → firms that he has to contact in all open campaigns: proposed to him, or taken. 2 queries."""
    wanted, running = list(users), Target.objects.filter(campaign__state=OPEN)
    found: dict[int, int] = {}
    for column, state in (("assignee", TO_CONTACT), ("taken_by", TAKEN)):
        rows = running.filter(state=state, **{f"{column}__in": wanted}).order_by().values_list(column)
        for user_id, count in rows.annotate(count=Count("pk")):
            found[user_id] = found.get(user_id, 0) + count
    return found
