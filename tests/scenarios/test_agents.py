"""The agents of detection, each as he works: from the list to the sheet, the file shared, its end, and the audit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.conftest import DESK, PHONE, Someone, built
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day

pytestmark = pytest.mark.browser
CRP, URSSAF, BANK, LEVEL_B, NATION = "Renaud Keller", "Karim Sellier", "Béatrice Noël", "Luc Barthe", "Nadia Thévenin"
REVIEWER, AUDITOR, ADMINISTRATOR, LEFT = "Yann Prigent", "Hélène Vasseur", "Tom Aguirre", "Sarah Lemoine"
URSSAF_ADDRESS = "karim.sellier@urssaf.example"
GARD = "/detection/?departement=30&sans_suivies=on"
LOOKED_AGAIN_MS = 21_000  # a page of a campaign looks at its lines again every twenty seconds


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with the territories of the agents and their lists, computed by the batch from invented raw files."""
    steps = ("build_world --size agents --quick", "setup_jobs", "build_example --small")
    return built("agents", *map(str.split, steps), factory=tmp_path_factory)


def enter(person: Someone, name: str) -> None:
    """Signs in with the fake ProConnect."""
    person.open("/connexion/")
    person.press("S’identifier avec ProConnect")
    person.press(name)


def look(person: Someone, picture: str = "") -> None:
    person.check_accessible()
    if picture:
        person.picture(picture)


def test_from_the_list_to_the_end_of_a_file_shared_with_a_colleague(someone) -> None:
    crp, urssaf = someone(DESK), someone(PHONE)
    enter(crp, CRP)
    name, siren = read_the_list_and_a_sheet(crp)
    say_what_one_thinks(crp, name, siren)
    file = open_a_file(crp, name, siren)
    answer_from_the_telephone(urssaf, name, file)
    move_the_card_by_hand(crp, name)
    end_the_file(crp, file)


def read_the_list_and_a_sheet(crp: Someone) -> tuple[str, str]:
    crp.open(GARD)
    crp.see("entreprises en alerte")
    hidden = "(e => e.scrollWidth - e.clientWidth)(document.querySelector('main .fr-table__container'))"
    assert crp.page.evaluate(hidden) == 0, "the usual columns of the list do not fit the screen of a desk"
    look(crp, "agent-1-liste")
    name, siren = first_firm(crp)
    crp.open(f"/detection/entreprises/{siren}/")
    crp.see("Ce qui fait monter le risque")
    look(crp, "agent-2-fiche")
    crp.press("Pourquoi")
    crp.see(name)
    look(crp)
    return name, siren


def say_what_one_thinks(crp: Someone, name: str, siren: str) -> None:
    """The opinion, which goes back to the batch."""
    crp.open(f"/detection/entreprises/{siren}/avis/")
    crp.page.get_by_text("Utile", exact=True).click()
    look(crp, "agent-3-avis")
    crp.press("Enregistrer mon avis")
    crp.open("/detection/avis/")
    crp.see(name)


def open_a_file(crp: Someone, name: str, siren: str) -> str:
    """With a colleague of another administration; gives its address."""
    crp.open(f"/accompagnements/entreprises/{siren}/")
    crp.press("Ouvrir un accompagnement")
    crp.fill("Prochaine étape", "Appeler le dirigeant")
    look(crp)
    crp.press("Ouvrir l’accompagnement")
    crp.see(name)
    look(crp, "agent-4-accompagnement")
    file = str(crp.page.url)
    crp.press("Ajouter une personne")
    look(crp)
    crp.fill("adresse électronique professionnelle", URSSAF_ADDRESS)
    crp.press("Ajouter", exact=True)
    crp.see(URSSAF)
    return file


def answer_from_the_telephone(urssaf: Someone, name: str, file: str) -> None:
    enter(urssaf, URSSAF)
    urssaf.open("/accompagnements/?vue=mes")
    urssaf.see(name)
    look(urssaf, "agent-5-telephone")
    urssaf.open(file)
    urssaf.see("Appeler le dirigeant")
    urssaf.open(f"{file}?onglet=codefi")
    urssaf.press("Commenter")
    urssaf.page.locator("main textarea").fill("Un échéancier de douze mois peut être proposé.")
    look(urssaf)
    urssaf.page.locator("main form button[type=submit]").last.click()
    urssaf.see("Un échéancier de douze mois")
    look(urssaf)


def move_the_card_by_hand(crp: Someone, name: str) -> None:
    """Dropped on a column, a card does what its button does; where it cannot go, it is said and nothing moves."""
    crp.open("/accompagnements/?forme=tableau")
    crp.see("Glissez une carte")
    for state, said in (("under_surveillance", "est maintenant sous surveillance"), ("in_progress", "reprend")):
        card = crp.page.locator("[data-vg-card]", has_text=name)
        lane = crp.page.locator("[data-vg-board]", has=card)
        drag(crp, card, lane.locator(f"[data-vg-state={state}]"))
        crp.see(said)
        lane.locator(f"[data-vg-state={state}]", has_text=name).wait_for()
        look(crp)
    card = crp.page.locator("[data-vg-card]", has_text=name)
    drag(crp, card, crp.page.locator("[data-vg-board]", has=card).locator("[data-vg-state=completed]"))
    crp.page.wait_for_url("**/terminer/")


