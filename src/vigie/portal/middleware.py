"""What every request goes through: security headers, compression, rate limits, refusals turned into pages."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control

from vigie.accounts import kept
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused, TooMany, TransitionRefused
from vigie.portal.nav import nav_for
from vigie.rights import limits

View = Callable[[HttpRequest], HttpResponse]

log = structlog.get_logger(__name__)
RETRY_AFTER_SECONDS = 10

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
)


def headers(get_response: View) -> View:
    """Headers that Django does not set by itself; pages of a signed-in person or behind a link are never stored."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if not request.path.startswith("/static/"):
            response.setdefault("X-Robots-Tag", "noindex" if _personal(request) else "all")
            if _personal(request) and "Cache-Control" not in response:
                patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def compressed(get_response: View) -> Callable[[HttpRequest], HttpResponseBase]:
    """Compresses the pages of visitors, five times lighter on a telephone; never those of a session.

    The length of a compressed page tells something of what it holds beside what its reader typed
    (docs/decisions/0042-pages-compressed-for-visitors.md).
    """
    packing = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        return response if _signed_in(request) else packing.process_response(request, response)

    return middleware


def _signed_in(request: HttpRequest) -> bool:
    return bool(getattr(getattr(request, "user", None), "is_authenticated", False))


def _personal(request: HttpRequest) -> bool:
    return _signed_in(request) or request.path.startswith(
        ("/ma-demande/", "/demande/", "/connexion/", "/mon-compte/", "/equipe/")
    )


def navigation(get_response: View) -> View:
    """The entries at the top of the page, from the person's rights."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.nav = nav_for(request.person)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def without_nul(get_response: View) -> View:
    """NUL characters are dropped from what is received: PostgreSQL stores none, and no page means one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.GET = _without_nul(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = _without_nul(request.POST)  # type: ignore[assignment]
        return get_response(request)

    return middleware


def _without_nul(received: QueryDict) -> QueryDict:
    if not any("\x00" in value for values in received.lists() for value in (values[0], *values[1])):
        return received
    kept = QueryDict(mutable=True)
    for name, values in received.lists():
        kept.setlist(name.replace("\x00", ""), [value.replace("\x00", "") for value in values])
    return kept


def rate_limit(get_response: View) -> View:
    """The limit on all pages of one address; finer limits are asked where the act is done."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(("/static/", "/sante")):
            try:
                limits.hit("page", limits.client_ip(request), now())
            except TooMany as refused:
                return refusal_page(request, refused)
        return get_response(request)

    return middleware


def refusals(get_response: View) -> View:
    """A refusal that no page turned into words of its own: 403, 409 or 429, in French, with what to do.

    A database that is locked, too slow or away is one too (503): an act is one transaction, so nothing is half written.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError):
            return unavailable_page(exception)
        return refusal_page(request, exception) if isinstance(exception, Refused) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page of a refusal, with its status."""
    told = {"message": refused.message_fr, "written": kept.written(request)}
    if isinstance(refused, TooMany):
        response = render(request, "429.html", told, status=429)
        response["Retry-After"] = str(refused.retry_after)
        return response
    if isinstance(refused, (Forbidden, TransitionRefused)):
        status = 403 if isinstance(refused, Forbidden) else 409
        return render(request, f"{status}.html", told, status=status)
    return render(request, "refused.html", told, status=400)


def unavailable_page(error: OperationalError) -> HttpResponse:
    """« Service interrompu », drawn without database, with the wait before trying again."""
    log.error("database_unavailable", error=type(error.__cause__ or error).__name__, exc_info=error)
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
