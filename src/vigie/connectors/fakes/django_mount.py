"""The fakes under the demo's web server: ``path("fakes/<path:path>", fakes_view)``. Absent in production."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse

from vigie.connectors.fakes import modes, proconnect
from vigie.connectors.fakes.application import application

# The web workers of the demo agree on how a service misbehaves, and know each other's codes and keys.
modes.board.store = proconnect.store = cache


def fakes_view(request: HttpRequest, path: str) -> HttpResponse:
    """What the fake answers to this request."""
    if settings.VIGIE.production:
        raise Http404
    sent: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        sent["status"], sent["headers"] = int(status.split()[0]), headers

    body = request.body
    environ = {
        **request.META,
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/fakes/{path}",
        "REQUEST_METHOD": request.method,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    content = b"".join(application(environ, start_response))
    response = HttpResponse(content, status=sent["status"])
    for name, value in sent["headers"]:
        response[name] = value
    return response