def drag(person: Someone, card: Any, column: Any) -> None:
    """With the hand, at one height: a page that scrolls under a pressed button takes up another card."""
    card.scroll_into_view_if_needed()
    held, over, mouse = card.bounding_box(), column.bounding_box(), person.page.mouse
    height = held["y"] + 8
    mouse.move(held["x"] + 8, height)
    mouse.down()
    mouse.move(held["x"] + 24, height, steps=4)
    mouse.move(over["x"] + over["width"] / 2, height, steps=8)
    mouse.up()


def end_the_file(crp: Someone, file: str) -> None:
    """The talk and what it showed, the end, and the document that keeps it."""
    crp.open(f"{file}?onglet=codefi")
    crp.see("Un échéancier de douze mois")
    crp.open(file)
    crp.press("Noter un échange")
    crp.page.get_by_label("Date de l’échange").fill(paris_day(now()).isoformat())
    crp.page.get_by_text("Difficulté infirmée", exact=True).click()
    crp.page.get_by_label("Canal").select_option(index=1)
    look(crp)
    crp.press("Enregistrer")
    crp.see("Difficulté infirmée")
    crp.press("Terminer")
    look(crp)
    crp.press("Terminer l’accompagnement")
    crp.see("Terminé")
    look(crp, "agent-6-fin")

    # what was done leaves as a document, then at once as another: the page is still there
    for label, first_bytes in (("Word", b"PK"), ("PDF", b"%PDF")):
        with crp.page.expect_download() as made:
            crp.page.locator("form[action*=exporter] button", has_text=label).click()
        assert Path(made.value.path()).read_bytes().startswith(first_bytes)


def first_firm(person: Someone) -> tuple[str, str]:
    """The name and the SIREN of the first line of the list."""
    link = person.page.locator("main table tbody a[href*='/detection/entreprises/']").first
    siren = re.search(r"/entreprises/(\d{9})/", link.get_attribute("href") or "")
    assert siren
    return link.inner_text().strip(), siren[1]


def test_who_is_led_elsewhere_and_what_each_may_not_see(someone) -> None:
    # level B: the rules first, then the list without the debts
    level_b = someone(DESK)
    enter(level_b, LEVEL_B)
    level_b.open("/detection/")
    level_b.see("Règles de confidentialité")
    look(level_b, "agent-7-regles")

    nation = someone(DESK)
    enter(nation, NATION)
    nation.open("/detection/")
    nation.see("entreprises en alerte")
    assert not nation.sees("Dette Urssaf :")
    look(nation)

    bank = someone(DESK)
    enter(bank, BANK)
    bank.open("/detection/")
    bank.see("entreprises en alerte")
    look(bank)

    left = someone(DESK)
    enter(left, LEFT)
    left.see("Habilitation terminée")
    look(left)

    administrator = someone(DESK)
    enter(administrator, ADMINISTRATOR)
    assert administrator.open("/detection/") == 404
    look(administrator)


def test_a_zone_that_an_administrator_changes_changes_at_once_what_is_read(someone) -> None:
    bank, administrator = someone(PHONE), someone(DESK)
    enter(bank, BANK)
    bank.open("/detection/?departement=30")
    assert first_firm(bank)

    enter(administrator, ADMINISTRATOR)
    administrator.press("Références")
    administrator.press("Zones et réseaux")
    look(administrator)
    administrator.press("Languedoc-Roussillon")
    look(administrator)
    administrator.fill("Départements", "11 34 48 66")
    administrator.press("Enregistrer")
    administrator.see("ne liront plus : Gard (30)")
    look(administrator, "habilitations-2-zone")
    administrator.press("Confirmer le changement")
    administrator.see("accès retiré à")
    look(administrator)

    bank.open("/detection/")
    bank.see("entreprises en alerte")
    assert bank.page.get_by_label("Département", exact=True).locator("option[value='30']").count() == 0

    administrator.press("Références")
    administrator.press("Zones et réseaux")
    administrator.press("Réseaux")
    look(administrator)
    administrator.press("Profils de travail")
    look(administrator)
    administrator.press("Administrations")
    look(administrator)
    administrator.press("Nouvelle administration")
    administrator.press("Créer")
    administrator.see("Remplissez ce champ")
    look(administrator)


def test_the_reviewer_and_the_auditor_read_what_was_done(someone) -> None:
    crp, auditor, reviewer = someone(DESK), someone(DESK), someone(DESK)
    enter(crp, CRP)
    crp.open(GARD)
    _name, siren = first_firm(crp)
    crp.open(f"/detection/entreprises/{siren}/")

    enter(auditor, AUDITOR)
    auditor.open(f"/audit/?siren={siren}")
    auditor.see(CRP)
    look(auditor, "audit-1-entreprise")
    assert auditor.open(f"/detection/entreprises/{siren}/") == 404

    enter(reviewer, REVIEWER)
    reviewer.open("/habilitations/")
    for fold in reviewer.page.get_by_text("sans réponse attendue de vous").all():
        fold.click()
    reviewer.see(URSSAF)
    look(reviewer, "habilitations-1-agents")
    assert reviewer.open("/detection/") == 404


