"""What people do, step by step, told once for all the journeys."""

from __future__ import annotations

import re
from typing import Any

from tests.scenarios.conftest import Someone

BAKERY = "FOURNIL DES TROIS LAVOIRS"
HEAD = "leonie.fabre@fournil.example"
CHAMBER = "maud.teyssier@cma.example"
EMPLOYMENT = "yvan.coste@france-travail.example"
ELSEWHERE = "ines.garnot@cma.example"
TEAM = "agnes.valmont@vigie.example"
STORY = (
    "Je cherche un boulanger pour remplacer un départ en retraite au mois de mai, en CDI à temps plein. "
    "J’ai déjà passé une annonce sur la vitrine, sans succès : personne ne se présente. Un logement est possible."
)


HIRING = ("Recruter, former", "Je veux recruter", ("premier recrutement", "trouvé la personne", "apprenti", "cadre"))
ENERGY = ("Écologie, énergie", "Je veux réduire ma consommation d’énergie", ())


def file_need(
    head: Someone,
    *,
    about: tuple[str, str, tuple[str, ...]] = HIRING,
    email: str = HEAD,
    story: str = STORY,
    look: bool = True,
) -> None:
    """The three steps of the form, from the home page to the confirmation. about: theme, subject, its questions."""
    theme, subject, questions = about
    head.open("/")
    head.press(theme)
    head.press(subject)
    _looked_at(head, look, "dirigeant-1-coordonnees")
    head.fill("Prénom et nom", "Léonie Fabre")
    head.fill("Téléphone", "04 66 01 02 03")
    head.fill("Adresse électronique", email)
    head.page.wait_for_timeout(3_100)  # the form refuses what no hand could type so fast
    head.press("Continuer")
    choose_bakery(head, look)
    head.fill("Votre besoin", story)
    for question in questions:
        answer(head, question, "Non")
    _looked_at(head, look, "dirigeant-3-description")
    head.press("Envoyer ma demande")
    head.see("Votre demande est envoyée")
    _looked_at(head, look, "dirigeant-4-confirmation")


def choose_bakery(head: Someone, look: bool = True) -> None:
    """The company, by its name."""
    head.page.locator("main input[type=text], main input[type=search]").first.fill("fournil trois lavoirs")
    if head.scripts:
        head.page.keyboard.press("Escape")
    head.page.locator("main form button").first.click()
    head.page.wait_for_load_state("domcontentloaded")
    _looked_at(head, look, "dirigeant-2-entreprise")
    head.press("C’est mon entreprise")


def answer(head: Someone, question: str, text: str) -> None:
    """One of the additional questions."""
    group = head.page.get_by_role("radiogroup", name=re.compile(question))
    group.get_by_text(text, exact=True).click()


def follow(head: Someone) -> str:
    """Opens the private page from the confirmation; gives its address."""
    head.press("Suivre ma demande")
    head.see("Ce qui s’est passé")
    return str(head.page.url)


def open_newest_need(expert: Someone) -> str:
    """Opens the newest need of the desk; gives its address."""
    expert.open("/besoins/")
    expert.page.locator("main table tbody tr", has_text=BAKERY).last.locator("a").first.click()
    expert.page.wait_for_load_state("domcontentloaded")
    expert.see("Mon intervention")
    return str(expert.page.url)


def need_link(reader: Someone) -> str:
    """The address of the need, as the mail just opened gives it."""
    found = re.search(r"https?://\S+/besoins/\d+/", reader.page.inner_text("main"))
    assert found, reader.page.inner_text("main")
    return found[0]


def _looked_at(person: Someone, look: bool, name: str) -> None:
    if look:
        person.check_accessible()
        person.picture(name)


def rows(person: Someone) -> list[Any]:
    """The rows of the table of the page, as text."""
    return [text.strip() for text in person.page.locator("main table tbody tr").all_inner_texts()]


def close_with_help(expert: Someone) -> None:
    """The closing names the help, who brings it, and its level."""
    expert.page.locator("summary, button", has_text=re.compile("Aide proposée|Une aide proposée")).first.click()
    form = expert.page.locator("form", has=expert.page.get_by_label(re.compile("Aide proposée|Quelle aide"))).first
    form.get_by_label(re.compile("Aide proposée|Quelle aide")).first.fill("Aide à la première embauche")
    provider = form.get_by_label(re.compile("organisme|Qui l’apporte", re.IGNORECASE)).first
    if not provider.input_value():
        provider.fill("Conseil régional")
    form.get_by_text("Régionale", exact=True).first.click()
    form.locator("button").first.click()
    expert.page.wait_for_load_state("domcontentloaded")
    expert.see("Aide à la première embauche")
