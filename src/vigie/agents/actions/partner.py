"""What a partner's reviewer does for the agents of his body: asks for a habilitation, confirms it, closes it.

He asks and vouches; the team grants. He never acts on himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.accounts import rules
from vigie.accounts.actions import close_sessions, request_in_name_of
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.models_agents import Segment
from vigie.agents.models import Confirmation
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused
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


@transaction.atomic
def request_agent(asked: AgentRequest, *, by: Person, at: datetime) -> Habilitation:
    """A habilitation that waits for the team, for an agent of the reviewer's body; the same request is one.

    Raises InvalidInput, with the field, for what cannot be, an account of another body among others.
    """
    require(by, "agent.request")
    if by.entity_id is None:
        raise Refused("no_entity", "Votre profil ne dit pas de quelle administration vous êtes. Écrivez à l’équipe.")
    segment = Segment.objects.filter(code=asked.segment, archived_at=None).first()
    if segment is None:
        raise InvalidInput("segment_unknown", "Choisissez un profil.", field="segment")
    user = _account(asked, segment, by=by, at=at)
    habilitation = request_in_name_of(user, asked.level, asked.territory, by=by, at=at)
    told = {"level": asked.level.value, "territory": habilitation.territory, "segment": segment.code}
    audit.note("admin_request", HABILITATION, str(habilitation.pk), by=by, at=at, details=told)
    return habilitation


def _account(asked: AgentRequest, segment: Segment, *, by: Person, at: datetime) -> User:
    email = clean_email(asked.email)
    known = User.objects.select_for_update().with_address(email).first()
    if known is None:
        known = User.objects.create(
            email=email, full_name=clean_person_name(asked.full_name), job=clean_line(asked.job),
            invited_at=at, invited_by_id=by.user_id,
        )  # fmt: skip
        AgentProfile.objects.create(user=known, entity_id=by.entity_id or 0, segment=segment, siret=asked.siret)
        return known
    profile = AgentProfile.objects.filter(user=known).first()
    if profile is None or profile.entity_id != by.entity_id or not known.is_active:
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
        habilitation=habilitation, day=at.date(), defaults={"by_id": by.user_id or 0, "at": at}
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
