"""Archiving an account: it signs in no more and stays named on what it wrote; and opening it again, without its rights.

What it held is suspended, not ended: the team sees it on its sheet and grants again what is still due.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.accounts.account_changes import note_role
from vigie.accounts.actions import close_sessions
from vigie.accounts.change_log import keep_change
from vigie.accounts.models import Habilitation, User
from vigie.accounts.rules import refuse_on_oneself
from vigie.accounts.states import GRANTED, REQUESTED
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.rights.person import Person
from vigie.rights.reach import require

RIGHT = "account.archive"


@transaction.atomic
def archive(user: User, *, by: Person, at: datetime) -> User:
    """Closes the account and its sessions, suspends what it holds, drops what it waits for. Never one's own; once."""
    row = User.objects.select_for_update().get(pk=user.pk)
    require(by, RIGHT, row)
    if not row.is_active:
        return row
    refuse_on_oneself(row.pk, by.user_id)
    for held in Habilitation.objects.filter(user=row, state__in=(GRANTED, REQUESTED)).order_by("pk"):
        act = "suspend" if held.state == GRANTED else "revoke"
        perform(held, act, by=by, at=at, payload={"why": "archived"})
        note_role(held, act, by=by, at=at)
    return _write(row, False, by, at)


@transaction.atomic
def reopen(user: User, *, by: Person, at: datetime) -> User:
    """Opens the account again. Its habilitations stay suspended until each is granted again. Once."""
    row = User.objects.select_for_update().get(pk=user.pk)
    require(by, RIGHT, row)
    return row if row.is_active or row.deleted_at is not None else _write(row, True, by, at)


def _write(row: User, opened: bool, by: Person, at: datetime) -> User:
    row.is_active, row.archived_at = opened, None if opened else at
    row.save(update_fields=["is_active", "archived_at"])
    if not opened:
        close_sessions(row.pk)
    keep_change(row, {"is_active": not opened}, {"is_active": opened}, by=by, at=at)
    record("account.reopened" if opened else "account.archived", row, by=by, at=at)
    details = {"act": "reopen" if opened else "archive"}
    audit.note("admin_account", User._meta.label, str(row.pk), by=by, at=at, details=details)
    return row
