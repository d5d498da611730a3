"""Pages that cross subjects: home, « mon bureau », health, legal pages, errors."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from vigie.accounts import kept
from vigie.kernel.clock import now
from vigie.matching.queries.public import home_page
from vigie.portal.legal import LEGAL_PAGES, site_map
from vigie.portal.middleware import unavailable_page
from vigie.portal.nav import nav_for
from vigie.portal.news import all_news
from vigie.rights.person import PersonKind
from vigie.rights.reach import may
from vigie.rights.table import Role

PERSONAL = (
    "/equipe/",
    "/besoins/",
    "/visites/",
    "/animation/",
    "/manques/",
    "/detection/",
    "/mon-",
    "/ma-demande/",
    "/demande/",
    "/demo/",
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """« Un conseiller public vous rappelle. »"""
    return render(request, "matching/public/home.html", {"page": home_page(now())})


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Leads each person to the page where his work waits."""
    person = request.person  # type: ignore[attr-defined]
    if person.kind is not PersonKind.USER:
        return redirect(settings.LOGIN_URL)
    if person.is_team:
        return redirect("matching:queue")
    if may(person, "list.view"):
        return redirect("watchlists:list")
    if may(person, "audit.read"):
        return redirect("audit:register")
    if person.roles & {Role.EXPERT, Role.MANAGER}:
        return redirect("matching:desk")
    if may(person, "run.view"):
        return redirect("watchlists:runs")
    if Role.REFERENCES in person.roles:
        return redirect("followup:words_home")
    if may(person, "network.view"):
        return redirect("matching:territory")
    if may(person, "visit.file"):
        return redirect("matching:filed")
    first = nav_for(person)[0]
    return redirect(first.href or first.items[0].href)


@require_safe
def legal(request: HttpRequest, slug: str) -> HttpResponse:
    """A legal page, filled from the settings."""
    page = LEGAL_PAGES[slug]
    return render(request, f"portal/legal/{slug}.html", {"page": page, "vigie": settings.VIGIE})


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """``/nouveautes/``: what changed, for those who use the service."""
    return render(request, "portal/news.html", {"news": all_news()})


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The site map."""
    return render(request, "portal/site_map.html", {"page": site_map()})


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing of the database."""
    return JsonResponse({"etat": "ok", "version": settings.VERSION})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and its schema is the one of the code."""
    try:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"etat": "base de données injoignable"}, status=503)
    if pending:
        return JsonResponse({"etat": f"{pending} migration(s) à appliquer"}, status=503)
    return JsonResponse({"etat": "ok"})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: the public pages."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {path}" for path in PERSONAL]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116: whom to tell of a weakness."""
    site = settings.VIGIE.site_url
    expires = (now() + timedelta(days=180)).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    lines = (
        f"Contact: mailto:{settings.VIGIE.team_email}",
        f"Expires: {expires}",
        "Preferred-Languages: fr, en",
        f"Canonical: {site}{reverse('portal:security_txt')}",
        f"Policy: {settings.VIGIE.source_url}/SECURITY.md",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", {}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {"written": kept.written(request)}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", {"written": kept.written(request)}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: a page that needs neither database nor context.

    What fails before the page is reached (session, account) comes here: a database that is away is told as such.
    """
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError):
        return unavailable_page(error)
    return render(None, "500.html", {}, status=500)  # type: ignore[arg-type]


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", {}, status=403)
