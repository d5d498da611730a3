"""The looks of administrators through agents' eyes: the page of requests, and whose eyes a session has now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import Http404
from django.urls import reverse

from vigie.accounts.queries import person_for
from vigie.agents.models import Look
from vigie.agents.states import ASKED, LOOK, RUNNING, SIGNED
from vigie.kernel.lifecycle import State
from vigie.rights.person import Person
from vigie.rights.table import DETECTION, Role
from vigie.ui.components import ActButton
from vigie.ui.formats import counted, day, hour

SHOWN = 50
CONFIRMS = {
    "sign": "Vous répondez avec lui de ce motif. Il verra les pages de cet agent, sans rien de confidentiel.",
    "begin": "Le temps court dès maintenant, et l’agent reçoit un courriel.",
}


@dataclass(frozen=True)
class LookLine:
    """A request and what this administrator may do about it."""

    title: str
    facts: str
    reason: str
    state: State
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class Looking:
    """What the band over each page says while an administrator looks."""

    agent: str
    until: str
    stop: str  # where the form that ends it is sent


def looks_page(person: Person) -> tuple[LookLine, ...]:
    """The last requests of all administrators. 1 query."""
    rows = Look.objects.select_related("agent", "asked_by", "signed_by")[:SHOWN]
    return tuple(_line(row, person) for row in rows)


def look_of(person: Person, pk: int) -> Look:
    """One request, for who may sign or begin; else 404."""
    found = Look.objects.allowed(person, "look.sign").filter(pk=pk).select_related("agent").first()
    if found is None:
        raise Http404
    return found


def running_look(admin_id: int, pk: int, at: datetime) -> Look | None:
    """The look that this session may go on with. 1 query."""
    mine = Look.objects.filter(pk=pk, asked_by_id=admin_id, state=RUNNING, until__gt=at)
    return mine.select_related("agent").first()


def eyes_of(look: Look, admin: Person, at: datetime) -> Person | None:
    """The agent as the administrator sees him: his territory and his menus, none of the rights that open a firm.

    None when the agent has left, or when the administrator is no longer one.
    """
    seen = person_for(look.agent, at)
    if not seen.roles & DETECTION or Role.ADMINISTRATOR not in admin.roles:
        return None
    return replace(seen, roles=frozenset({Role.ONLOOKER}), acting_for_id=admin.user_id, acting_for_name=admin.name)


def band(look: Look) -> Looking:
    return Looking(str(look.agent), hour(look.until) if look.until else "", reverse("agents:stop_looking"))


def _line(row: Look, person: Person) -> LookLine:
    facts = [f"demandé par {row.asked_by} le {day(row.asked_at)} à {hour(row.asked_at)}"]
    facts += [f"signé par {row.signed_by}"] if row.signed_by else []
    facts += [f"jusqu’à {hour(row.until)}"] if row.state == RUNNING and row.until else []
    return LookLine(
        title=f"{row.agent}, {counted(row.minutes, 'minute')}",
        facts=" · ".join(facts),
        reason=row.reason,
        state=LOOK.by_code[row.state],
        buttons=_buttons(row, person),
    )


def _buttons(row: Look, person: Person) -> tuple[ActButton, ...]:
    mine = row.asked_by_id == person.user_id
    offered = {ASKED: () if mine else ("sign", "refuse"), SIGNED: ("begin", "end") if mine else (),
               RUNNING: ("begin_again", "end") if mine else ()}.get(row.state, ())  # fmt: skip
    url = reverse("agents:act_on_look", args=[row.pk])
    words = {name: step.button or name for name, step in LOOK.by_name.items()} | {"begin_again": "Reprendre"}
    return tuple(
        ActButton(
            words[name], url, name, "primary" if name in ("sign", "begin", "begin_again") else "secondary",
            confirm=CONFIRMS.get(name, ""), about=str(row.agent),
        )
        for name in offered
    )  # fmt: skip
