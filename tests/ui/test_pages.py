"""The frame of the pages: structure, titles, error pages, and what a first visit weighs."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.http import Http404
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from tests.ui.drawn import Node, get, read
from vigie.ui import context, gallery
from vigie.ui.components import NavItem

UI = Path(gallery.__file__).parent
TEMPLATES = sorted(path for path in UI.parent.rglob("templates/**/*.html") if "/mail/" not in path.as_posix())
CSS = (UI / "static" / "ui" / "vigie.css").read_text(encoding="utf-8")
KILOBYTE = 1000


@pytest.fixture
def shown(at: datetime) -> Node:
    """The gallery, as a browser receives it."""
    request = get("/composants/")
    request.nav = gallery.NAV
    return read(render_to_string("ui/gallery.html", gallery.gallery_context(request, at), request))


# --- structure ------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("strict_templates")
def test_page_has_its_landmarks_its_title_and_one_main_heading(shown: Node) -> None:
    assert shown.one("html").attrs["lang"] == "fr"
    assert shown.one("html").attrs["data-fr-scheme"] == "system"
    assert shown.one("title").text == "Composants – Développement – Vigie"
    assert len(shown.all("h1")) == len(shown.all("main")) == len(shown.all("header")) == len(shown.all("footer")) == 1


def test_headings_go_down_one_level_at_a_time(shown: Node) -> None:
    levels = [int(node.tag[1]) for node in shown.one("main").all() if re.fullmatch(r"h[1-6]", node.tag)]

    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_no_identifier_stands_twice_and_every_reference_exists(shown: Node) -> None:
    ids = [node.attrs["id"] for node in shown.all() if "id" in node.attrs]
    assert len(ids) == len(set(ids))

    references = [
        reference
        for node in shown.all()
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls")
        for reference in node.attrs.get(name, "").split()
    ]
    assert set(references) <= set(ids)
    inside = {link.attrs["href"][1:] for link in shown.all("a") if link.attrs.get("href", "").startswith("#")}
    assert inside <= set(ids)


def test_every_control_and_link_and_button_has_a_name(shown: Node) -> None:
    labels = {label.attrs["for"] for label in shown.all("label") if "for" in label.attrs}
    for node in shown.all():
        if node.tag in {"select", "textarea"} or (node.tag == "input" and node.attrs.get("type") != "hidden"):
            assert node.attrs["id"] in labels, node.attrs
        if node.tag in {"a", "button", "summary"}:
            assert node.text or node.attrs.get("title"), node.attrs


def test_skip_links_come_first_and_lead_somewhere(shown: Node) -> None:
    links = [link.attrs.get("href") for link in shown.one("body").all("a")][:3]

    assert links == ["#contenu", "#menu-principal", "#pied"]


def test_navigation_marks_where_one_is(shown: Node) -> None:
    nav = shown.one("nav", "fr-nav")

    assert [link.text for link in nav.all("a", aria_current="page")] == ["Composants 12"]


def test_page_without_navigation_has_no_empty_menu() -> None:
    page = read(render_to_string("ui/public.html", request=get()))

    assert page.all("nav", "fr-nav") == []
    assert "#menu-principal" not in [link.attrs.get("href") for link in page.all("a")]


def test_messages_are_announced() -> None:
    messages = [Message(25, "Fait."), Message(40, "Raté <b>"), Message(30, "Attention."), Message(20, "Su.")]

    page = read(render_to_string("ui/desk.html", {"messages": messages}, get()))

    box = page.one("div", role="status")
    kinds = [sorted(alert.classes - {"fr-alert", "fr-alert--sm"}) for alert in box.all("div", "fr-alert")]
    assert kinds == [["fr-alert--success"], ["fr-alert--error"], ["fr-alert--warning"], ["fr-alert--info"]]
    assert box.all("b") == []


def test_desk_and_public_pages_differ_by_their_body_alone() -> None:
    public = render_to_string("ui/public.html", request=get())
    desk = render_to_string("ui/desk.html", request=get())

    assert public.replace("vg-public", "vg-desk") == desk


# --- errors ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["400", "403_csrf", "500", "503"])
@pytest.mark.usefixtures("strict_templates")
def test_error_page_that_stands_without_anything(code: str) -> None:
    page = read(engines["django"].get_template(f"{code}.html").render({}))

    assert f"Erreur {code[:3]}" in page.one("main").text
    assert page.one("main").one("a").attrs["href"] == "/"
    assert page.one("title").text.endswith("– Erreur – Vigie")


@pytest.mark.parametrize("code", ["403", "404", "429"])
@pytest.mark.usefixtures("strict_templates")
def test_error_page_in_the_frame_of_the_service(code: str) -> None:
    page = read(render_to_string(f"{code}.html", {"exception": "secret"}, get()))

    assert f"Erreur {code}" in page.one("main").text
    assert "secret" not in page.text


@pytest.mark.parametrize("code", ["403", "409"])
def test_refusal_gives_its_reason(code: str) -> None:
    page = read(render_to_string(f"{code}.html", {"message": "Ce besoin est traité par une autre antenne."}, get()))

    assert "Ce besoin est traité par une autre antenne." in page.one("main").text


# --- weight (W-10) --------------------------------------------------------------------------------------------------
def _weight(name: str) -> int:
    found = finders.find(name)
    assert found, name
    return len(gzip.compress(Path(found).read_bytes(), 9))


def _static(page: Node) -> list[str]:
    sources = [script.attrs["src"] for script in page.all("script")]
    sources += [link.attrs["href"] for link in page.all("link")]
    sources += [image.attrs["src"] for image in page.all("img")]
    return sorted({source.removeprefix("/static/") for source in sources})


def test_first_visit_fits_the_budget(settings: Any) -> None:
    settings.VIGIE = replace(django_settings.VIGIE, brand="state")  # the heavier one: it has the fonts
    request = get()
    request.nav = (NavItem("Accueil", "/"),)
    html = render_to_string("ui/public.html", request=request)

    files = _static(read(html))

    fonts = [f"dsfr/dist/fonts/Marianne-{weight}.woff2" for weight in ("Regular", "Medium", "Bold")]
    transferred = sum(_weight(name) for name in (*files, *fonts)) + len(gzip.compress(html.encode(), 9))
    assert transferred <= 350 * KILOBYTE
    assert len(files) + len(fonts) + 1 <= 10  # five more for icons make fifteen
    assert len(gzip.compress(html.encode(), 9)) <= 30 * KILOBYTE


def test_home_like_page_with_nine_drawings_fits_the_html_budget(shown: Node, at: datetime) -> None:
    request = get()
    html = render_to_string("ui/gallery.html", gallery.gallery_context(request, at), request)

    assert len(gzip.compress(html.encode(), 9)) <= 30 * KILOBYTE


def test_own_scripts_are_small_and_never_evaluate_text() -> None:
    scripts = sorted((UI / "static" / "ui").glob("*.js"))

    assert sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts) <= 15 * KILOBYTE
    for script in scripts:
        assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", script.read_text(encoding="utf-8"))


def test_no_script_is_fetched_for_old_browsers_and_none_is_written_in_the_page(shown: Node) -> None:
    for script in shown.all("script"):
        assert "nomodule" not in script.attrs
        assert script.attrs["src"].startswith("/static/")
        assert script.text == ""
    assert shown.all("style") == []
    assert [
        node.attrs for node in shown.all() if any(name == "style" or name.startswith("on") for name in node.attrs)
    ] == []


def test_htmx_is_loaded_only_where_asked_and_cannot_evaluate() -> None:
    assert "htmx" not in render_to_string("ui/public.html", request=get())

    asked = render_to_string("ui/htmx.html")

    assert '"allowEval": false' in asked
    assert '"includeIndicatorStyles": false' in asked
    assert finders.find(re.search(r'src="/static/([^"]+)"', asked)[1])  # type: ignore[index]


@pytest.mark.parametrize("present", [True, False])
def test_chart_scripts_are_asked_for_only_when_they_are_there(monkeypatch: pytest.MonkeyPatch, present: bool) -> None:
    monkeypatch.setattr(context, "charts_available", lambda: present)

    scripts = render_to_string("ui/chart_scripts.html", request=get())

    assert ("DSFRChart.js" in scripts) is present


# --- style sheet ----------------------------------------------------------------------------------------------------
def test_every_file_named_by_the_style_sheet_exists() -> None:
    names = set(re.findall(r"url\(\.\./([^)]+)\)", CSS))

    assert names
    assert [name for name in names if not finders.find(name)] == []


def test_every_icon_used_is_declared_and_every_icon_declared_is_real() -> None:
    sizes = {"fr-icon--xs", "fr-icon--sm", "fr-icon--md", "fr-icon--lg"}
    used = {icon for path in TEMPLATES for icon in re.findall(r"fr-icon-[a-z0-9-]+", path.read_text("utf-8"))} - sizes
    declared = set(re.findall(r"\.(fr-icon-[a-z0-9-]+)::", CSS))

    assert used <= declared


def test_templates_use_only_names_of_ours_that_the_style_sheet_or_the_script_knows() -> None:
    known = set(re.findall(r"\.(vg-[a-z0-9_-]+)", CSS))
    used = {
        name
        for path in TEMPLATES
        for value in re.findall(r'class="([^"]*)"', path.read_text("utf-8"))
        for name in re.findall(r"(?<![\w-])(vg-[a-z0-9_-]+(?:\{\{)?)", value)
    }
    begun = {name.removesuffix("{{") for name in used if name.endswith("{{")}  # the template's data end it

    assert {name for name in used if not name.endswith("{{")} - known == set()
    assert [name for name in begun if not any(one.startswith(name) and one != name for one in known)] == []


# --- gallery --------------------------------------------------------------------------------------------------------
def test_gallery_is_closed_in_production(settings: Any) -> None:
    settings.VIGIE = replace(django_settings.VIGIE, mode="production")

    with pytest.raises(Http404):
        gallery.gallery(get("/composants/"))


def test_gallery_answers_the_combobox() -> None:
    request = RequestFactory().get("/composants/", {"q": "viâduc"}, headers={"accept": "application/json"})

    assert b"Boulangerie du Viaduc" in gallery.gallery(request).content


def test_gallery_is_drawn() -> None:
    response = gallery.gallery(get("/composants/?page=3"))

    assert response.status_code == 200
    assert "Formulaire refusé" in response.content.decode()
