from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template.loader import render_to_string

from tests.ui.drawn import get, read
from vigie.ui import context
from vigie.ui.components import NavItem, mark_current

NAV = (NavItem("Accueil", "/"), NavItem("Besoins", "/besoins/", count=3), NavItem("Antennes", "/besoins/antennes/"))


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "Accueil"),
        ("/besoins/", "Besoins"),
        ("/besoins/12/", "Besoins"),
        ("/besoins/antennes/4/", "Antennes"),
        ("/ailleurs/", None),
    ],
)
def test_the_longest_address_is_the_current_one(path: str, current: str | None) -> None:
    marked = [item.label for item in mark_current(NAV, path) if item.current]

    assert marked == ([current] if current else [])


def test_a_mark_put_by_the_page_is_kept() -> None:
    items = (replace(NAV[0], current=True), NAV[1])

    assert mark_current(items, "/besoins/") == items


def test_a_menu_is_current_when_one_of_its_entries_is() -> None:
    menu = NavItem("Annuaire", items=(NavItem("Institutions", "/annuaire/"), NavItem("Personnes", "/personnes/")))

    besoins, annuaire = mark_current([NavItem("Besoins", "/besoins/"), menu], "/annuaire/12/")

    assert (besoins.current, annuaire.current) == (False, True)
    assert [entry.current for entry in annuaire.items] == [True, False]


def test_shell_reads_the_navigation_of_the_request() -> None:
    request = get("/besoins/12/")
    request.nav = NAV

    shell: Any = context.shell(request)["shell"]

    assert [item.label for item in shell.nav if item.current] == ["Besoins"]
    assert shell.person == ""
    assert shell.path == "/besoins/12/"


def test_person_signed_in_is_named() -> None:
    request = get()
    request.user = SimpleNamespace(is_authenticated=True, full_name="Camille Durand")

    assert context.shell(request)["shell"].person == "Camille Durand"


def test_header_of_a_person_offers_to_sign_out_by_post() -> None:
    request = get()
    request.user = SimpleNamespace(is_authenticated=True, is_anonymous=False, full_name="Camille Durand")

    header = read(render_to_string("ui/public.html", request=request)).one("header")

    form = header.one("form")
    assert (form.attrs["method"], form.attrs["action"]) == ("post", "/deconnexion/")
    assert form.all("input", name="csrfmiddlewaretoken")
    assert "Camille Durand" in header.text


@pytest.mark.parametrize(("brand", "marks"), [("neutral", 0), ("state", 2)])
def test_marks_of_the_state_are_shown_only_when_asked(settings: Any, brand: str, marks: int) -> None:
    settings.VIGIE = replace(django_settings.VIGIE, brand=brand)

    page = read(render_to_string("ui/public.html", request=get()))

    assert len(page.all("p", "fr-logo")) == marks
    assert page.one("html").attrs["data-vg-brand"] == brand


def test_footer_bears_the_links_that_the_law_asks(settings: Any) -> None:
    footer = read(render_to_string("ui/public.html", request=get())).one("footer")

    links = {link.attrs["href"]: link.text for link in footer.all("a", "fr-footer__bottom-link")}
    assert links["/accessibilite/"] == "Accessibilité : non conforme"
    assert links["/mentions-legales/"] == "Mentions légales"
    assert links["/donnees-personnelles/"] == "Données personnelles"
    assert links["/plan-du-site/"] == "Plan du site"
    assert links[settings.VIGIE.source_url] == "Code source"
