"""What a session remembers of its opening: until when it lasts, and whether the second factor was used.

The only place that knows the keys of the session, ours and those of django-allauth.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    get_authentication_records,
    record_authentication,
)
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from vigie.accounts.models import User
from vigie.accounts.rules import GUARDED_IDLE, GUARDED_LASTS, session_lasts
from vigie.ui.formats import counted

_REMEMBER = "accounts.remember"
_ENDS_AT = "accounts.ends_at"
_OPENED_AT = "accounts.opened_at"
_SEEN_AT = "accounts.seen_at"
_SEEN_EVERY_S = 60  # a write at each page would cost more than it tells
BY_ITSELF = "X-Vigie-By-Itself"  # a page that asks without its reader: nobody is there for that
_PENDING = "accounts.pending_identity"
_ID_TOKEN = "oidc_id_token"  # noqa: S105  # nosec B105  # the key under which mozilla-django-oidc keeps it
PROCONNECT = "proconnect"


def account(request: HttpRequest) -> int | None:
    """The account that the session was opened for, whether it still may be open or not. No query for a visitor."""
    found = str(request.session.get(SESSION_KEY, ""))
    return int(found) if found.isdecimal() else None


def remember(request: HttpRequest, wanted: bool) -> None:
    """Keeps, until the session opens, whether the person wants it to last."""
    request.session[_REMEMBER] = wanted


def open_until(request: HttpRequest, at: datetime, *, guarded: bool = False) -> bool:
    """Gives the session its end, counted from now and never put off; tells whether it is a long one.

    guarded: of the detection side, where no session is long.
    """
    remembered = bool(request.session.pop(_REMEMBER, False)) and not guarded
    lasts = session_lasts(remembered, guarded)
    request.session[_ENDS_AT] = int((at + lasts).timestamp())
    request.session[_OPENED_AT] = request.session[_SEEN_AT] = int(at.timestamp())
    request.session.set_expiry(int(lasts.total_seconds()))
    return remembered


def is_over(request: HttpRequest, at: datetime, *, guarded: bool = False) -> bool:
    """True when the session has lasted its time; on the detection side, also when nothing was asked for a while.

    A role of that side given to somebody whose session is a long one shortens it at once.
    """
    ends_at = request.session.get(_ENDS_AT)
    if ends_at is not None and at.timestamp() >= ends_at:
        return True
    if not guarded:
        return False
    opened_at, seen_at = request.session.get(_OPENED_AT), request.session.get(_SEEN_AT)
    if opened_at is not None and at.timestamp() - opened_at >= GUARDED_LASTS.total_seconds():
        return True
    idle_s = 0.0 if seen_at is None else at.timestamp() - seen_at
    if idle_s >= GUARDED_IDLE.total_seconds():
        return True
    if BY_ITSELF in request.headers:
        return False
    if seen_at is None or idle_s >= _SEEN_EVERY_S:
        request.session[_SEEN_AT] = int(at.timestamp())
    return False


def second_factor_used(request: HttpRequest, user: User) -> bool:
    """True when this session was opened with the second factor, ours or that which ProConnect checked."""
    return any(record.get("method") in ("mfa", PROCONNECT) for record in get_authentication_records(request, user))


def by_proconnect(request: HttpRequest, user: User) -> bool:
    """True when ProConnect opened this session."""
    return any(record.get("method") == PROCONNECT for record in get_authentication_records(request, user))


def proved_within(request: HttpRequest, user: User, length: timedelta, at: datetime) -> bool:
    """True when the person proved who he is in this session less than that long ago."""
    records = get_authentication_records(request, user)
    return any(0 <= at.timestamp() - record.get("at", 0) < length.total_seconds() for record in records)


def note_proconnect(request: HttpRequest, user: User, acr: str) -> None:
    """ProConnect has just proved who this is, with a second factor."""
    record_authentication(request, user, PROCONNECT, acr=acr, reauthenticated=True)


def id_token(request: HttpRequest) -> str:
    """What ProConnect asks to end its own session; empty when it did not open this one."""
    return str(request.session.get(_ID_TOKEN, ""))


def keep_id_token(request: HttpRequest, token: str) -> None:
    """Keeps it in the session that has just opened."""
    request.session[_ID_TOKEN] = token


def keep_pending(request: HttpRequest, pending: dict[str, Any] | None) -> None:
    """Keeps the identity that waits for its code; None forgets it."""
    if pending is None:
        request.session.pop(_PENDING, None)
    else:
        request.session[_PENDING] = pending


def pending(request: HttpRequest) -> dict[str, Any] | None:
    """The identity that waits for its code, if any."""
    kept: dict[str, Any] | None = request.session.get(_PENDING)
    return kept


def note_second_factor(request: HttpRequest, user: User, authenticator_id: int) -> None:
    """The person has just typed a code of the application that he installs: this session counts as opened with it."""
    record_authentication(request, user, "mfa", id=authenticator_id, type="totp", reauthenticated=True)


def forget_second_factor(request: HttpRequest) -> None:
    """This session counts no more as opened with the second factor: it has just been removed."""
    clear_authentication_records(request)


def close_others(request: HttpRequest, user: User) -> None:
    """Keeps this session open although the account’s epoch has changed."""
    user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, user)


def erase_ended(*, at: datetime) -> str:
    """Erases the sessions that are over (job of every night), those begun without signing in too."""
    count, _per_model = Session.objects.filter(expire_date__lt=at).delete()
    return counted(count, "session terminée effacée", "sessions terminées effacées")
