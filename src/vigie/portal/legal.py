"""The legal pages and the site map: their titles and the date of their last change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from vigie.matching.queries.public import landing_themes
from vigie.ui.components import Link


@dataclass(frozen=True)
class LegalPage:
    """A legal page. updated_on: shown, and to be moved with the text."""

    slug: str
    title: str
    updated_on: date


LEGAL_PAGES = {
    page.slug: page
    for page in (
        LegalPage("accessibilite", "Accessibilité", date(2026, 11, 21)),
        LegalPage("mentions-legales", "Mentions légales", date(2026, 11, 21)),
        LegalPage("donnees-personnelles", "Données personnelles", date(2026, 11, 21)),
        LegalPage("cookies", "Cookies", date(2026, 11, 21)),
        LegalPage("cgu", "Conditions générales d’utilisation", date(2026, 11, 21)),
        LegalPage("aide", "Aide", date(2026, 11, 21)),
    )
}


@dataclass(frozen=True)
class SiteMap:
    """Groups of links of the site map."""

    groups: tuple[tuple[str, tuple[Link, ...]], ...]


def site_map() -> SiteMap:
    """Every public page, by group."""
    themes = tuple(Link(theme.title, reverse("matching:theme", args=[theme.slug])) for theme in landing_themes())
    legal = tuple(Link(page.title, f"/{page.slug}/") for page in LEGAL_PAGES.values())
    service = (
        Link("Accueil", reverse("portal:home")),
        Link("Statistiques", reverse("statistics:public")),
        Link("Nouveautés", reverse("portal:news")),
        Link("Se connecter (conseillers)", "/connexion/"),
        Link("Besoin d’aide\u00a0?", reverse("support:help")),
        Link("Donner mon avis", reverse("support:opinion")),
    )
    return SiteMap((("Le service", service), ("Demander un rappel", themes), ("À propos", legal)))