ADMINISTRATION = (
    "/administration/profils/?departement=30", "/administration/profils/?q=introuvable", "/administration/reglages/",
    "/administration/reglages/revue/", "/administration/reglages/maintenance/", "/administration/references/zones/",
    "/administration/references/zones/nouveau/", "/administration/references/profils/", "/administration/mots/",
    "/administration/mots/difficultes/nouveau/", "/administration/mots/difficultes/1/", "/administration/fonctions/",
    "/administration/mots/difficultes/1/reunir/", "/administration/etablissements-fermes/", "/administration/regards/",
    "/administration/confidentialite/", "/administration/simulateur/", "/usages/", "/mon-compte/",
)  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_administration_break_no_rule_of_accessibility(someone, size) -> None:
    administrator = someone(size)
    enter(administrator, ADMINISTRATOR)
    for path in ADMINISTRATION:
        assert administrator.open(path) == 200, path
        administrator.check_accessible()
    administrator.open("/administration/mots/difficultes/1/reunir/")
    administrator.page.locator("main form select").first.select_option(index=1)
    administrator.page.locator("main form button[type=submit]").last.click()
    administrator.see("Elle ne se défait pas")
    look(administrator)
    for closed in ("/detection/", "/accompagnements/", "/audit/", "/equipe/personnes/"):
        assert administrator.open(closed) == 404


def test_a_firm_that_a_colleague_takes_changes_its_line_without_reloading(someone) -> None:
    crp, bank = someone(DESK), someone(PHONE)
    for agent, name in ((crp, CRP), (bank, BANK)):
        agent.page.clock.install()
        enter(agent, name)
        agent.open("/campagnes/")
        agent.press("Appels d’automne")
    free = bank.page.locator("tr[data-vg-line]", has_text="À contacter").first
    rank = free.get_attribute("data-vg-line")
    line = f"document.querySelector('[data-vg-line=\"{rank}\"]').innerText"

    crp.page.locator(f"[data-vg-line='{rank}'] a").first.click()
    crp.press("Je prends contact")
    crp.see("Vous prenez cette entreprise")
    look(crp)
    bank.page.evaluate("window.stayed = true")
    bank.page.clock.fast_forward(LOOKED_AGAIN_MS)

    bank.wait_for(f"() => {line}.includes('{CRP}')")
    bank.see("Mis à jour")
    assert bank.page.evaluate("window.stayed"), "the page was loaded again"
    look(bank)


def test_two_bodies_become_one_and_the_history_says_it(someone) -> None:
    administrator = someone(PHONE)
    enter(administrator, ADMINISTRATOR)
    administrator.open("/administration/references/administrations/")
    administrator.press("Préfecture de la Lozère")
    administrator.press("Réunir")
    look(administrator)
    administrator.page.get_by_label("Celui ou celle qui reste").select_option(label="DREETS Occitanie")
    administrator.press("Voir ce qui changera")
    administrator.see("Elle ne se défait pas")
    look(administrator)
    administrator.press("Réunir", exact=True)

    administrator.see("C’est fait")
    administrator.see("A reçu les fiches de « Préfecture de la Lozère »")
    look(administrator)


def test_who_is_no_longer_a_public_agent_is_told_that_he_is_suspended(someone) -> None:
    agent = someone(PHONE)
    enter(agent, NATION)
    assert agent.open("/detection/") == 200
    agent.see("entreprises en alerte")

    agent.context.clear_cookies()  # her session is over: she signs in again
    agent.open("/connexion/")
    agent.press("S’identifier avec ProConnect")
    agent.page.get_by_text("sans être encore agent public").click()
    agent.press(NATION)

    agent.see("Habilitation à confirmer")
    agent.see("votre habilitation est suspendue")
    look(agent)
    agent.open("/detection/")
    agent.see("S’identifier avec ProConnect")


def test_an_agent_who_leaves_is_told_wherever_he_is(someone) -> None:
    agent, reviewer, gone = someone(DESK), someone(DESK), someone(PHONE)
    enter(gone, LEFT)
    gone.see("Habilitation terminée")
    look(gone)
    enter(agent, URSSAF)
    agent.open("/mon-compte/")
    agent.fill("Fonction", "Un texte que je viens de taper")

    enter(reviewer, REVIEWER)
    reviewer.open("/habilitations/")
    for fold in reviewer.page.get_by_text("sans réponse attendue de vous").all():
        fold.click()
    mine = reviewer.page.locator("section", has_text=URSSAF).first
    mine.get_by_text("Fermer").first.click()
    mine.locator("form button").last.click()
    reviewer.see(f"L’habilitation de {URSSAF} est fermée")

    agent.page.locator("main form button[type=submit]").first.click()
    agent.see("votre habilitation n’est plus en cours")
    agent.see("Rien n’a été envoyé ni gardé")
    look(agent)
    enter(agent, URSSAF)
    agent.see("Habilitation terminée")
