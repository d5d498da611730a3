"""The board of files: a column for each state, and a lane for each département when there are several.

A card is moved by its button, by the keyboard or by hand; dropping it elsewhere sends the same form, so rights, journal
and messages are those of the button. Completing asks more: the card dropped there opens the page that asks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse

from vigie.followup.models import FollowupQuerySet, Member
from vigie.followup.queries.lines import CRITICALITY, is_late, step_of, when, where
from vigie.followup.queries.touch import held_by, with_firm, with_people
from vigie.followup.states import COMPLETED, FOLLOWUP, UNDER_SURVEILLANCE
from vigie.kernel.lifecycle import State, Transition
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.territory.models import Zone
from vigie.ui.components import ActButton
from vigie.ui.formats import counted

PER_COLUMN = 30
MOVES = ("start_surveillance", "resume")  # those that need no other word
BACK = "retour"  # the board to come back to, as its query
NOWHERE = "Département inconnu"


@dataclass(frozen=True)
class Card:
    """A file on the board. buttons: the moves that the person may make; to: the state that the button leads to; end:
    the page that completes the file. Both are empty when the person may not."""

    firm: str
    href: str
    where: str
    referents: str
    criticality: State
    step: str
    late: bool
    buttons: tuple[ActButton, ...]
    to: str
    end: str


@dataclass(frozen=True)
class BoardColumn:
    """A state and its files. code: of the heading, once in the page."""

    state: State
    cards: tuple[Card, ...]
    code: str


@dataclass(frozen=True)
class Lane:
    """The files of a département, state by state. title: empty when the board holds one département."""

    code: str
    title: str
    columns: tuple[BoardColumn, ...]

    @property
    def level(self) -> int:
        """Of the headings of its columns; those of the cards are one below."""
        return 3 if self.title else 2


def board(person: Person, files: FollowupQuerySet, today: date, here: str) -> tuple[tuple[Lane, ...], str]:
    """The lanes, and how many files they do not show. here: the query of the page. 2 queries a state, and 1."""
    shown: dict[str, dict[str, list[Card]]] = {}
    hidden = 0
    for state in FOLLOWUP.states:
        held = files.filter(state=state.code)
        marked = with_firm(held.with_rights(person, movable="file.manage_state"))
        rows = with_people(marked.order_by(F("next_step_on").asc(nulls_last=True), "-modified_at", "-pk")[:PER_COLUMN])
        hidden += held.count() - len(rows)
        for row in rows:
            lane = shown.setdefault(row.departement, {one.code: [] for one in FOLLOWUP.states})
            lane[state.code].append(_card(row, today, here, movable=row.movable))
    names = _names(shown) if len(shown) > 1 else {}
    empty: dict[str, list[Card]] = {one.code: [] for one in FOLLOWUP.states}
    lanes = tuple(_lane(code, names.get(code, ""), shown[code]) for code in sorted(shown)) or (_lane("", "", empty),)
    return lanes, f"{counted(hidden, 'autre', 'autres')}\u00a0: affinez les filtres." if hidden else ""


def _names(codes: Any) -> dict[str, str]:
    """Code to the heading of its lane. 1 query."""
    zones = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT, code__in=list(codes))
    named = {code: f"{code} – {name}" for code, name in zones.values_list("code", "name")}
    return {code: named.get(code, code or NOWHERE) for code in codes}


def _lane(code: str, title: str, held: dict[str, list[Card]]) -> Lane:
    columns = (BoardColumn(state, tuple(held[state.code]), f"{code}-{state.code}") for state in FOLLOWUP.states)
    return Lane(code, title, tuple(columns))


def _card(row: Any, today: date, here: str, *, movable: bool) -> Card:
    moves = [step for step in FOLLOWUP.offered(row.state) if step.name in MOVES] if movable else []
    return Card(
        firm=row.workplace.company.name,
        href=reverse("followup:file", args=[row.pk]),
        where=where(row),
        referents=held_by(row, Member.Role.REFERENT) or "Aucun référent",
        criticality=CRITICALITY[row.criticality],
        step=" · ".join(part for part in (step_of(row), when(row, today)) if part),
        late=is_late(row, today),
        buttons=tuple(_move(row, step, here) for step in moves),
        to=moves[0].target if moves else "",
        end=reverse("followup:complete", args=[row.pk]) if movable and row.state != COMPLETED else "",
    )


def _move(row: Any, step: Transition, here: str) -> ActButton:
    label = "Reprendre" if row.state == UNDER_SURVEILLANCE else "Mettre sous surveillance"
    action = f"{reverse('followup:act', args=[row.pk])}?{urlencode({BACK: here})}"
    return ActButton(label, action, step.name, "tertiary", about=row.workplace.company.name)
