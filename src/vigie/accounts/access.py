"""The doors of the pages: a session for some, a right on the service as a whole for others.

Rights on an object are asked by the queries (``allowed``), never here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from vigie.accounts import kept, session
from vigie.accounts.identity_rules import RECENT
from vigie.accounts.models import User
from vigie.kernel.clock import now
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


def recently_authenticated(view: View) -> View:
    """For sensitive acts (an export of more than 500 rows, looking through somebody's eyes, changing rights).

    The person must have proved who he is within the last fifteen minutes (ProConnect, or a code of his application);
    else he is led to prove it again, then back to this page, or to the one whose form he sent: he sends it again, for
    nothing was done. Put it under ``granted`` or ``signed_in``; call ``confirm_first`` instead when only the content
    of the act tells whether it is sensitive.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return confirm_first(request) or view(request, *args, **kwargs)

    return guarded


def confirm_first(request: HttpRequest, back: str = "") -> HttpResponse | None:
    """The page on which the person proves who he is again; None when he did within the last fifteen minutes.

    back: where he comes back to; empty: this page, or that whose form he sent.
    """
    if session.proved_within(request, account_of(request), RECENT, now()):
        return None
    back = back or _asked_from(request)
    return go(request, f"{reverse('confirm_identity')}?{urlencode({'next': back})}")


def confirm_keeping(request: HttpRequest) -> HttpResponse | None:
    """The same as ``confirm_first``, for a form: what it sent is kept, and found again afterwards."""
    if session.proved_within(request, account_of(request), RECENT, now()):
        return None
    return lead_first(request, reverse("confirm_identity"), kept.PROVE)


def _asked_from(request: HttpRequest) -> str:
    """This page, or that whose form was sent; empty when the browser does not say which."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    sent_from = urlsplit(request.headers.get("referer", ""))
    return f"{sent_from.path}?{sent_from.query}".rstrip("?") if sent_from.netloc == request.get_host() else ""


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, with the address to come back to; what a form sent is kept for the account that sent it."""
    return lead_first(request, reverse("account_login"), kept.SAID)


def lead_first(request: HttpRequest, url: str, said: str) -> HttpResponse:
    """A page that comes before the one asked for, and comes back to it; what a form sent is kept meanwhile.

    said: what the person is told when something is kept.
    """
    if request.method in {"GET", "HEAD"}:
        return go(request, _then(url, request.get_full_path()))
    if getattr(request, "left", False):  # of somebody who may not come back: nothing is kept
        messages.warning(request, kept.LEFT)
        return go(request, url)
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
