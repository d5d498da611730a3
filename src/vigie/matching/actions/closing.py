"""An antenne that closes: what waits for its experts is handed to another team, so that no need is left to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from vigie.directory.models import Expert
from vigie.directory.registry import Running
from vigie.kernel.errors import Refused
from vigie.matching.actions.moving import move
from vigie.matching.models import Match
from vigie.matching.queries.positions import company_name
from vigie.matching.states import OPEN
from vigie.rights.person import Person

NAMED = ("need__diagnosis__establishment__company", "need__diagnosis__solicitation")
REASON = "L’antenne {antenne} ferme."


def _open(experts: Sequence[int]) -> list[Match]:
    rows = Match.objects.filter(expert__in=experts, state__in=OPEN, archived_at__isnull=True)
    return list(rows.select_related("expert__antenne", "subject", *NAMED).order_by("sent_at", "pk"))


def running(experts: Sequence[int]) -> list[Running]:
    """The matches that these experts have to answer or to close, the oldest first. 1 query."""
    return [
        Running(
            f"{company_name(one.need)}, {one.subject.label} (besoin n°\u00a0{one.need_id})",
            reverse("matching:need", args=[one.need_id]),
            one.expert.full_name,
        )
        for one in _open(experts)
    ]


@transaction.atomic
def hand_over(experts: Sequence[int], to: Expert, *, by: Person, at: datetime) -> int:
    """Moves them all to one team, which is told; how many. Raises Refused naming the need that cannot be moved."""
    found = _open(experts)
    for one in found:
        try:
            move(one, to, reason=REASON.format(antenne=one.expert.antenne.name), by=by, at=at)
        except Refused as refused:
            raise Refused(refused.code, f"Besoin n° {one.need_id}\u00a0: {refused.message_fr}") from refused
    return len(found)
