"""Who received some needs, by institution, and what each answered: one query for a whole list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from vigie.matching.models import Match
from vigie.matching.queries.positions import position
from vigie.matching.states import CLOSED_BY_EXPERT, QUO, TAKING_CARE
from vigie.rights.statements import composed_once
from vigie.ui.formats import counted

NAMED = 3


@dataclass(frozen=True)
class Received:
    """A match of a need: the institution that received it, and its position."""

    institution: str
    state: str
    help_name: str


def received(needs: Iterable[int]) -> dict[int, list[Received]]:
    """Need → what each institution answered, in the order of sending. 1 query."""
    found: dict[int, list[Received]] = defaultdict(list)
    for need, state, help_name, short, name in _received(frozenset(needs)):
        found[need].append(Received(short or name, state, help_name))
    return found


@composed_once
def _received(needs: frozenset[int]) -> QuerySet[Match, tuple[int, str, str, str, str]]:
    rows = Match.objects.filter(need__in=needs).order_by("sent_at", "pk")
    institution = "expert__antenne__institution"
    return rows.values_list("need_id", "state", "help_name", f"{institution}__short_name", f"{institution}__name")


def positions(lines: list[Received]) -> str:
    """« CCI : en cours ; Région : en attente de réponse », the rest counted."""
    said = [f"{one.institution}\u00a0: {position(one.state)}" for one in lines[:NAMED]]
    if len(lines) > NAMED:
        said.append(f"et {counted(len(lines) - NAMED, 'autre')}")
    return "\u00a0; ".join(said)


def names(lines: list[Received], states: Iterable[str]) -> str:
    """The institutions in these states, each once."""
    wanted = set(states)
    return ", ".join(dict.fromkeys(one.institution for one in lines if one.state in wanted))


def silent_names(lines: list[Received]) -> str:
    """The institutions that have not answered."""
    return names(lines, [QUO])


def in_charge(lines: list[Received]) -> str:
    """The institutions in charge, or who closed."""
    return names(lines, [TAKING_CARE, *CLOSED_BY_EXPERT])


def helps(lines: list[Received]) -> str:
    """The helps that were offered."""
    return ", ".join(dict.fromkeys(one.help_name for one in lines if one.help_name))
