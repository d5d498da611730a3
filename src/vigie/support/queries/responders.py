"""Who answers: the table, and whom a question goes to today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from vigie.accounts.models import Absence, AgentProfile, Antenne, Institution
from vigie.accounts.models_agents import Entity
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.support.models import HelpRequest, Responder
from vigie.support.rules import TOPICS, Candidate, choose
from vigie.support.states import ASKED
from vigie.ui.components import ActButton

ALL_TOPICS = "Tous les sujets"
EVERYBODY = "Tout le monde"


@dataclass(frozen=True)
class Body:
    """Where an account works."""

    label: str = ""
    institution_id: int | None = None
    entity_id: int | None = None


def body_of(person: Person) -> Body:
    """The institution of an expert, the administration of a public agent; nothing for a visitor. 0 to 2 queries."""
    if person.user_id is None:
        return Body()
    profile = AgentProfile.objects.filter(user_id=person.user_id).values_list("entity__short_name", "entity_id").first()
    if profile is not None:
        return Body(profile[0], entity_id=profile[1])
    columns = "institution__name", "institution_id"
    found = Antenne.objects.filter(pk=person.antenne_id or 0).values_list(*columns).first()
    return Body(found[0], institution_id=found[1]) if found is not None else Body()


def responder_for(topic: str, person: Person, at: datetime) -> int | None:
    """The account that answers this question of this person today; None: the team as a whole. 1 to 4 queries."""
    body = body_of(person)
    today = paris_day(at)
    away = Absence.objects.filter(starts_on__lte=today, ends_on__gte=today).values("user_id")
    rows = Responder.objects.filter(user__is_active=True, user__deleted_at=None).exclude(user_id__in=away)
    found = list(rows.values_list("user_id", "topic", "institution_id", "entity_id"))
    asked = HelpRequest.objects.filter(state=ASKED, responder_id__in={row[0] for row in found}).order_by()
    waiting = dict(asked.values_list("responder_id").annotate(count=Count("pk")))
    candidates = [Candidate(*row, waiting=waiting.get(row[0], 0)) for row in found]
    best = choose(candidates, topic, institution_id=body.institution_id, entity_id=body.entity_id)
    return best.user_id if best is not None else None


@dataclass(frozen=True)
class ResponderLine:
    """A row of the table, with the button that takes it off."""

    name: str
    topic: str
    body: str
    button: ActButton


@dataclass(frozen=True)
class RespondersPage:
    """Who answers what. alone: nobody is named for everything, so that the team as a whole answers the rest."""

    lines: tuple[ResponderLine, ...]
    alone: bool


def responders_page() -> RespondersPage:
    """1 query."""
    rows = list(Responder.objects.select_related("user", "institution", "entity"))
    whole = any(not row.topic and row.institution_id is None and row.entity_id is None for row in rows)
    return RespondersPage(tuple(_line(row) for row in rows), not whole)


def _line(row: Responder) -> ResponderLine:
    button = ActButton(
        "Retirer", reverse("support:remove_responder", args=[row.pk]), style="tertiary", about=str(row.user)
    )
    topic = TOPICS[row.topic] if row.topic else ALL_TOPICS
    return ResponderLine(str(row.user), topic, str(row.institution or row.entity or EVERYBODY), button)


def body_choices() -> list[tuple[str, str]]:
    """The bodies whose people may have somebody of their own. 2 queries."""
    institutions = Institution.objects.filter(deleted_at=None).values_list("pk", "name")
    entities = Entity.objects.filter(archived_at=None).values_list("pk", "name")
    return [
        ("", EVERYBODY),
        *((f"institution:{pk}", name) for pk, name in institutions),
        *((f"entity:{pk}", name) for pk, name in entities),
    ]


def answers(person: Person) -> bool:
    """True of somebody named in the table, or to whom a question was given. 1 query."""
    if person.user_id is None:
        return False
    given = HelpRequest.objects.filter(responder_id=person.user_id)
    return Responder.objects.filter(user_id=person.user_id).exists() or given.exists()
