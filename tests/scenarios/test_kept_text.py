"""A message written while the session ended is found again after signing in, and is published once."""

from __future__ import annotations

import pytest

from tests.scenarios import journeys
from tests.scenarios.conftest import DESK, PHONE, sign_in, wait_for_mail
from tests.scenarios.journeys import CHAMBER

pytestmark = pytest.mark.browser
WORDS = "J’ai appelé deux fois.\nElle rappellera lundi <matin> & je préviens la Région."


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_a_message_sent_after_the_session_ended_is_found_again_in_its_form(someone, size) -> None:
    head, reader, expert = someone(PHONE), someone(DESK), someone(size)
    if size is PHONE:
        journeys.file_need(head, look=False)
        wait_for_mail(reader, CHAMBER, "Une entreprise attend votre appel")
    sign_in(expert, reader, CHAMBER)
    journeys.open_newest_need(expert)
    before = expert.page.get_by_text("Elle rappellera lundi").count()
    expert.fill("Votre message", WORDS)
    expert.context.clear_cookies(name="sessionid")
    expert.press("Publier")

    expert.see("Rien n’a été envoyé")
    expert.check_accessible()
    sign_in(expert, reader, CHAMBER, at=expert.page.url)
    expert.see("Votre saisie est gardée")
    expert.see("Votre texte est de nouveau dans le formulaire")
    expert.check_accessible()
    assert expert.page.get_by_label("Votre message").input_value() == WORDS
    expert.press("Publier")

    expert.page.get_by_text("Elle rappellera lundi").first.wait_for(state="visible")
    assert expert.page.get_by_text("Elle rappellera lundi").count() == before + 1
    assert not expert.sees("Votre saisie est gardée")
