"""Looking through an agent's eyes: asked, signed by another administrator, begun, ended. Each step is in the audit."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.agents.models import Look
from vigie.agents.states import ASKED, RUNNING, SIGNED
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.kernel.errors import Forbidden, InvalidInput
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.rights.table import DETECTION, STEWARDS, Role
from vigie.ui.formats import counted

SIGNED_LASTS = timedelta(hours=24)  # what is not signed, or not begun, by then is over
OBJECT = "accounts.User"


@transaction.atomic
def ask(agent: User, reason: str, minutes: int, *, by: Person, at: datetime) -> Look:
    """Asks another administrator for his signature. While one request runs it is the only one, given back as it is."""
    require(by, "look.list")
    roles = person_for(agent, at).roles
    if agent.pk == by.user_id or not roles & DETECTION or roles & (STEWARDS | {Role.TEAM}):
        raise InvalidInput("not_an_agent", "Choisissez un agent habilité, qui n’administre rien.", field="agent")
    going = Look.objects.filter(asked_by_id=by.user_id, state__in=(ASKED, SIGNED, RUNNING)).first()
    if going is not None:
        return going
    row = Look.objects.create(agent=agent, reason=reason, minutes=minutes, asked_by_id=by.user_id or 0, asked_at=at)
    record("look.asked", row, by=by, at=at, payload={"minutes": minutes})
    _note("impersonate_ask", row, by, at)
    return row


@transaction.atomic
def sign(row: Look, *, by: Person, at: datetime) -> Look:
    """The second signature: never that of who asked."""
    _refuse_own(row, by)
    perform(row, "sign", by=by, at=at, changes={"signed_by_id": by.user_id})
    _note("impersonate_sign", row, by, at)
    return row


@transaction.atomic
def refuse(row: Look, *, by: Person, at: datetime) -> Look:
    _refuse_own(row, by)
    perform(row, "refuse", by=by, at=at)
    _note("impersonate_refuse", row, by, at)
    return row


@transaction.atomic
def begin(row: Look, *, by: Person, at: datetime) -> Look:
    """The minutes run from now; the agent is told."""
    perform(row, "begin", by=by, at=at, changes={"until": at + timedelta(minutes=row.minutes)})
    _note("impersonate_start", row, by, at)
    return row


@transaction.atomic
def end(row: Look, *, by: Person, at: datetime) -> Look:
    perform(row, "end", by=by, at=at)
    _note("impersonate_stop", row, by, at)
    return row


def expire(*, at: datetime) -> str:
    """Closes those whose time is over (job of every quarter of an hour): nothing was open to them meanwhile."""
    over = [*Look.objects.filter(state=RUNNING, until__lte=at)]
    over += Look.objects.filter(state__in=(ASKED, SIGNED), asked_at__lte=at - SIGNED_LASTS)
    for row in over:
        with transaction.atomic():
            perform(row, "expire", by=SYSTEM, at=at)
            _note("impersonate_stop", row, SYSTEM, at)
    return counted(len(over), "regard clos", "regards clos")


def _refuse_own(row: Look, by: Person) -> None:
    if row.asked_by_id == by.user_id:
        raise Forbidden("own_request", "Un autre administrateur doit signer cette demande.")


def _note(action: str, row: Look, by: Person, at: datetime) -> None:
    details = {"look": row.pk, "minutes": row.minutes}
    audit.note(action, OBJECT, str(row.agent_id), by=by, at=at, purpose=row.reason, details=details)
