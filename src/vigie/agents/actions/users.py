"""The workbook of users: read, shown, then applied whole or not at all. Applying it again changes nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from vigie.accounts.account_changes import describe_agent
from vigie.accounts.actions import change_account, give_habilitation, grant, revoke, suspend
from vigie.accounts.models import Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.accounts.states import GRANTED, HABILITATION, SUSPENDED
from vigie.agents.models import UsersImport
from vigie.agents.queries.users import as_json, compared, stored_accounts, stored_differences, wanted_accounts
from vigie.agents.states import APPLIED, READ
from vigie.agents.users_book import read_book
from vigie.agents.users_diff import CLOSE, MOST_CLOSED_PERCENT, REOPEN, Account, Difference
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.kernel.errors import Refused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import DETECTION, Role

IMPORT = "agents.UsersImport"


@transaction.atomic
def read(data: bytes, file_name: str, *, by: Person, at: datetime) -> UsersImport:
    """Reads a workbook and keeps what it would change, to be looked at; sent twice, once. Raises BookRefused."""
    require(by, "users.import")
    wanted = wanted_accounts(read_book(data, file_name))
    found, _why = compared(wanted)
    sha256 = hashlib.sha256(data).hexdigest()
    same = UsersImport.objects.filter(sha256=sha256, author_id=by.user_id or 0, state=READ).first()
    if same is not None and stored_differences(same) == found:  # sent twice
        return same
    row = UsersImport.objects.create(
        file_name=file_name[:150],
        sha256=sha256,
        wanted=as_json(wanted),
        shown=as_json(found),
        author_id=by.user_id or 0,
        read_at=at,
    )
    record("users.read", row, by=by, at=at, payload={"lines": len(wanted), "differences": len(found)})
    return row


@transaction.atomic
def apply(row: UsersImport, *, by: Person, at: datetime, most_percent: int = MOST_CLOSED_PERCENT) -> UsersImport:
    """Makes the agents what the workbook says, all of them or none; pressed twice, once.

    Refused when the safety valve refuses, and when the base is no longer what was shown.
    """
    held = UsersImport.objects.select_for_update().get(pk=row.pk)
    require(by, "users.sync", held)
    if held.state == APPLIED:
        return held
    accounts = stored_accounts(held)
    found, why = compared(accounts, most_percent)
    if why:
        raise Refused("safety_valve", why)
    if found != stored_differences(held):
        raise Refused("base_changed", "La base a changé depuis la lecture de ce classeur. Envoyez-le de nouveau.")
    wanted = {one.email: one for one in accounts}
    for one in found:
        user = _apply(one, wanted.get(one.email), by, at)
        fields = [name for name, _before, _after in one.changes]
        details = {"kind": one.kind, "fields": fields}
        audit.note("admin_users", "accounts.User", str(user.pk), by=by, at=at, details=details)
    done: UsersImport = perform(held, "apply", by=by, at=at, payload={"differences": len(found)})
    told = {"sha256": held.sha256, "lines": len(accounts), "differences": len(found)}
    audit.note("admin_users_sync", IMPORT, str(held.pk), by=by, at=at, details=told)
    return done


@transaction.atomic
def abandon(row: UsersImport, *, by: Person, at: datetime) -> UsersImport:
    """Leaves everything as it is; pressed twice, once."""
    held = UsersImport.objects.select_for_update().get(pk=row.pk)
    require(by, "users.sync", held)
    if held.state in UsersImport.LIFECYCLE.final_codes:
        return held
    done: UsersImport = perform(held, "abandon", by=by, at=at)
    return done


def _apply(one: Difference, wanted: Account | None, by: Person, at: datetime) -> User:
    user = User.objects.with_address(one.email).first()
    if wanted is None or one.kind == CLOSE:
        assert user is not None  # he holds what is closed
        for held in _levels(user).filter(state=GRANTED):
            suspend(held, by=by, at=at)
        return user
    if user is None:
        user = User.objects.create(
            email=wanted.email, full_name=wanted.full_name, job=wanted.job, invited_at=at, invited_by_id=by.user_id
        )
    _describe(user, wanted, by, at)
    same = _levels(user).filter(role=wanted.level, territory=wanted.territory).order_by("-pk").first()
    for held in _levels(user).exclude(pk=same.pk if same else 0):
        revoke(held, by=by, at=at)
    if same is None and wanted.level:
        give_habilitation(user, Role(wanted.level), by=by, at=at, territory=wanted.territory)
    elif same is not None and (same.state == SUSPENDED or one.kind == REOPEN):
        grant(same, by=by, at=at)
    return user


def _levels(user: User):  # type: ignore[no-untyped-def]
    rows = Habilitation.objects.filter(user=user, role__in=DETECTION)
    return rows.exclude(state__in=HABILITATION.final_codes).order_by("pk")


def _describe(user: User, wanted: Account, by: Person, at: datetime) -> None:
    """His name, his function, his body and his profile of work."""
    changes = {name: getattr(wanted, name) for name in ("full_name", "job") if getattr(wanted, name)}
    changes = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if changes:
        change_account(user, changes, by=by, at=at)
    entity, _new = Entity.objects.get_or_create(name=wanted.entity, defaults={"short_name": wanted.entity[:40]})
    lists = {name: list(getattr(wanted, name)) for name in ("scopes", "boards", "taskforces")}
    segment = Segment.objects.get(code=wanted.segment)
    describe_agent(user, {"entity_id": entity.pk, "segment_id": segment.pk, **lists}, by=by, at=at)
