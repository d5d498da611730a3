"""What a partner's reviewer does for the agents whom he answers for: asks for a habilitation, confirms it, closes it.

He asks and vouches; the team grants. He never acts on himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.accounts import rules
from vigie.accounts.actions import close_sessions, request_in_name_of
from vigie.accounts.models import AgentProfile, Charge, Habilitation, User, answered_for
from vigie.accounts.models_agents import Entity, Segment
from vigie.agents.models import Confirmation
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_email, clean_line, clean_person_name
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import DETECTION, Role

HABILITATION = "accounts.Habilitation"


@dataclass(frozen=True)
class AgentRequest:
    """The agent whom a partner vouches for. level: A or B; territory as typed."""

    email: str
    full_name: str
    job: str
    segment: str
    level: Role
    territory: str
    siret: str = ""
    entity: int | None = None  # of those he may name; None: the only one


@transaction.atomic
def request_agent(asked: AgentRequest, *, by: Person, at: datetime) -> Habilitation:
    """A habilitation that waits for the team, for an agent whom the reviewer answers for; the same request is one.

    Raises InvalidInput, with the field, for what cannot be: an account that his charges do not hold, among others.
    """
    require(by, "agent.request")
    segment = Segment.objects.filter(code=asked.segment, archived_at=None).first()
    if segment is None:
        raise InvalidInput("segment_unknown", "Choisissez un profil.", field="segment")
    body = _body(asked, segment, by)
    user = _account(asked, body, segment, by=by, at=at)
    habilitation = request_in_name_of(user, asked.level, asked.territory, by=by, at=at)
    told = {"level": asked.level.value, "territory": habilitation.territory, "segment": segment.code, "entity": body}
    audit.note("admin_request", HABILITATION, str(habilitation.pk), by=by, at=at, details=told)
    return habilitation


def _body(asked: AgentRequest, segment: Segment, by: Person) -> int:
    """The body that is asked for, within the charges of the reviewer."""
    mine = Charge.objects.filter(user_id=by.user_id or 0)
    named = {row.entity_id for row in mine}
    if not named:
        raise Refused("no_charge", "Vous ne répondez d’aucun agent. Écrivez à l’équipe.")
    only = next(iter(named)) if len(named) == 1 else None
    entity = asked.entity if asked.entity is not None else only
    if entity is None or not Entity.objects.filter(pk=entity, archived_at=None).exists():
        raise InvalidInput("entity_unknown", "Choisissez une administration.", field="entity")
    if not mine.covering(entity, segment.pk).exists():
        raise InvalidInput(
            "not_in_charge", "Vous ne répondez pas de ce profil dans cette administration.", field="segment"
        )
    return entity


def _account(asked: AgentRequest, entity: int, segment: Segment, *, by: Person, at: datetime) -> User:
    email = clean_email(asked.email)
    known = User.objects.select_for_update().with_address(email).first()
    if known is None:
        known = User.objects.create(
            email=email, full_name=clean_person_name(asked.full_name), job=clean_line(asked.job),
            invited_at=at, invited_by_id=by.user_id,
        )  # fmt: skip
        AgentProfile.objects.create(user=known, entity_id=entity, segment=segment, siret=asked.siret)
        return known
    profile = AgentProfile.objects.filter(user=known).first()
    mine = answered_for(by.user_id).filter(user=known)
    if profile is None or profile.entity_id != entity or not mine.exists() or not known.is_active:
        raise InvalidInput(
            "account_elsewhere",
            "Cette adresse a déjà un compte, qui n’est pas de votre administration. Écrivez à l’équipe.",
            field="email",
        )
    return known


@transaction.atomic
def confirm(habilitation: Habilitation, *, by: Person, at: datetime) -> Confirmation:
    """The reviewer says that the agent still needs it, as it is; twice in a day is once."""
    require(by, "agent.review", habilitation)
    refuse_others(habilitation)
    rules.refuse_on_oneself(habilitation.user_id, by.user_id)
    row, new = Confirmation.objects.get_or_create(
        habilitation=habilitation, day=paris_day(at), defaults={"by_id": by.user_id or 0, "at": at}
    )
    if new:
        record("habilitation.confirmed", habilitation, by=by, at=at)
        audit.note("admin_review", HABILITATION, str(habilitation.pk), by=by, at=at, details={"decision": "keep"})
    return row


@transaction.atomic
def close(habilitation: Habilitation, *, by: Person, at: datetime) -> Habilitation:
    """Ends the habilitation of an agent who left or needs it no more, and closes his sessions."""
    row = Habilitation.objects.select_for_update().get(pk=habilitation.pk)
    require(by, "agent.review", row)
    refuse_others(row)
    if row.state in Habilitation.LIFECYCLE.final_codes:  # sent twice
        return row
    rules.refuse_on_oneself(row.user_id, by.user_id)
    perform(row, "close", by=by, at=at)
    close_sessions(row.user_id)
    audit.note("admin_review", HABILITATION, str(row.pk), by=by, at=at, details={"decision": "close"})
    return row


def refuse_others(habilitation: Habilitation) -> None:
    """A partner answers for the agents who read firms; auditors and administrators are the team's."""
    if habilitation.role not in DETECTION:
        raise Refused("not_an_agent", "Cette habilitation ne relève pas de votre administration. Écrivez à l’équipe.")
