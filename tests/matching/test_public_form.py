"""The three steps: what is kept, what is refused and in which words, and that nothing is sent twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.matching.public_pages import CLOSED_ON, Page, Visitor, an_establishment, siret
from tests.matching.test_public_journey import ANSWERS, CONTACT, NEED
from vigie.companies import lookup
from vigie.journal.jobs import queued
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import NotFound, Unavailable
from vigie.matching.actions.filling import address_hash
from vigie.matching.links import Purpose, token
from vigie.matching.models import RefusalTemplate, Solicitation, SpamAddress

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "landing", "_register_knows_nothing")]

FORM = "/demande/recrutement-formation/recruter/"
PROJECT = "/demande/cession-reprise/reprendre-entreprise/"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnitset\u202c",
    "a\u200bb\u0000c",
    "e" + "\u0301" * 10_000,
    "{{7*7}} %s ../../etc/passwd 🥖",
    "Objet\r\nBcc: tous@exemple.example",
)


class Register:
    """The outside register, which may not answer."""

    def __init__(self) -> None:
        self.failure: Exception = NotFound("recherche-entreprises", "none")

    def fails(self, *_: Any, **__: Any) -> Any:
        raise self.failure

    def search(self, *_: Any, **__: Any) -> list[Any]:
        if isinstance(self.failure, NotFound):
            return []
        raise self.failure


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def _register_knows_nothing(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup.recherche_entreprises, "by_siret", register.fails)
    monkeypatch.setattr(lookup.recherche_entreprises, "by_siren", register.fails)
    monkeypatch.setattr(lookup.recherche_entreprises, "search", register.search)


def at_company(visitor: Visitor, url: str = FORM, **changes: str) -> Page:
    return visitor.send(visitor.open(url), **{**CONTACT, **changes})


def at_description(visitor: Visitor) -> Page:
    an_establishment()
    return visitor.choose(visitor.send(at_company(visitor), q=siret(1)))


def only() -> Solicitation:
    return Solicitation.objects.get()


# --- first step -------------------------------------------------------------------------------------------------------
def test_the_request_exists_from_the_first_step(visitor: Visitor) -> None:
    page = at_company(visitor, phone="+33 1 23 45 67 89", email="Camille@Fournil,example")

    kept = only()
    assert (kept.state, kept.full_name) == ("step_company", "Camille Fournil")
    assert (kept.phone, kept.email) == ("01 23 45 67 89", "camille@fournil.example")
    assert "Étape 2 sur 3" in page.text
    assert "Gardez ce lien" in page.text


def test_the_provenance_of_a_visitor_is_kept_and_cut(visitor: Visitor) -> None:
    at_company(visitor, FORM + "?mtm_campaign=" + "a" * 200 + "&autre=1")

    assert only().provenance == {"mtm_campaign": "a" * 80}


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "", "Indiquez votre adresse électronique."),
        ("email", "camille", "Cette adresse électronique n’est pas valide."),
        ("email", "camille@yopmail.com", "Cette adresse est temporaire"),
        ("phone", "", "Indiquez un numéro où vous joindre."),
        ("phone", "12", "Ce numéro de téléphone n’est pas valide."),
        ("phone", "appelez-moi", "Ce numéro de téléphone n’est pas valide."),
        ("full_name", "", "Indiquez votre prénom et votre nom."),
        ("full_name", "a" * 200, "Ce texte est trop long"),
    ],
)
def test_a_wrong_contact_comes_back_as_it_was(visitor: Visitor, field: str, typed: str, said: str) -> None:
    page = at_company(visitor, **{field: typed})

    assert said in page.text
    assert page.form_with("email")["values"][field] == typed
    assert not Solicitation.objects.exists()


def test_an_address_that_looks_mistyped_is_asked_about_once(visitor: Visitor) -> None:
    asked = at_company(visitor, email="camille@gmial.com")

    assert "Vouliez-vous dire « camille@gmail.com » ?" in asked.text
    visitor.send(asked, full_name="Camille Fournil")
    assert only().email == "camille@gmial.com"


def test_a_trap_filled_creates_nothing_and_says_why(visitor: Visitor) -> None:
    page = visitor.send(visitor.open(FORM), **CONTACT, website="https://exemple.example")

    assert "Videz ce champ" in page.text
    assert not Solicitation.objects.exists()


def test_a_form_sent_at_once_is_refused_then_accepted(visitor: Visitor) -> None:
    form = visitor.open(FORM)
    values = {**form.form_with("email")["values"], **CONTACT}

    refused = visitor.client.post(FORM, values)

    assert "trop vite" in refused.content.decode()
    assert not Solicitation.objects.exists()
    visitor.clock.pass_seconds(10)
    assert visitor.client.post(FORM, values).status_code == 302


def test_the_same_form_sent_twice_gives_one_request(visitor: Visitor) -> None:
    form = visitor.open(FORM)
    visitor.send(form, **CONTACT)
    page = visitor.send(form, **CONTACT)

    assert Solicitation.objects.count() == 1
    assert "Étape 2 sur 3" in page.text


def test_the_thirty_first_request_of_a_connection_waits(visitor: Visitor) -> None:
    for _ in range(30):
        at_company(visitor)
    page = at_company(visitor)

    assert page.status == 429
    assert "Trop de demandes ont été envoyées depuis votre connexion" in page.text
    assert page.form_with("email")["values"]["email"] == CONTACT["email"]
    assert Solicitation.objects.count() == 30


def test_contact_is_corrected_before_sending(visitor: Visitor) -> None:
    contact = visitor.follow(at_company(visitor), "Revenir à vos coordonnées")
    assert contact.form_with("email")["values"]["full_name"] == "Camille Fournil"

    page = visitor.send(contact, phone="0199887766")

    assert only().phone == "01 99 88 77 66"
    assert "Étape 2 sur 3" in page.text


# --- second step ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("29000001700018", "erreur de frappe"),
        ("290 000 01", "Aucune entreprise ne répond"),
        ("ab", "Écrivez au moins trois lettres"),
        ("introuvable", "Aucune entreprise ne répond"),
        ("123456789", "n’est pas valide"),
        ("<script>alert(1)</script>", "Aucune entreprise ne répond"),
        ("%", "Écrivez au moins trois lettres"),
    ],
)
def test_a_search_that_gives_nothing_says_what_to_do(visitor: Visitor, typed: str, said: str) -> None:
    page = visitor.send(at_company(visitor), q=typed)

    assert said in page.text
    assert "Je ne trouve pas mon entreprise" in page.text
    assert "<script>alert" not in page.html


def test_an_unknown_siret_is_said_unknown(visitor: Visitor) -> None:
    page = visitor.send(at_company(visitor), q=siret(9))

    assert "n’existe pas dans le répertoire public" in page.text


def test_a_closed_establishment_is_refused_with_its_date(visitor: Visitor) -> None:
    an_establishment(is_active=False, closed_on=CLOSED_ON)
    step = at_company(visitor)

    page = visitor.send(step, q=siret(1))
    forced = visitor.client.post(step.url, {"siret": siret(1)})

    assert "fermé depuis le 4 novembre 2025" in page.text
    assert "fermé depuis le" in forced.content.decode()
    assert only().siret == ""


def test_an_establishment_abroad_is_refused(visitor: Visitor) -> None:
    an_establishment(abroad=True, commune_code="", commune_name="", postal_code="")

    page = visitor.send(at_company(visitor), q=siret(1))

    assert "situé à l’étranger" in page.text


def test_a_company_whose_data_the_law_keeps_back_is_chosen_by_its_siret(visitor: Visitor) -> None:
    an_establishment(name="DUPONT CAMILLE", diffusible=False)

    found = visitor.send(at_company(visitor), q=siret(1))
    visitor.choose(found)

    assert "DUPONT" not in found.text
    assert "Entreprise non diffusible" in found.text
    assert (only().siret, only().company_name) == (siret(1), "Entreprise non diffusible")


def test_a_siren_of_several_establishments_asks_which_one(visitor: Visitor) -> None:
    first = an_establishment(name="GARAGE DES DEUX RIVES")
    second = first.siret[:9] + "00027"
    from vigie.kernel.siren import with_key

    second = with_key(first.siret[:9] + "0002")
    type(first).objects.create(
        siret=second, company_id=first.company_id, commune_code="69266", commune_name="VILLEURBANNE",
        source="sirene", seen_at=first.seen_at, search_rank=30,
    )  # fmt: skip

    by_name = visitor.send(at_company(visitor), q="garage des deux rives")
    several = visitor.send(by_name, q=first.company_id)
    visitor.choose(several, rank=1)

    assert "2 établissements" in by_name.text
    assert "a plusieurs établissements : lequel est le vôtre ?" in several.text
    assert (only().siret, only().commune_code) == (second, "69266")


def test_the_company_chosen_is_shown_when_one_comes_back(visitor: Visitor) -> None:
    description = at_description(visitor)

    back = visitor.send(description, button="back", description=NEED)

    assert "L’entreprise que vous avez choisie" in back.text
    again = visitor.follow(back, "Continuer")
    assert again.form_with("description")["values"]["description"] == NEED


def test_a_company_typed_by_hand_is_kept_even_when_the_register_is_down(visitor: Visitor, register: Register) -> None:
    register.failure = Unavailable("recherche-entreprises", "down")
    search = visitor.send(at_company(visitor), q="fournil")
    assert "ne répond pas en ce moment" in search.text
    manual = visitor.follow(search, "Je ne trouve pas mon entreprise")

    page = visitor.send(manual, name="Fournil tout neuf", siret=siret(7), commune="Villeurbanne")

    kept = only()
    assert "Étape 3 sur 3" in page.text
    assert (kept.company_name, kept.siret, kept.commune_code) == ("Fournil tout neuf", siret(7), "69266")
    assert kept.company_checked is False


def test_a_siret_typed_by_hand_that_the_directory_knows_is_confirmed(visitor: Visitor) -> None:
    an_establishment()
    manual = visitor.follow(at_company(visitor), "Je ne trouve pas mon entreprise")

    visitor.send(manual, name="Mon fournil", siret=siret(1))

    assert (only().company_checked, only().commune_code) == (True, "69123")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "", "commune": "Lyon"}, "Remplissez ce champ."),
        ({"name": "Fournil"}, "Indiquez la commune, ou le numéro SIRET"),
        ({"name": "Fournil", "siret": "123"}, "Un numéro SIRET compte 14 chiffres."),
        ({"name": "Fournil", "commune": "Atlantide"}, "Aucune commune de France ne répond"),
    ],
)
def test_a_manual_entry_says_what_is_missing(visitor: Visitor, typed: dict[str, str], said: str) -> None:
    manual = visitor.follow(at_company(visitor), "Je ne trouve pas mon entreprise")

    page = visitor.send(manual, **typed)

    assert said in page.text
    assert only().state == "step_company"


def test_a_siret_that_nobody_confirms_asks_for_the_commune(visitor: Visitor) -> None:
    manual = visitor.follow(at_company(visitor), "Je ne trouve pas mon entreprise")

    page = visitor.send(manual, name="Fournil", siret=siret(8))

    assert "indiquez aussi la commune" in page.text


def test_a_closed_establishment_is_refused_by_hand_too(visitor: Visitor) -> None:
    an_establishment(is_active=False, closed_on=CLOSED_ON)
    manual = visitor.follow(at_company(visitor), "Je ne trouve pas mon entreprise")

    page = visitor.send(manual, name="Fournil", siret=siret(1), commune="Lyon")

    assert "fermé depuis le" in page.text
    assert only().siret == ""


@pytest.mark.parametrize("typed", ["Atlantide", "99999", HOSTILE[0]])
def test_a_search_near_an_unknown_commune_says_so_and_shows_nothing(visitor: Visitor, typed: str) -> None:
    an_establishment()

    page = visitor.send(at_company(visitor), q="fournil", commune=typed)

    assert "Aucune commune de France ne répond" in page.text
    assert "C’est mon entreprise" not in page.text


# --- a project --------------------------------------------------------------------------------------------------------
def test_a_project_gives_its_commune(visitor: Visitor) -> None:
    page = visitor.send(at_company(visitor, PROJECT), commune="villeurbanne")

    assert "Étape 3 sur 3" in page.text
    assert (only().commune_code, only().siret) == ("69266", "")


def test_communes_of_the_same_letters_are_chosen_among(visitor: Visitor) -> None:
    asked = visitor.send(at_company(visitor, PROJECT), commune="ville")

    assert "Plusieurs communes répondent" in asked.text
    visitor.send(asked, commune_choice="69264")
    assert only().commune_code == "69264"


def test_a_merged_commune_gives_the_one_of_today(visitor: Visitor) -> None:
    step = at_company(visitor, PROJECT)

    visitor.send(step, commune="Ancien-Lyon", commune_code="69999")

    assert only().commune_code == "69123"


@pytest.mark.parametrize("typed", ["Atlantide", "99999", "", *HOSTILE[:3]])
def test_an_unknown_commune_is_said(visitor: Visitor, typed: str) -> None:
    page = visitor.send(at_company(visitor, PROJECT), commune=typed)

    assert "Aucune commune de France ne répond" in page.text or "Remplissez ce champ." in page.text
    assert only().state == "step_company"


def test_communes_are_offered_while_one_types(visitor: Visitor) -> None:
    lines = visitor.client.get("/demande/communes/", {"q": "villeur"}).json()["results"]

    assert [line["value"] for line in lines] == ["69266"]


# --- third step -------------------------------------------------------------------------------------------------------
def test_what_is_missing_is_named_and_what_is_typed_is_kept(visitor: Visitor) -> None:
    page = visitor.send(at_description(visitor), description="Trop court mais à moi", q_recrutement_premier="true")

    assert "3 réponses sont à corriger" in page.text
    kept = only()
    assert (kept.state, kept.description) == ("step_description", "Trop court mais à moi")
    resumed = visitor.open(f"/demande/reprendre/{token(kept, Purpose.FILL)}/")
    values = resumed.form_with("description")["values"]
    assert (values["description"], values["q_recrutement_premier"]) == ("Trop court mais à moi", "true")


def test_a_forged_answer_is_refused(visitor: Visitor) -> None:
    page = visitor.send(at_description(visitor), description=NEED, **{**ANSWERS, "q_recrutement_premier": "peut-être"})

    assert "Choisissez une réponse." in page.text
    assert only().state == "step_description"


def test_the_template_left_as_it_is_is_an_empty_description(visitor: Visitor) -> None:
    an_establishment()
    step = at_company(visitor, "/demande/financement-projets/financer-projet/")
    description = visitor.choose(visitor.send(step, q=siret(1)))
    prefill = description.form_with("description")["values"]["description"]
    assert prefill.startswith("Mon projet")
    answers = {name: "true" for name in description.form_with("description")["names"] if name.startswith("q_")}

    page = visitor.send(description, description=prefill + " ok", is_head="on", **answers)

    assert "Décrivez votre besoin en quelques mots." in page.text
    assert only().state == "step_description"


def test_some_subjects_ask_to_be_the_head(visitor: Visitor) -> None:
    an_establishment()
    step = at_company(visitor, "/demande/droit-du-travail/droit-du-travail/")
    description = visitor.choose(visitor.send(step, q=siret(1)))

    page = visitor.send(description, description=NEED)

    assert "Cochez cette case pour envoyer votre demande." in page.text
    visitor.send(page, description=NEED, is_head="on")
    assert (only().state, only().is_head) == ("in_progress", True)


def test_a_text_of_a_hundred_thousand_characters_comes_back_with_both_figures(visitor: Visitor) -> None:
    page = visitor.send(at_description(visitor), description="a" * 100_000, **ANSWERS)

    assert "100 000 caractères pour 6 000 au plus" in page.text.replace("\u202f", " ")
    assert len(only().description) == 6000


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_stored_as_text_and_shown_escaped(visitor: Visitor, hostile: str) -> None:
    description = at_description(visitor)
    contact = visitor.follow(description, "Modifier : Vous")
    visitor.send(contact, full_name=hostile[:120])

    sent = visitor.send(visitor.open(description.url), description=f"{NEED} {hostile}", **ANSWERS)

    follow = visitor.follow(sent, "Suivre ma demande")
    kept = only()
    assert "Ma demande" in follow.text
    for page in (sent, follow):
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html
    for stored in (kept.description, kept.full_name):
        assert not set(stored) & {"\u202e", "\u200b", "\x00", "\r"}
    assert "\n" not in kept.full_name


def test_what_is_sent_twice_is_sent_once(visitor: Visitor) -> None:
    description = at_description(visitor)
    visitor.send(description, description=NEED, **ANSWERS)
    again = visitor.send(description, description=NEED, **ANSWERS)

    assert "Votre demande est envoyée." in again.text
    assert Event.objects.filter(name="solicitation.completed").count() == 1
    assert OutgoingMessage.objects.filter(template="matching/mail/solicitation_received").count() == 1
    assert [job.name for job in queued()].count("prepare_solicitation") == 1


def test_a_request_that_left_is_neither_shown_nor_changed_by_its_link(visitor: Visitor) -> None:
    description = at_description(visitor)
    visitor.send(description, description=NEED, **ANSWERS)

    seen = visitor.open(description.url)
    changed = visitor.send(description, description="Autre chose, en mieux.", **ANSWERS)
    contact = visitor.client.post(description.url.replace("description", "contact"), CONTACT)

    for page in (seen, changed):
        assert "Cette demande a déjà été envoyée aux conseillers." in page.text
    assert (changed.status, contact.status_code) == (409, 409)
    assert only().description == NEED


def test_the_sixth_request_of_an_address_waits_and_is_kept(visitor: Visitor) -> None:
    an_establishment()
    step = "/demande/entreprise-en-difficulte/litige/"
    for rank in range(6):
        project = visitor.follow(at_company(visitor, step), "Je ne trouve pas mon entreprise")
        page = visitor.send(project, name=f"Fournil {rank}", commune="Lyon")
        answers = {name: "true" for name in page.form_with("description")["names"] if name.startswith("q_")}
        page = visitor.send(page, description=f"{NEED} {rank}", **answers)

    assert page.status == 429
    assert "Trop de demandes ont été envoyées avec cette adresse." in page.text
    last = Solicitation.objects.latest("pk")
    assert (last.state, last.description) == ("step_description", f"{NEED} 5")


def test_a_blocked_address_is_dropped_without_mail_and_without_a_word(visitor: Visitor) -> None:
    description = at_description(visitor)
    SpamAddress.objects.create(email_hash=address_hash(CONTACT["email"]), created_at=visitor.clock())

    page = visitor.send(description, description=NEED, **ANSWERS)

    assert "Votre demande est envoyée." in page.text
    assert (only().state, only().cancel_reason) == ("canceled", "spam")
    assert not OutgoingMessage.objects.exists()
    assert "Demande reçue" in visitor.follow(page, "Suivre ma demande").text
    assert "déjà été envoyée" in visitor.open(description.url).text


def test_a_request_refused_for_lack_of_words_is_completed_and_sent_again(visitor: Visitor) -> None:
    description = at_description(visitor)
    visitor.send(description, description=NEED, **ANSWERS)
    template = RefusalTemplate.objects.get(lets_complete=True)
    Solicitation.objects.update(
        **{"state": "canceled", "canceled_at": visitor.clock(), "cancel_reason": "refused"}, refusal_template=template
    )

    resumed = visitor.open(f"/demande/reprendre/{token(only(), Purpose.FILL)}/")
    page = visitor.send(resumed, description=f"{NEED} Pour septembre, en CAP.")

    assert "Votre demande est envoyée." in page.text
    assert (only().state, only().canceled_at, only().refusal_template_id) == ("in_progress", None, None)


# --- links ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("forged", ["abc", "{}:x:y", "a" * 2000, "%00"])
@pytest.mark.parametrize("step", ["contact", "entreprise", "description"])
def test_a_forged_link_says_what_to_do(visitor: Visitor, forged: str, step: str) -> None:
    page = visitor.open(f"/demande/suite/{forged}/{step}/")

    assert page.status == 404
    assert "recommencez votre demande" in page.text


def test_a_link_made_for_one_purpose_opens_no_other(visitor: Visitor) -> None:
    at_company(visitor)
    fill, follow = token(only(), Purpose.FILL), token(only(), Purpose.FOLLOW)

    assert visitor.open(f"/ma-demande/{fill}/").status == 404
    assert visitor.open(f"/demande/suite/{follow}/entreprise/").status == 404


def test_a_link_altered_by_one_letter_opens_nothing(visitor: Visitor) -> None:
    at_company(visitor)
    link = token(only(), Purpose.FILL)
    altered = ("b" if link[0] == "a" else "a") + link[1:]

    assert visitor.open(f"/demande/reprendre/{altered}/").status == 404


def test_pages_behind_a_link_are_neither_stored_nor_indexed(visitor: Visitor) -> None:
    page = at_company(visitor)

    assert "no-store" in page.response["Cache-Control"]
    assert page.response["X-Robots-Tag"] == "noindex"


def test_the_description_asks_for_the_company_first(visitor: Visitor) -> None:
    at_company(visitor)

    page = visitor.open(f"/demande/suite/{token(only(), Purpose.FILL)}/description/")

    assert "Étape 2 sur 3" in page.text


def test_each_step_costs_few_queries(visitor: Visitor, django_assert_max_num_queries: Any) -> None:
    description = at_description(visitor)
    with django_assert_max_num_queries(9):
        visitor.open(description.url)
    with django_assert_max_num_queries(9):
        visitor.open(description.url.replace("description", "entreprise"))
    with django_assert_max_num_queries(6):
        visitor.open(FORM)
