"""Recognising who ProConnect brings: attaching identities, refusing, suspending whoever changed employer.

A refusal is written (event, audit) before it is raised, outside the transaction of what it refuses.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import get_random_string

from vigie.accounts import sign_in
from vigie.accounts.account_changes import note_role
from vigie.accounts.actions import close_sessions
from vigie.accounts.identity_rules import (
    GUARDED,
    CodeNeeded,
    NotAdmitted,
    Told,
    Way,
    employer_changed,
    role_changed,
    way,
)
from vigie.accounts.models import AgentProfile, FederatedIdentity, Habilitation, User
from vigie.accounts.queries import person_for, roles_in_force
from vigie.accounts.rules import CODE_DIGITS, CODE_LASTS, network_of
from vigie.accounts.states import GRANTED, REQUESTED, SUSPENDED
from vigie.journal import audit
from vigie.journal.actions import perform, record
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM, VISITOR
from vigie.ui.formats import hour


@dataclass(frozen=True)
class Admission:
    """Somebody who may enter. moved: his habilitations of detection have just been suspended, others remain."""

    user: User
    told: Told
    moved: bool = False


def recognise(told: Told, *, ip: str, at: datetime) -> Admission:
    """Who it is; raises NotAdmitted, or CodeNeeded when the account has another identity. 6 queries when known."""
    if told.acr not in settings.VIGIE.proconnect_acr_values.split():
        raise _refused("second_factor_missing", told, None, ip, at)
    identity = _identity(told)
    user = identity.user if identity else User.objects.with_address(told.email).first()
    found = way(
        identity_known=identity is not None,
        account_found=user is not None,
        account_open=user is not None and user.is_active,
        other_identity=identity is None and user is not None and user.identities.exists(),
    )
    if user is None or found is Way.UNKNOWN:
        raise _refused("unknown", told, None, ip, at)
    if found is Way.ARCHIVED:
        raise _refused("archived", told, user, ip, at)
    if found is Way.KNOWN:
        return admit(user, told, ip=ip, at=at)
    if not roles_in_force(user, at):
        raise _refused(_why_closed(user, at), told, user, ip, at)
    if found is Way.ASK_CODE:
        raise CodeNeeded(user.pk, told)
    return admit(user, told, ip=ip, at=at)


def admit(user: User, told: Told, *, ip: str, at: datetime) -> Admission:
    """Attaches or refreshes the identity, and suspends who changed employer; raises NotAdmitted without any role."""
    identity, why = _attach(user, told, at)
    if identity.user_id != user.pk:  # attached to somebody else while a code was awaited
        raise _refused("unknown", told, user, ip, at)
    if not roles_in_force(user, at):
        raise _refused(why or _why_closed(user, at), told, user, ip, at)
    if why:
        user.refresh_from_db(fields=["session_epoch"])  # the session about to open is none of those just closed
    return Admission(user, told, bool(why))


@transaction.atomic
def _attach(user: User, told: Told, at: datetime) -> tuple[FederatedIdentity, str]:
    """The identity of today, and why its owner was just suspended: employer or status changed; empty: he was not."""
    known_siret, known_roles = _known_siret(user, told), _known_roles(user)
    identity, is_new = FederatedIdentity.objects.select_for_update().get_or_create(
        provider=FederatedIdentity.Provider.PROCONNECT,
        idp_id=told.idp_id,
        sub=told.sub,
        defaults={
            "user": user,
            "siret": told.siret,
            "roles": told.roles or "",
            "sid": told.sid,
            "first_seen_at": at,
            "last_seen_at": at,
        },
    )
    if identity.user_id != user.pk:
        return identity, ""
    if is_new:
        record("account.identity_attached", user, by=VISITOR, at=at, payload={"provider": told.idp_id})
    else:
        identity.siret, identity.sid, identity.last_seen_at = told.siret or identity.siret, told.sid, at
        identity.roles = identity.roles if told.roles is None else told.roles
        identity.save(update_fields=["siret", "roles", "sid", "last_seen_at"])
    why = _what_changed(known_siret, known_roles, told, is_new)
    return identity, why if why and _suspend(user, why, at) else ""


def _what_changed(siret: str, roles: str, told: Told, is_new: bool) -> str:
    if employer_changed(siret, told.siret):
        return "employer_changed"
    return "role_changed" if role_changed(roles, told.roles, same_identity=not is_new) else ""


def ask_code(user: User, *, at: datetime) -> str:
    """Owes the mail whose code attaches another identity; gives the code. Raises TooMany."""
    sign_in.count_code(sign_in.Attempt(user.email, "", at))
    code = get_random_string(CODE_DIGITS, "0123456789")
    half = len(code) // 2
    secret = {"code": f"{code[:half]} {code[half:]}", "expires": hour(at + CODE_LASTS), "name": user.full_name}
    record("account.identity_code_asked", user, by=VISITOR, at=at, secret=secret)
    return code


@transaction.atomic
def session_ended(*, sub: str, sid: str, at: datetime) -> int:
    """The provider says that a session ended there: all those of the account close here. Gives how many accounts."""
    known = FederatedIdentity.objects.filter(provider=FederatedIdentity.Provider.PROCONNECT)
    identities = known.filter(sub=sub) if sub else known.filter(sid=sid)
    users = {identity.user for identity in identities.select_related("user")}
    for user in users:
        close_sessions(user.pk)
        record("account.session_ended_elsewhere", user, by=SYSTEM, at=at)
    return len(users)


# --- what is asked of the database --------------------------------------------------------------------------------
def _identity(told: Told) -> FederatedIdentity | None:
    known = FederatedIdentity.objects.select_related("user").filter(provider=FederatedIdentity.Provider.PROCONNECT)
    return known.filter(idp_id=told.idp_id, sub=told.sub).first()


def _known_siret(user: User, told: Told) -> str:
    """The employer known of this person: that of the identity, of his latest one, else of his profile."""
    latest = user.identities.exclude(siret="").order_by("-last_seen_at")
    mine = latest.filter(idp_id=told.idp_id, sub=told.sub).values_list("siret", flat=True).first()
    if siret := mine or latest.values_list("siret", flat=True).first():
        return str(siret)
    return AgentProfile.objects.filter(user=user).values_list("siret", flat=True).first() or ""


def _known_roles(user: User) -> str:
    """What he was when he last came, by whichever identity. 1 query."""
    latest = user.identities.exclude(roles="").order_by("-last_seen_at").values_list("roles", flat=True)
    return latest.first() or ""


def _suspend(user: User, why: str, at: datetime) -> bool:
    """Suspends the habilitations of detection and tells the team; False when there was none to suspend."""
    held = Habilitation.objects.select_for_update().filter(user=user, role__in=GUARDED, state=GRANTED).order_by("pk")
    rows = list(held)
    for row in rows:
        perform(row, "suspend", by=SYSTEM, at=at, payload={"reason": why})
        note_role(row, "suspend", by=SYSTEM, at=at)
    if rows:
        close_sessions(user.pk)
        told: dict[str, Any] = {"suspended": len(rows)} | ({"what": "role"} if why == "role_changed" else {})
        record("account.employer_changed", user, by=SYSTEM, at=at, payload=told)
    return bool(rows)


def _why_closed(user: User, at: datetime) -> str:
    """What is left of what he held: something suspended, else something to come, else what is over. 1 query."""
    held = list(Habilitation.objects.filter(user=user).values_list("state", "starts_on"))
    if any(state == SUSPENDED for state, _day in held):
        return "suspended"
    to_come = any(state == REQUESTED or (state == GRANTED and day > paris_day(at)) for state, day in held)
    return "not_open" if to_come or not held else "ended"


@transaction.atomic
def _refused(code: str, told: Told, user: User | None, ip: str, at: datetime) -> NotAdmitted:
    """Writes the refusal; gives it, to be raised. The identity is told by a hash: the audit holds no address."""
    mark = hashlib.sha256(f"{told.idp_id}:{told.sub}".encode()).hexdigest()[:16]
    told_so = {"reason": code, "provider": told.idp_id, "network": network_of(ip)}
    by = person_for(user, at) if user is not None else VISITOR
    audit.note("login_failed", "accounts.FederatedIdentity", mark, by=by, at=at, result=audit.DENIED, details=told_so)
    payload = {"step": "proconnect", "reason": code, "network": network_of(ip)}
    record("account.sign_in_failed", user or User(pk=0), by=VISITOR, at=at, payload=payload)
    return NotAdmitted(code)
