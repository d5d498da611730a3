"""The changes of habilitations that partners asked for: for the team, which makes them or not."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from vigie.accounts.rules import territory_words
from vigie.agents.models import AskedMove
from vigie.agents.states import MOVE, WAITING
from vigie.kernel.lifecycle import State
from vigie.rights.person import Person
from vigie.rights.table import ROLE_LABELS, Role
from vigie.ui.components import ActButton
from vigie.ui.formats import counted, day
from vigie.ui.forms import NoteForm

ANSWERED_SHOWN = 30


@dataclass(frozen=True)
class MoveLine:
    """One request: of whom, what changes, why, who vouches. answered: what became of it."""

    name: str
    href: str
    body: str
    changes: tuple[str, ...]
    reason: str
    asked: str
    state: State
    answered: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class MovesPage:
    """Those that wait, the oldest first, then the last answered."""

    count: str
    waiting: tuple[MoveLine, ...]
    answered: tuple[MoveLine, ...]


def move_of(person: Person, pk: int) -> AskedMove:
    """One of them; else 404. 1 query."""
    found = AskedMove.objects.allowed(person, "move.decide").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def moves_page(person: Person) -> MovesPage:
    """2 queries."""
    mine = AskedMove.objects.allowed(person, "move.decide")
    rows = mine.select_related("habilitation__user__agent__entity", "habilitation__user__agent__segment", "segment")
    rows = rows.select_related("asked_by")
    waiting = tuple(_line(row, person) for row in rows.filter(state=WAITING))
    ended = rows.exclude(state=WAITING).order_by("-ended_at", "-pk")[:ANSWERED_SHOWN]
    return MovesPage(
        count=counted(len(waiting), "demande à traiter", "demandes à traiter") if waiting else "Rien à traiter",
        waiting=waiting,
        answered=tuple(_line(row, person) for row in ended),
    )


def changes_of(row: AskedMove) -> tuple[str, ...]:
    """What changes, before and after; no query when its rows are loaded."""
    held = row.habilitation
    profile = getattr(held.user, "agent", None)
    said = []
    if row.level:
        said.append(f"Niveau\u00a0: {_level(held.role)} → {_level(row.level)}")
    if row.territory:
        said.append(f"Territoire\u00a0: {territory_words(held.territory)} → {territory_words(row.territory)}")
    if row.segment is not None:
        said.append(f"Profil de travail\u00a0: {profile.segment.label if profile else 'aucun'} → {row.segment.label}")
    return tuple(said)


def _level(role: str) -> str:
    return ROLE_LABELS[Role(role)].rpartition(" ")[2]


def _line(row: AskedMove, person: Person) -> MoveLine:
    user = row.habilitation.user
    profile = getattr(user, "agent", None)
    answered = f"{MOVE.label(row.state)} le {day(row.ended_at)}" if row.ended_at else ""
    return MoveLine(
        name=str(user),
        href=reverse("accounts:person", args=[user.pk]),
        body=str(profile.entity.name) if profile else "",
        changes=changes_of(row) if row.state == WAITING else _asked(row),
        reason=row.reason,
        asked=f"Demandé le {day(row.asked_at)} par {row.asked_by}",
        state=MOVE.by_code[row.state],
        answered=f"{answered}\u00a0: {row.answer}" if row.answer else answered,
        buttons=_buttons(row, str(user)) if row.state == WAITING and user.pk != person.user_id else (),
    )


def _asked(row: AskedMove) -> tuple[str, ...]:
    """What was asked, once what was before is no longer known."""
    said = (
        f"Niveau {_level(row.level)}" if row.level else "", territory_words(row.territory),
        row.segment.label if row.segment else "",
    )  # fmt: skip
    return tuple(filter(None, said))


def _buttons(row: AskedMove, name: str) -> tuple[ActButton, ...]:
    action = reverse("agents:decide_move", args=[row.pk])
    confirm = f"L’habilitation de {name} devient celle-là."
    if row.level or row.territory:
        confirm += " Celle d’aujourd’hui prend fin, et ses sessions se ferment."
    return (
        ActButton("Appliquer", action, "make", "primary", confirm, about=name),
        ActButton("Écarter", action, "leave", "tertiary", form=NoteForm(label="Pourquoi", limit=300), about=name),
    )
