"""The doors of the pages: a session for some, a right on the service as a whole for others.

Rights on an object are asked by the queries (``allowed``), never here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from vigie.accounts import kept
from vigie.accounts.models import User
from vigie.rights.person import Person, PersonKind
from vigie.rights.reach import may

View = Callable[..., HttpResponseBase]


def person_of(request: HttpRequest) -> Person:
    """Who asks, as the middleware found."""
    person: Person = request.person  # type: ignore[attr-defined]
    return person


def account_of(request: HttpRequest) -> User:
    """The account of a page that is only for the signed-in."""
    assert request.user.is_authenticated
    return request.user


def signed_in(view: View) -> View:
    """Sends a visitor to the sign-in page, and back here afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person_of(request).kind is not PersonKind.USER:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def granted(action: str) -> Callable[[View], View]:
    """For the pages of an action on the service as a whole: without it, the page does not exist (404)."""

    def door(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(person_of(request), action):
                raise Http404
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return door


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, with the address to come back to; what a form sent is kept for the account that sent it."""
    return lead_first(request, reverse("account_login"), kept.SAID)


def lead_first(request: HttpRequest, url: str, said: str) -> HttpResponse:
    """A page that comes before the one asked for, and comes back to it; what a form sent is kept meanwhile.

    said: what the person is told when something is kept.
    """
    if request.method in {"GET", "HEAD"}:
        return go(request, _then(url, request.get_full_path()))
    found = kept.keep(request)
    if found is None:
        return go(request, url)
    messages.warning(request, said if found.key else kept.TOO_LONG)
    response = go(request, _then(url, found.page))
    kept.give(response, found)
    return response


def _then(url: str, back: str) -> str:
    return f"{url}?{urlencode({'next': back})}"


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Leads the whole page elsewhere, even when only a piece of it was asked for."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)
