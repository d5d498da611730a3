"""Journey (c) of the network: nobody answers; reminders leave on days 9 and 21, the need is given up on day 45."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.scenarios import journeys
from tests.scenarios.conftest import DESK, PHONE, Someone, sign_in, wait_for_mail
from tests.scenarios.journeys import BAKERY, CHAMBER, TEAM
from vigie.kernel.period import PARIS

pytestmark = pytest.mark.browser
NOTHING = "rien à envoyer"


def test_nobody_answers_and_each_thing_is_said_once(someone, manage: Callable[..., list[str]]) -> None:
    head, reader, team = someone(PHONE), someone(DESK), someone(DESK)
    journeys.file_need(head, look=False)
    private = journeys.follow(head)
    wait_for_mail(reader, CHAMBER, "Une entreprise attend votre appel")
    today = datetime.now(PARIS).replace(hour=8, minute=30)  # the service itself runs by the clock

    said = mornings(manage, today, (8, 9, 10, 21, 22, 45, 46))

    assert [said[day] for day in (8, 10, 22, 46)] == [NOTHING] * 4
    assert re.fullmatch(r"\d+ relances?, 1 entreprise avertie de la relance", said[9])
    assert re.fullmatch(r"\d+ dernières? chances?", said[21])
    assert said[45].endswith("1 besoin abandonné")

    sign_in(team, reader, TEAM, team=True)
    team.open("/equipe/suivi/?onglet=abandonnes")
    team.see(BAKERY)
    team.check_accessible()
    team.picture("equipe-4-suivi")
    team.page.locator("main table a", has_text=BAKERY).first.click()
    for told in ("Relance du neuvième jour", "Dernière chance", "Abandon du quarante-cinquième jour"):
        team.see(told)
    note(team)
    team.check_accessible()
    team.picture("equipe-5-suivi-besoin")
    head.open(private)
    head.see("Aucun conseiller n’a répondu")

    pages_of_the_team(team)


def mornings(manage: Callable[..., list[str]], today: datetime, days: tuple[int, ...]) -> dict[int, str]:
    """What the job says on each morning, run twice: the second time has nothing to say."""
    twice = [day for day in days for _ in range(2)]
    jobs = (["run_job", "send_reminders", "--at", (today + timedelta(days=day)).isoformat()] for day in twice)
    said = [text.strip().splitlines()[-1] for text in manage(*jobs)]
    assert said[1::2] == [NOTHING] * len(days)
    return dict(zip(days, said[::2], strict=True))


def note(team: Someone) -> None:
    team.fill("Nouvelle note", "Rappeler la chambre lundi matin.")
    team.press("Enregistrer la note")
    team.see("Rappeler la chambre lundi matin.")


def pages_of_the_team(team: Someone) -> None:
    """The labels, the standard answers, the baskets, the absences and the jobs, at both sizes."""
    team.open("/equipe/etiquettes/")
    team.fill("Nouvelle étiquette", "À rappeler")
    team.press("Créer")
    team.see("est créée")
    addresses = ("/equipe/suivi/", "/equipe/suivi/experts/", "/equipe/etiquettes/", "/equipe/modeles-de-refus/",
                 "/equipe/modeles-de-refus/nouveau/", "/absences/", "/equipe/travaux/")  # fmt: skip
    for size in (PHONE, DESK):
        team.page.set_viewport_size(size)
        for address in addresses:
            team.open(address)
            team.check_accessible()
    team.see("S’il était lancé maintenant")
