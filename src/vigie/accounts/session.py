"""What a session remembers of its opening: until when it lasts, and whether the second factor was used.

The only place that knows the keys of the session, ours and those of django-allauth.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    get_authentication_records,
    record_authentication,
)
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from vigie.accounts.models import User
from vigie.accounts.rules import session_lasts

_REMEMBER = "accounts.remember"
_ENDS_AT = "accounts.ends_at"


def remember(request: HttpRequest, wanted: bool) -> None:
    """Keeps, until the session opens, whether the person wants it to last."""
    request.session[_REMEMBER] = wanted


def open_until(request: HttpRequest, at: datetime) -> bool:
    """Gives the session its end, counted from now and never put off; tells whether it is a long one."""
    remembered = bool(request.session.pop(_REMEMBER, False))
    lasts = session_lasts(remembered)
    request.session[_ENDS_AT] = int((at + lasts).timestamp())
    request.session.set_expiry(int(lasts.total_seconds()))
    return remembered


def is_over(request: HttpRequest, at: datetime) -> bool:
    """True when the session has lasted its time."""
    ends_at = request.session.get(_ENDS_AT)
    return ends_at is not None and at.timestamp() >= ends_at


def second_factor_used(request: HttpRequest, user: User) -> bool:
    """True when this session was opened with the second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


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
    return f"{count} session(s) terminée(s) effacée(s)"
