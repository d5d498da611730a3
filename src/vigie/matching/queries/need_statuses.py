"""Needs whose stored status is not the one that follows from their matches: there should be none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from vigie.matching.models import Need
from vigie.matching.states import need_status


@dataclass(frozen=True)
class WrongStatus:
    """A need, what is stored, and what follows from its matches."""

    need_id: int
    stored: str
    expected: str


def wrong_statuses() -> Iterator[WrongStatus]:
    """Reads every need with the states of its matches, in the order of needs, a part at a time. One query."""
    rows = Need.objects.order_by("pk").values_list("pk", "status", "sent_at", "matches__state")
    for (pk, stored, sent_at), lines in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[:3]):
        states = {state for *_need, state in lines if state is not None}
        expected = need_status(states, complete=sent_at is not None)
        if expected != stored:
            yield WrongStatus(pk, stored, expected)
