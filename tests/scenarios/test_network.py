"""Around the need: an adviser files after a visit and learns the outcome, an expert passes another need on, an
animator watches over his employment area and sees nothing of the next one.
"""

from __future__ import annotations

import re

import pytest

from tests.scenarios.conftest import DESK, PHONE, Someone, sign_in, wait_for_mail
from tests.scenarios.journeys import BAKERY, CHAMBER, close_with_help

pytestmark = pytest.mark.browser

EPCI = "claire.montel@intercommunalites.example"
CCI = "paul.dufresne@cci.example"
ANIMATOR = "lea.combes@intercommunalites.example"
NEXT_AREA = "malik.serrano@maisons-emploi.example"
VISITED = "gerante@fournil.example"
CALL = "Une entreprise attend votre appel"
HIRING = ("Recruter un ou plusieurs salariés", "Cherche un boulanger en CDI, logement possible.")
CLIENTS = ("Trouver des clients, améliorer ses ventes", "Voudrait livrer les cantines des communes voisines.")
ENERGY = ("Réduire sa consommation d’énergie", "Le four consomme trop.")


def test_an_adviser_files_two_needs_and_learns_the_outcome_and_an_expert_passes_one_on(someone) -> None:
    colleague, adviser, chamber, reader = someone(DESK), someone(DESK), someone(PHONE), someone(DESK)
    sign_in(colleague, reader, CCI)
    file_visit(colleague, [ENERGY], email="autre@fournil.example")

    # (a) she sees what others did, files two needs, and the company is told
    sign_in(adviser, reader, EPCI)
    file_visit(adviser, [HIRING, CLIENTS], look="conseiller", done="Autre besoin de cette entreprise")
    adviser.see("Les experts sont notifiés")
    adviser.check_accessible()
    adviser.picture("conseiller-5-besoins-deposes")
    wait_for_mail(reader, VISITED, "a transmis votre besoin")
    reader.see("Vous n’êtes pas d’accord")
    wait_for_mail(reader, CHAMBER, "Recruter")

    # (e) the expert takes charge, passes another need on, closes
    sign_in(chamber, reader, CHAMBER)
    open_need(chamber, "/besoins/", HIRING[0])
    chamber.see("Déposé par Claire Montel")
    chamber.press("J’appelle")
    chamber.press("L’entreprise a un autre besoin")
    chamber.check_accessible()
    chamber.picture("expert-4-autre-besoin")
    choose(chamber, "Sujet de l’autre besoin", "problème de trésorerie")
    chamber.fill("Ce que l’expert doit savoir", "Découvert à renégocier avant l’été.")
    agree(chamber)
    chamber.press("Confier ce besoin")
    chamber.see("est confié")
    chamber.see("Autre besoin confié")
    chamber.check_accessible()
    close_with_help(chamber)

    # the outcome comes back to her
    wait_for_mail(reader, EPCI, "L’issue du besoin")
    adviser.open("/besoins/deposes/?onglet=clotures")
    adviser.see("Aide à la première embauche")
    adviser.check_accessible()


def test_an_animator_reminds_reports_a_hole_and_sees_nothing_of_the_next_area(someone) -> None:
    adviser, animator, next_area, reader = someone(DESK), someone(PHONE), someone(DESK), someone(DESK)
    sign_in(adviser, reader, EPCI)
    file_visit(adviser, [HIRING], email="voisine@fournil.example")
    wait_for_mail(reader, CHAMBER, CALL)

    sign_in(animator, reader, ANIMATOR)
    animator.open("/animation/")
    animator.see("Qui attend")
    animator.see(BAKERY)
    animator.check_accessible()
    animator.picture("animateur-1-mon-territoire")
    link = open_need(animator, "/animation/", HIRING[0])
    animator.page.locator("summary", has_text="Relancer les experts").click()
    animator.see("un courriel")
    animator.check_accessible()
    animator.picture("animateur-2-besoin")
    animator.page.locator("details[open] form button", has_text="Relancer les experts").click()
    animator.see("un courriel part")
    animator.see("laissez-leur 3 jours")
    wait_for_mail(reader, CHAMBER, "Cette entreprise attend votre réponse")

    animator.press("Signaler un manque")
    animator.fill("Ce qui manque", "Deux boulangeries cherchent, personne ne rappelle.")
    animator.check_accessible()
    animator.press("Signaler ce manque")
    animator.see("À traiter")
    animator.check_accessible()
    animator.picture("animateur-3-manques")

    sign_in(next_area, reader, NEXT_AREA)
    next_area.open("/animation/?q=fournil")
    assert not next_area.sees(BAKERY)
    next_area.check_accessible()
    assert next_area.open(link) == 404


def file_visit(
    adviser: Someone, needs: list[tuple[str, str]], *, email: str = VISITED, look: str = "", done: str = ""
) -> None:
    """The four steps, from the company to the experts. done: what the page says that others did."""
    adviser.open("/visites/")
    _looked_at(adviser, look, "1-entreprise")
    adviser.page.get_by_label(re.compile("SIRET de l’entreprise")).fill("fournil trois lavoirs")
    adviser.page.keyboard.press("Escape")
    adviser.press("Rechercher")
    adviser.press("Choisir cette entreprise")
    adviser.fill("Prénom et nom", "Léonie Fabre")
    adviser.fill("Téléphone", "04 66 01 02 03")
    adviser.fill("Adresse électronique", email)
    adviser.page.get_by_label(re.compile("Date de la visite")).fill(_yesterday(adviser))
    agree(adviser)
    _looked_at(adviser, look, "2-personne-rencontree")
    adviser.press("Continuer")
    if done:
        adviser.see(done)
    for subject, words in needs:
        choose(adviser, "dans la liste", subject)
        adviser.press("Choisir ce sujet")
        adviser.fill("Le besoin", words)
        adviser.press("Garder ce besoin")
        adviser.see("est gardé")
    _looked_at(adviser, look, "3-besoins")
    adviser.press("Continuer : choisir les experts")
    _looked_at(adviser, look, "4-experts")
    adviser.press("Notifier les experts sélectionnés")


def choose(person: Someone, label: str, text: str) -> None:
    box = person.page.get_by_label(re.compile(label)).first
    box.select_option(value=box.locator("option", has_text=text).first.get_attribute("value"))


def agree(person: Someone) -> None:
    person.page.locator("label", has_text="L’entreprise est d’accord").click()


def open_need(person: Someone, path: str, subject: str) -> str:
    """Opens the newest need of the bakery about a subject; gives its address."""
    person.open(path)
    rows = person.page.locator("main table tbody tr", has_text=BAKERY)
    rows.filter(has_text=subject).last.locator("a").first.click()
    person.page.wait_for_load_state("domcontentloaded")
    person.see("Qui a reçu ce besoin")
    return str(person.page.url)


def _yesterday(person: Someone) -> str:
    return str(person.page.evaluate("new Date(Date.now() - 864e5).toISOString().slice(0, 10)"))


def _looked_at(person: Someone, look: str, name: str) -> None:
    if look:
        person.page.evaluate("scrollTo(0, 0)")
        person.check_accessible()
        person.picture(f"{look}-{name}")
