"""What every page needs around its content: brand, navigation, links, version, the present moment.

The shell asks nothing of the database. The portal sets ``request.nav`` (a sequence of NavItem) before the page is
drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest

from vigie.kernel import clock
from vigie.ui.components import Link, NavItem, mark_current

SERVICE = "Vigie"
TAGLINE = "Un conseiller public pour chaque entreprise"
# No RGAA audit yet: the mention is then « non conforme ».
ACCESSIBILITY = "non conforme"
CHART_SCRIPT = "dsfr-chart/DSFRChart/DSFRChart.js"
CHART_STYLE = "dsfr-chart/DSFRChart/DSFRChart.css"


@dataclass(frozen=True)
class Shell:
    """The frame of a page. ``person`` is the name shown in the header, empty for a visitor."""

    service: str
    tagline: str
    state_brand: bool
    version: str
    path: str
    person: str
    nav: tuple[NavItem, ...]
    footer: tuple[Link, ...]
    charts: bool
    sign_in: str = "/connexion/"
    sign_out: str = "/deconnexion/"


@cache
def charts_available() -> bool:
    """True when dsfr-chart was installed: without it, pages still give every figure in their tables."""
    return finders.find(CHART_SCRIPT) is not None


def footer_links(source_url: str) -> tuple[Link, ...]:
    """Help and opinion first, then the links that the law or the State's standards ask on every page."""
    return (
        Link("Besoin d’aide\u00a0?", "/aide/question/"),
        Link("Donner mon avis", "/votre-avis/"),
        Link("Plan du site", "/plan-du-site/"),
        Link("Statistiques", "/statistiques/"),
        Link("Nouveautés", "/nouveautes/"),
        Link(f"Accessibilité\u00a0: {ACCESSIBILITY}", "/accessibilite/"),
        Link("Mentions légales", "/mentions-legales/"),
        Link("Données personnelles", "/donnees-personnelles/"),
        Link("Code source", source_url),
    )


def person_name(request: HttpRequest) -> str:
    """The name of the person signed in, empty for a visitor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return getattr(user, "full_name", "") or str(user)


def shell(request: HttpRequest) -> dict[str, Shell | datetime]:
    """Context processor: gives ``shell`` and ``now``."""
    environment = settings.VIGIE
    return {
        "shell": Shell(
            service=SERVICE,
            tagline=TAGLINE,
            state_brand=environment.brand == "state",
            version=settings.VERSION,
            path=request.path,
            person=person_name(request),
            nav=mark_current(getattr(request, "nav", ()), request.path),
            footer=footer_links(environment.source_url),
            charts=charts_available(),
        ),
        "now": clock.now(),
    }
