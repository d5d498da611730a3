"""The team at its desk: journey (c), and « Qui serait notifié ? »."""

from __future__ import annotations

import re

import pytest

from tests.scenarios import journeys
from tests.scenarios.conftest import DESK, PHONE, RECALL_SECONDS, Someone, count_mails, sign_in, wait_for_mail
from tests.scenarios.journeys import BAKERY, EMPLOYMENT, TEAM

pytestmark = pytest.mark.browser

CALL = "Une entreprise attend votre appel"
SHORT = "Je cherche quelqu’un pour la vente."


def test_team_requalifies_a_held_request_adds_an_expert_and_sends(someone) -> None:
    head, reader, team = someone(PHONE), someone(DESK), someone(DESK)
    journeys.file_need(head, email="gerante@fournil.example", story=SHORT, look=False)
    sign_in(team, reader, TEAM, team=True)
    team.open("/equipe/sollicitations/")
    team.see("Sollicitations")
    wait_until_shown(team, BAKERY)
    team.check_accessible()
    team.picture("equipe-1-sollicitations")
    open_first(team, BAKERY)
    team.see("caractères")  # the guard that held it says why
    team.check_accessible()
    team.picture("equipe-2-sollicitation")

    team.press("Changer le sujet ou les réponses")
    choose_subject(team, "Trouver des clients, améliorer ses ventes")
    team.check_accessible()
    team.press("Enregistrer")
    team.see("Trouver des clients")

    team.page.get_by_label(re.compile("Ajouter un expert")).fill("Yvan Coste")
    team.press("Chercher")
    team.press("Ajouter Yvan Coste")
    team.see("Ajouté")
    team.check_accessible()
    send(team)

    team.see("Le besoin est devant ses experts")
    wait_for_mail(reader, EMPLOYMENT, "Trouver des clients")


def test_team_recalls_an_automatic_transmission_before_it_leaves(someone) -> None:
    head, reader, team = someone(PHONE), someone(DESK), someone(DESK)
    sign_in(team, reader, TEAM, team=True)
    before = count_mails(reader, "", CALL)

    story = "Mon four consomme trop : la facture d’électricité a doublé en un an. " * 2
    journeys.file_need(head, about=journeys.ENERGY, email="associe@fournil.example", story=story, look=False)
    private = journeys.follow(head)
    team.open("/equipe/sollicitations/?onglet=programmees")
    wait_until_shown(team, BAKERY, seconds=RECALL_SECONDS)
    team.press("Rappeler")
    confirm(team)
    team.page.wait_for_timeout((RECALL_SECONDS + 3) * 1000)

    assert count_mails(reader, "", CALL) == before
    head.open(private)
    head.see("Nous choisissons")


def test_simulator_says_who_would_be_told_and_why(someone) -> None:
    reader, team = someone(DESK), someone(DESK)
    sign_in(team, reader, TEAM, team=True)
    team.open("/equipe/qui-serait-notifie/")
    team.check_accessible()

    choose_subject(team, "Recruter un ou plusieurs salariés", press="")
    team.page.get_by_label(re.compile("Commune")).first.fill("Villefort")
    team.press("Voir qui serait notifié")

    team.see("CMA Lozère")
    team.see("France Travail")
    team.check_accessible()
    team.picture("equipe-3-qui-serait-notifie")


def choose_subject(team: Someone, label: str, press: str = "Voir les questions") -> None:
    box = team.page.get_by_label(re.compile("^Sujet")).first
    option = box.locator("option", has_text=label).first
    box.select_option(value=option.get_attribute("value"))
    if press:
        team.press(press)


def wait_until_shown(team: Someone, text: str, seconds: int = 30) -> None:
    """Reloads the page until the row is there: the analysis is done by the worker."""
    for _ in range(seconds * 2):
        if team.sees(text):
            return
        team.page.wait_for_timeout(500)
        team.page.reload()
    raise AssertionError(f"{text} never came: {team.page.inner_text('main')[:800]}")


def open_first(team: Someone, text: str) -> None:
    team.page.locator("main tbody tr", has_text=text).first.locator("th a").first.click()
    team.page.wait_for_load_state("domcontentloaded")


def confirm(team: Someone) -> None:
    """The second press of an act that first says what will happen."""
    button = team.page.locator("main details[open] form button, main dialog form button")
    if button.count():
        button.first.click()
        team.page.wait_for_load_state("domcontentloaded")


def send(team: Someone) -> None:
    send = re.compile("Notifier les experts sélectionnés")
    team.page.locator("main summary, main button", has_text=send).first.click()
    confirm(team)
