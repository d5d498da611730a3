"""The gallery: each component in all its states, on one page (development and tests only)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from vigie.kernel import clock
from vigie.kernel.text import fold
from vigie.ui import gallery_samples as samples
from vigie.ui.components import NavItem
from vigie.ui.forms import new_form_token

NAV = (
    NavItem("Accueil", "/"),
    NavItem("Composants", "/composants/", count=12),
    NavItem("Une rubrique", items=(NavItem("Une page", "/rubrique/"), NavItem("Une autre", "/autre/"))),
)


def gallery(request: HttpRequest) -> HttpResponse:
    """``/composants/`` (``?bureau``: as the desks show it); 404 in production."""
    if settings.VIGIE.production:
        raise Http404
    if "q" in request.GET and "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"results": propositions(request.GET["q"])})
    request.nav = NAV  # type: ignore[attr-defined]
    return render(request, "ui/gallery.html", gallery_context(request, clock.now()))


def propositions(text: str) -> list[dict[str, str]]:
    """The invented firms whose name holds the text: what the combobox of the gallery is fed with."""
    wanted = fold(text)
    return [
        {"value": siret, "label": name, "hint": place} for name, siret, place in samples.FIRMS if wanted in fold(name)
    ]


def gallery_context(request: HttpRequest, at: datetime) -> dict[str, object]:
    """The samples shown, made for the moment ``at``."""
    token = new_form_token()
    return {
        "frame": "ui/desk.html" if "bureau" in request.GET else "ui/public.html",
        "page": samples.page(at),
        "empty_form": samples.SampleForm(at=at, token=token),
        "wrong_form": samples.wrong_form(at, token),
        "filters": samples.FilterForm(request.GET or {"region": "84", "urgent": "on"}, auto_id="filtre_%s"),
        "list_page": Paginator(range(480), 20).get_page(request.GET.get("page", 7)),
    }
