"""The gallery in a real browser: keyboard, telephone, no script, strict security policy, accessibility rules."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("socket_enabled")]

MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
PATH = "/composants/"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    """The gallery served alone, without database, under the product's security policy."""
    with override_settings(ROOT_URLCONF="tests.ui.urls", MIDDLEWARE=MIDDLEWARE, WHITENOISE_USE_FINDERS=True):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PATH}"
        server.shutdown()
        server.server_close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """Chromium, rid of what the test opened in it."""
    yield chromium
    for context in chromium.contexts:
        context.close()


def opened(browser: Any, address: str, width: int = 1280, **options: Any) -> Any:
    """A page, with what it complained of in ``page.complaints`` and what it asked for in ``page.asked``."""
    page = browser.new_context(viewport={"width": width, "height": 800}, **options).new_page()
    page.complaints, page.asked = [], []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_rule_is_broken(browser: Any, address: str, width: int, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, address, width, color_scheme=theme)
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(one => one.parentNode.open = true)")

    found = Axe().run(page).response["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []
    assert page.complaints == []
    assert page.locator("html").get_attribute("data-fr-theme") == theme


@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_sticks_out_of_a_telephone(browser: Any, address: str, scripts: bool) -> None:
    page = opened(browser, address, 320, java_script_enabled=scripts)

    widest = max(box["x"] + box["width"] for one in page.locator("main > *").all() if (box := one.bounding_box()))

    assert widest <= 320


def test_without_script_the_menu_and_the_way_back_are_there(browser: Any, address: str) -> None:
    page = opened(browser, address, 360, java_script_enabled=False)

    menu = page.locator("#menu-principal")
    assert menu.get_by_role("link", name="Composants").is_visible()
    assert menu.get_by_role("link", name="Une page").is_visible()  # what a menu holds is shown, not hidden
    assert menu.get_by_role("button", name="Une rubrique").count() == 0
    assert page.get_by_role("link", name="Espace des conseillers").is_visible()
    assert page.get_by_role("link", name="Aide aux entreprises").is_visible()
    assert page.get_by_role("button", name="Paramètres d’affichage").count() == 0


def test_nothing_is_asked_of_another_host(browser: Any, address: str) -> None:
    page = opened(browser, address)

    assert {url.split("/")[2] for url in page.asked} == {address.split("/")[2]}


def test_no_layout_jump(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.add_init_script(
        "window.jump = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.jump += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")

    assert page.evaluate("window.jump") <= 0.05


def test_combobox_by_keyboard(browser: Any, address: str) -> None:
    page = opened(browser, address)
    field = page.get_by_role("combobox", name="Nom de l’entreprise (facultatif)").first

    field.press_sequentially("boulangerie")
    page.get_by_role("option", name="Boulangerie du Viaduc").wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("Enter")

    assert field.input_value() == "Boulangerie du Viaduc"
    assert len(page.locator("input[name=company_siret]").first.input_value()) == 14
    assert field.get_attribute("aria-expanded") == "false"

    field.press("x")
    assert page.locator("input[name=company_siret]").first.input_value() == ""


def test_combobox_closes_by_escape_and_says_when_there_is_nothing(browser: Any, address: str) -> None:
    page = opened(browser, address)
    field = page.get_by_role("combobox", name="Nom de l’entreprise (facultatif)").first

    field.press_sequentially("boul")
    page.get_by_role("listbox", name="Propositions").wait_for()
    field.press("Escape")
    assert page.get_by_role("listbox", name="Propositions").count() == 0

    field.fill("introuvable")
    page.get_by_text("Aucune proposition.").first.wait_for(state="attached")


@pytest.mark.parametrize("leaving", ["Tab", "Escape"])
def test_an_answer_that_comes_late_does_not_open_over_the_next_field(browser: Any, address: str, leaving: str) -> None:
    page = opened(browser, address)
    field = page.get_by_role("combobox", name="Nom de l’entreprise (facultatif)").first
    asked: list[Any] = []
    page.route(re.compile(r"[?&]q="), lambda route: asked.append(route))

    with page.expect_request(re.compile(r"[?&]q=")):
        field.press_sequentially("boulangerie")
    field.press(leaving)
    page.wait_for_timeout(300)
    for route in asked:
        route.continue_()
    page.wait_for_timeout(700)

    assert page.get_by_role("listbox", name="Propositions").count() == 0


def test_hostile_proposition_is_shown_as_text(browser: Any, address: str) -> None:
    page = opened(browser, address)

    page.get_by_role("combobox", name="Nom de l’entreprise (facultatif)").first.press_sequentially("script")

    page.get_by_role("option", name="<script>alert(1)</script>").wait_for()
    assert page.complaints == []


def test_counter_follows_what_is_typed(browser: Any, address: str) -> None:
    page = opened(browser, address)
    text = page.locator("#id_description")

    text.fill("é" * 190)
    assert "10 caractères encore possibles" in page.locator("#id_description_limit").inner_text()
    text.fill("é" * 201)
    assert "1 caractère en trop" in page.locator("#id_description_limit").inner_text()


def test_counter_of_a_form_that_came_back_too_long_says_so_at_once(browser: Any, address: str) -> None:
    page = opened(browser, address)

    counter = page.locator("#refuse_description_limit")

    assert "caractères en trop" in counter.inner_text()
    assert "vg-counter--over" in counter.get_attribute("class")


def test_brand_of_the_state_stays_within_three_fonts(browser: Any, address: str) -> None:
    state = replace(settings.VIGIE, brand="state")

    with override_settings(VIGIE=state):
        page = opened(browser, address)

    assert len({url for url in page.asked if ".woff2" in url}) == 3


def test_second_press_sends_nothing(browser: Any, address: str) -> None:
    page = opened(browser, address)
    page.evaluate(
        "window.sent = 0; addEventListener('submit', event => {"
        "  if (!event.defaultPrevented) window.sent += 1;"
        "  event.preventDefault(); })"
    )

    page.get_by_role("button", name="J’appelle").click()
    page.get_by_role("button", name="J’appelle").click()

    assert page.evaluate("window.sent") == 1


def test_each_format_of_a_file_is_another_wish(browser: Any, address: str) -> None:
    """A file comes down and the page stays: the second format is not a second press."""
    page = opened(browser, address)
    page.evaluate(
        "window.asked = [];"
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<form method=post id=files>"
        "<button name=format value=pdf>PDF</button><button name=format value=docx>DOCX</button></form>');"
        "addEventListener('submit', event => {"
        "  if (!event.defaultPrevented) window.asked.push(event.submitter.value);"
        "  event.preventDefault(); })"
    )

    for name in ("pdf", "pdf", "docx", "docx"):
        page.locator(f"#files [value={name}]").click()

    assert page.evaluate("window.asked") == ["pdf", "docx"]


def test_keys_move_from_row_to_row_only_inside_the_list(browser: Any, address: str) -> None:
    page = opened(browser, address)
    links = page.locator("table[data-vg-keys] tbody a[href^='/besoins']")

    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('table')") is None
    links.nth(0).focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")

    assert links.nth(1).evaluate("one => one === document.activeElement")


def test_errors_take_the_focus(browser: Any, address: str) -> None:
    page = opened(browser, address)

    assert page.evaluate("document.activeElement.hasAttribute('data-vg-errors')")


def test_menu_opens_and_closes_on_a_telephone(browser: Any, address: str) -> None:
    page = opened(browser, address, 360)

    menu = page.locator("#menu-principal")
    page.get_by_role("button", name="Menu").click()
    menu.get_by_role("link", name="Composants").wait_for()
    assert not menu.get_by_role("link", name="Une page").is_visible()
    menu.get_by_role("button", name="Une rubrique").click()
    menu.get_by_role("link", name="Une page").wait_for()
    page.keyboard.press("Escape")
    menu.get_by_role("link", name="Composants").wait_for(state="hidden")


def test_theme_is_chosen_and_kept(browser: Any, address: str) -> None:
    page = opened(browser, address)

    page.get_by_role("button", name="Paramètres d’affichage").click()
    page.get_by_text("Thème sombre").click()
    page.reload()

    assert page.locator("html").get_attribute("data-fr-theme") == "dark"
