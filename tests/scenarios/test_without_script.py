"""Everything a company head and an expert do works with scripts off, by keyboard, and on the narrowest screen."""

from __future__ import annotations

import pytest

from tests.scenarios import journeys
from tests.scenarios.conftest import DESK, PHONE, count_mails, sign_in, wait_for_mail
from tests.scenarios.journeys import CHAMBER

pytestmark = pytest.mark.browser
CALL = "Une entreprise attend votre appel"


def test_request_and_answer_without_script(someone) -> None:
    head, expert, reader = (
        someone(PHONE, java_script_enabled=False),
        someone(DESK, java_script_enabled=False),
        someone(DESK),
    )

    before = count_mails(reader, CHAMBER, CALL)
    journeys.file_need(head, email="sans.script@fournil.example", look=False)
    journeys.follow(head)
    wait_for_mail(reader, CHAMBER, CALL, beyond=before)
    link = journeys.need_link(reader)
    sign_in(expert, reader, CHAMBER)
    expert.open("/besoins/")
    expert.see("Mes besoins")
    expert.open(link)
    expert.press("J’appelle")
    expert.see("Je clôture")

    wait_for_mail(reader, "sans.script@fournil.example", "va vous appeler")


def test_public_pages_fit_the_narrowest_screen_and_double_zoom(someone) -> None:
    for size in ({"width": 320, "height": 640}, {"width": 640, "height": 400}):
        visitor = someone(size)
        for path in (
            "/",
            "/themes/entreprise-en-difficulte/",
            "/demande/entreprise-en-difficulte/tresorerie/",
            "/aide/",
        ):
            assert visitor.open(path) == 200
            visitor.check_accessible()


def test_first_step_is_filled_by_keyboard_alone(someone) -> None:
    head = someone(PHONE)
    head.open("/demande/recrutement-formation/recruter/")
    keyboard = head.page.keyboard
    head.page.get_by_label("Prénom et nom").focus()

    keyboard.type("Léonie Fabre")
    keyboard.press("Tab")
    keyboard.type("0466010203")
    keyboard.press("Tab")
    keyboard.type("clavier@fournil.example")
    head.page.wait_for_timeout(3_100)
    keyboard.press("Enter")

    head.page.wait_for_url("**/entreprise/")
    head.see("Votre entreprise")


def test_errors_are_announced_and_lead_to_their_field(someone) -> None:
    head = someone(PHONE)
    head.open("/demande/recrutement-formation/recruter/")
    head.fill("Prénom et nom", "Léonie Fabre")
    head.fill("Adresse électronique", "leonie.fabre")
    head.page.wait_for_timeout(3_100)
    head.press("Continuer")

    head.see("adresse électronique n’est pas valide")
    assert head.page.get_by_label("Prénom et nom").input_value() == "Léonie Fabre"
    head.check_accessible()
