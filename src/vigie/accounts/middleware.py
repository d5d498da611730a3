"""Each request is given its person. A session whose account lost its rights closes here, at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from vigie.accounts import session
from vigie.accounts.access import go, to_sign_in
from vigie.accounts.adapters import PROCONNECT_ONLY
from vigie.accounts.identity_rules import GUARDED
from vigie.accounts.models import User
from vigie.accounts.queries import has_second_factor, person_for, roles_in_force
from vigie.kernel.clock import now
from vigie.rights.person import VISITOR, Person
from vigie.rights.table import SECOND_FACTOR

View = Callable[[HttpRequest], HttpResponse]

NOT_IN_FORCE = "Votre session est fermée\u00a0: votre habilitation n’est plus en cours. Écrivez à {team}."
CLOSED = "Votre session a été fermée\u00a0: votre compte ou votre habilitation a changé. Connectez-vous de nouveau."

# What stays open to somebody who has yet to install his second factor or to accept the terms.
_ALWAYS_OPEN = ("/static/", "/sante", "/mentions-legales/", "/donnees-personnelles/", "/accessibilite/")
_SET_UP = ("account_logout", "mfa_activate_totp")
_TERMS = (*_SET_UP, "accounts:terms", "mfa_view_recovery_codes", "mfa_reauthenticate")


def person(get_response: View) -> View:
    """Sets ``request.person``, computed once: a visitor, or the account with its roles of the day.

    Nothing is asked of the database for a visitor without session.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.person = VISITOR  # type: ignore[attr-defined]
        known = session.account(request)
        user = request.user
        if not user.is_authenticated and known is not None:
            _tell_closed(request, known, now())
        if user.is_authenticated:
            elsewhere = _admit(request, user, now())  # type: ignore[arg-type]
            if elsewhere is not None:
                return elsewhere
        return get_response(request)

    return middleware


def _admit(request: HttpRequest, user: User, at: datetime) -> HttpResponse | None:
    """Sets the person of a session; gives the page to go to first, or None."""
    found = person_for(user, at)
    if session.is_over(request, at, guarded=bool(found.roles & GUARDED)):
        return _close(request, "Votre session a pris fin. Connectez-vous de nouveau.")
    if not found.roles:
        request.left = True  # type: ignore[attr-defined]
        return _close(request, NOT_IN_FORCE.format(team=settings.VIGIE.team_email))
    if found.roles & GUARDED and not _may_guard(request, user):
        found = _unguarded(found)
        if not found.roles:
            return _close(request, PROCONNECT_ONLY, to_sign_in)
    if found.roles & SECOND_FACTOR and not session.second_factor_used(request, user):
        return _without_second_factor(request, user, found)
    request.person = found  # type: ignore[attr-defined]
    if user.terms_accepted_at is None and not _is_open(request, _TERMS):
        return go(request, reverse("accounts:terms"))
    return None


def _tell_closed(request: HttpRequest, known: int, at: datetime) -> None:
    """Somebody closed this session meanwhile (a habilitation taken back, an account archived): the page says so."""
    owner = User.objects.living().filter(pk=known).first()
    request.left = owner is None or not roles_in_force(owner, at)  # type: ignore[attr-defined]
    _close(request, NOT_IN_FORCE.format(team=settings.VIGIE.team_email) if request.left else CLOSED)  # type: ignore[attr-defined]


def _unguarded(found: Person) -> Person:
    """The same person without anything of the detection side."""
    empty: frozenset[str] = frozenset()
    return replace(
        found, roles=found.roles - GUARDED, departements=empty, nationwide=False, networks=empty, zone_label=""
    )


def _may_guard(request: HttpRequest, user: User) -> bool:
    """The detection side opens to a session of ProConnect, to any other only where a setting allows it."""
    return settings.VIGIE.local_sign_in_for_agents or session.by_proconnect(request, user)


def _without_second_factor(request: HttpRequest, user: User, found: Person) -> HttpResponse | None:
    """A role that asks for a second factor, in a session that did not use it: no right until it does."""
    if has_second_factor(user):
        return _close(request, "Connectez-vous avec votre second facteur.", to_sign_in)
    request.person = replace(found, roles=frozenset())  # type: ignore[attr-defined]
    return None if _is_open(request, _SET_UP) else go(request, reverse("mfa_activate_totp"))


def _close(request: HttpRequest, message: str, then: View | None = None) -> HttpResponse | None:
    """Closes the session; the request goes on as a visitor’s, or to the page given."""
    logout(request)
    messages.warning(request, message)
    return then(request) if then else None


def _is_open(request: HttpRequest, names: tuple[str, ...]) -> bool:
    return request.path.startswith(_ALWAYS_OPEN) or request.path in {reverse(name) for name in names}
