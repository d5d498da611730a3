"""Who answers for which agents: the administrator's page, and what a reviewer may ask for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from vigie.accounts.models import AgentProfile, Charge, Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.accounts.states import GRANTED, HABILITATION
from vigie.agents.queries.reference_effects import live_habilitations
from vigie.rights.person import Person
from vigie.rights.table import DETECTION, Role
from vigie.ui.components import ActButton
from vigie.ui.formats import counted, listed


@dataclass(frozen=True)
class ChargeLine:
    """One charge in words, how many agents it holds; button: what withdraws it."""

    words: str
    agents: str
    button: ActButton


@dataclass(frozen=True)
class ReviewerLine:
    """One reviewer: who, and what he answers for."""

    name: str
    facts: str
    lines: tuple[ChargeLine, ...]


@dataclass(frozen=True)
class ChargesPage:
    """All reviewers by name. nobody: the bodies whose agents nobody answers for, in words."""

    count: str
    reviewers: tuple[ReviewerLine, ...]
    nobody: str


def charges_page() -> ChargesPage:
    """4 queries, whatever the reviewers and the agents."""
    held = Habilitation.objects.filter(role=Role.REVIEWER).exclude(state__in=HABILITATION.final_codes)
    states = dict(held.order_by("pk").values_list("user_id", "state"))
    people = User.objects.filter(pk__in=states).select_related("agent__entity").order_by("full_name", "pk")
    rows = list(Charge.objects.filter(user_id__in=states).select_related("entity", "segment"))
    agents = _agents()
    reviewers = tuple(
        _line(user, states[user.pk], [row for row in rows if row.user_id == user.pk], agents) for user in people
    )
    answering = [row for row in rows if states[row.user_id] == GRANTED]
    alone = Counter[str]()
    for (entity, segment, name), count in agents.items():
        if not any(_holds(row, entity, segment) for row in answering):
            alone[name] += count
    return ChargesPage(
        count=counted(len(reviewers), "responsable", "responsables"),
        reviewers=reviewers,
        nobody=listed([f"{name} ({counted(count, 'agent')})" for name, count in sorted(alone.items())]),
    )


def _agents() -> Counter[tuple[int, int, str]]:
    """(body, profile of work, name of the body) → how many agents of detection are habilitated there. 1 query."""
    living = live_habilitations().filter(role__in=DETECTION).values("user_id")
    rows = AgentProfile.objects.filter(user_id__in=living).order_by()
    return Counter(rows.values_list("entity_id", "segment_id", "entity__name"))


def _holds(row: Charge, entity: int, segment: int) -> bool:
    return row.entity_id in (None, entity) and row.segment_id in (None, segment)


def _line(user: User, state: str, charges: list[Charge], agents: Counter[tuple[int, int, str]]) -> ReviewerLine:
    profile = getattr(user, "agent", None)
    said = "" if state == GRANTED else f"habilitation\u00a0: {HABILITATION.label(state).lower()}"
    return ReviewerLine(
        name=user.full_name,
        facts=" · ".join(filter(None, (profile.entity.name if profile else "", user.email, said))),
        lines=tuple(_charge(row, user, agents) for row in charges),
    )


def _charge(row: Charge, user: User, agents: Counter[tuple[int, int, str]]) -> ChargeLine:
    words = row.words()
    count = sum(many for (entity, segment, _name), many in agents.items() if _holds(row, entity, segment))
    return ChargeLine(
        words[0].upper() + words[1:],
        counted(count, "agent"),
        ActButton(
            "Retirer", reverse("agents:withdraw_charge", args=[row.pk]), style="tertiary",
            about=f"{words}, {user.full_name}",
            confirm=f"{user.full_name} ne verra plus ces agents, et n’en répondra plus.",
        ),
    )  # fmt: skip


# --- what a reviewer may ask for --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Choices:
    """(key, label) of the bodies, (code, label) of the profiles of work that his charges let a reviewer name."""

    entities: tuple[tuple[str, str], ...]
    segments: tuple[tuple[str, str], ...]


def choices_of(person: Person) -> Choices:
    """A charge without body lets him name any, a charge without profile any profile; the pair is checked later.

    3 queries.
    """
    rows = list(Charge.objects.filter(user_id=person.user_id or 0))
    bodies, works = Entity.objects.filter(archived_at=None), Segment.objects.filter(archived_at=None)
    if not any(row.entity_id is None for row in rows):
        bodies = bodies.filter(pk__in={row.entity_id for row in rows})
    if not any(row.segment_id is None for row in rows):
        works = works.filter(pk__in={row.segment_id for row in rows})
    return Choices(
        entities=tuple((str(pk), name) for pk, name in bodies.values_list("pk", "name")),
        segments=tuple(works.exclude(usual_level="").values_list("code", "label")),
    )


def charged_words(person: Person) -> tuple[str, ...]:
    """What he answers for, a sentence each. 1 query."""
    rows = Charge.objects.filter(user_id=person.user_id or 0).select_related("entity", "segment")
    return tuple(row.words() for row in rows)


def reviewers_of(profile: AgentProfile) -> Q:
    """The accounts whose charges hold this agent."""
    return Q(pk__in=Charge.objects.covering(profile.entity_id, profile.segment_id).values("user_id"))
