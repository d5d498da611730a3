"""What the settings do to every page: the band of an announcement, and the closed door of a maintenance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from vigie.accounts.access import person_of
from vigie.kernel.clock import now
from vigie.rights.reach import may
from vigie.tuning.actions import RIGHT
from vigie.tuning.queries import live
from vigie.tuning.rules import stays_open

RETRY_AFTER_SECONDS = 600
DESK = "/mon-bureau/"
WITHOUT_BAND = ("/static/", "/sante")
View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Band:
    """An announcement, as ``{% notice %}`` draws it."""

    title: str
    text: str = ""
    href: str = ""
    label: str = ""


def doors(get_response: View) -> View:
    """Under maintenance, a French page (503) in place of what is not administration or signing in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(WITHOUT_BAND):
            return get_response(request)
        at = now()
        if live("maintenance", at):
            if request.path == DESK and may(person_of(request), RIGHT):
                return redirect("tuning:settings")  # where signing in leads who may open the service again
            if not stays_open(request.path):
                return _closed(live("maintenance_text", at))
            request.notice = Band("Mode maintenance.", "Les autres pages sont fermées.")  # type: ignore[attr-defined]
        elif banner := live("banner", at):
            request.notice = Band(banner)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _closed(text: str) -> HttpResponse:
    response = HttpResponse(render_to_string("tuning/maintenance.html", {"text": text}), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
