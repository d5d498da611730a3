"""What is known of a public agent, the last day of a habilitation, an account made like another; each change kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from vigie.accounts.change_log import keep_change
from vigie.accounts.charges import restart_charges
from vigie.accounts.models import Habilitation, User
from vigie.accounts.models_agents import AgentProfile
from vigie.accounts.rules import refuse_on_oneself, refuse_period
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import Forbidden
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import DETECTION, STEWARDS, Role

POWERS = STEWARDS | {Role.TEAM}  # given one by one, never by a copy
COPIED = ("entity_id", "segment_id", "scopes", "boards", "taskforces")  # of an agent, to the account made like his


def note_role(held: Habilitation, transition: str, *, by: Person, at: datetime) -> None:
    """Writes in the audit who gave, stopped or took back what opens firms, or a power; the journal tells all roles."""
    if Role(held.role) in POWERS | DETECTION:
        details = {"role": held.role, "user": held.user_id, "act": transition}
        if held.territory:
            details["territory"] = held.territory
        audit.note("admin_role", Habilitation._meta.label, str(held.pk), by=by, at=at, details=details)


@transaction.atomic
def describe_agent(user: User, values: Mapping[str, Any], *, by: Person, at: datetime) -> AgentProfile:
    """Writes what is known of a public agent: his body, his profile of work, what the team notes. Gives his sheet.

    Nothing is written when nothing changes. A first sheet asks for a body and a profile of work.
    """
    require(by, "account.edit", user)
    if not by.is_team:
        raise Forbidden("field_not_permitted", "Seule l’équipe peut changer ceci. Écrivez-lui.")
    User.objects.select_for_update().get(pk=user.pk)
    known = AgentProfile.objects.filter(user=user).first()
    row = known or AgentProfile(user=user)
    before = {name: getattr(row, name) if known else None for name in values}
    moved = [name for name, value in values.items() if before[name] != value and (known or value not in ("", False))]
    if known is not None and not moved:
        return known
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    moved = sorted(moved)
    keep_change(user, {n: before[n] for n in moved}, {n: values[n] for n in moved}, by=by, at=at)
    record("account.changed", user, by=by, at=at, payload={"fields": moved})
    if "entity_id" in moved:
        restart_charges(user, by=by, at=at)
    return row


@transaction.atomic
def reschedule(held: Habilitation, ends_on: date | None, *, by: Person, at: datetime) -> Habilitation:
    """Gives a habilitation another last day; None: no last day. Never one's own."""
    row = Habilitation.objects.select_for_update().get(pk=held.pk)
    require(by, "habilitation.decide", row)
    if row.ends_on == ends_on:
        return row
    refuse_on_oneself(row.user_id, by.user_id)
    refuse_period(row.starts_on, ends_on)
    before, row.ends_on = row.ends_on, ends_on
    row.save(update_fields=["ends_on"])
    keep_change(row.user, {"ends_on": before}, {"ends_on": ends_on}, by=by, at=at)
    record("habilitation.rescheduled", row, by=by, at=at, payload={"role": row.role})
    note_role(row, "reschedule", by=by, at=at)
    return row


@transaction.atomic
def copy_agent(user: User, like: User, *, by: Person, at: datetime) -> None:
    """Gives an account the body and the profile of work of another. Nothing that tells the person is copied."""
    profile = AgentProfile.objects.filter(user=like).first()
    if profile is not None:
        describe_agent(user, {name: getattr(profile, name) for name in COPIED}, by=by, at=at)
