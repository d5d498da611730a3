"""From the company head's telephone to the expert's outcome: journeys (a), (b) and (d)."""

from __future__ import annotations

import pytest

from tests.scenarios import journeys
from tests.scenarios.conftest import DESK, PHONE, mails_to, sign_in, wait_for_mail
from tests.scenarios.journeys import BAKERY, CHAMBER, ELSEWHERE, EMPLOYMENT, HEAD

pytestmark = pytest.mark.browser


def test_a_baker_is_called_by_the_right_people_and_sees_the_outcome(someone) -> None:
    head, reader, chamber, employment = someone(PHONE), someone(DESK), someone(DESK), someone(PHONE)

    # (a) on a telephone, a baker of a small commune asks for help to hire
    journeys.file_need(head)
    private = journeys.follow(head)
    head.check_accessible()
    wait_for_mail(reader, CHAMBER, "Une entreprise attend votre appel")
    wait_for_mail(reader, EMPLOYMENT, "Une entreprise attend votre appel")
    link = journeys.need_link(reader)
    wait_for_mail(reader, HEAD, "Votre demande est bien arrivée")
    assert not [line for line in mails_to(reader, ELSEWHERE) if "attend votre appel" in line]

    # (b) one expert takes charge
    sign_in(chamber, reader, CHAMBER)
    chamber.see("Mes besoins")
    chamber.check_accessible()
    chamber.picture("expert-1-mes-besoins")
    assert journeys.open_newest_need(chamber) == link
    chamber.check_accessible()
    chamber.picture("expert-2-besoin")
    chamber.press("J’appelle")
    chamber.see("En cours")
    wait_for_mail(reader, HEAD, "va vous appeler")

    # the other sees it, and they talk
    sign_in(employment, reader, EMPLOYMENT)
    employment.open(link)
    employment.see("En cours")
    employment.fill("Votre message", "J’ai deux candidats, je vous les présente demain ?")
    employment.press("Publier")
    employment.see("J’ai deux candidats")
    employment.check_accessible()
    wait_for_mail(reader, CHAMBER, "vous écrit")
    chamber.open(link)
    chamber.see("J’ai deux candidats")

    # the outcome and the help are recorded
    journeys.close_with_help(chamber)
    chamber.check_accessible()
    chamber.picture("expert-3-cloture")
    wait_for_mail(reader, HEAD, "Aide à la première embauche")
    head.open(private)
    head.see("Aide à la première embauche")
    head.check_accessible()
    head.picture("dirigeant-5-suivi")

    # (d) an unrelated expert who types the address finds nothing
    stranger = someone(DESK)
    sign_in(stranger, reader, ELSEWHERE)
    assert stranger.open(link) == 404
    assert not stranger.sees(BAKERY)
    stranger.check_accessible()
