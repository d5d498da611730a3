"""The pages that lead to a form: home, themes, search; what they say, to whom, at what cost."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.accounts.factories import UserFactory, sign_in
from tests.directory.factories import ExpertFactory
from tests.matching.factories import AT, MatchFactory
from tests.matching.public_pages import Visitor
from vigie.directory.models import Subject
from vigie.matching.landing_data import THEMES
from vigie.matching.models import Landing, LandingSubject, LandingTheme, RefusalTemplate
from vigie.matching.queries.answering import institutions_for, recent_answers
from vigie.matching.queries.public import figures, home_page, landing_themes, search_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "landing")]

PUBLIC = ("/", "/recherche/?q=recruter", "/themes/recrutement-formation/", "/demande/recrutement-formation/recruter/")


# --- what is loaded ---------------------------------------------------------------------------------------------------
def test_loading_the_landing_twice_leaves_what_was_edited() -> None:
    LandingSubject.objects.filter(slug="recruter").update(title="J’embauche")
    RefusalTemplate.objects.filter(code="particulier").update(body="Texte revu.")
    before = LandingSubject.objects.count()

    call_command("load_landing", stdout=StringIO())

    assert LandingSubject.objects.count() == before
    assert LandingSubject.objects.get(slug="recruter").title == "J’embauche"
    assert RefusalTemplate.objects.get(code="particulier").body == "Texte revu."


def test_loading_the_landing_asks_for_the_taxonomy_first() -> None:
    LandingSubject.objects.all().delete()
    Subject.objects.filter(slug="recruter").delete()

    with pytest.raises(CommandError, match="load_taxonomy"):
        call_command("load_landing", stdout=StringIO())


def test_the_catch_all_subject_is_read_by_a_person() -> None:
    other = LandingSubject.objects.get(slug="autre-besoin-non-reference")

    assert (other.mode, other.subject.is_catch_all) == ("validated", True)


# --- home -------------------------------------------------------------------------------------------------------------
def test_the_home_page_shows_nine_themes_and_says_when_there_is_no_figure(visitor: Visitor) -> None:
    home = visitor.open("/")

    links = [text for text, _href in home.reader.links]
    assert [theme.title in links for theme in THEMES] == [True] * 9
    assert "Je ne trouve pas mon besoin" in home.text
    assert "seront publiés ici" in home.text


def test_the_home_page_counts_what_happened_in_thirty_days() -> None:
    for days in (1, 2, 3, 3, 9):
        MatchFactory(taken_in_charge=True, taken_care_of_at=AT + timedelta(days=days))
    MatchFactory(taken_in_charge=True, taken_care_of_at=AT - timedelta(days=40))

    shown = [(figure.value.replace("\u00a0", " "), figure.label) for figure in figures(AT + timedelta(days=10))]

    assert shown[0] == ("5 demandes", "prises en charge par un conseiller")
    assert shown[1][0] == "3 jours ou moins"


def test_a_median_of_less_than_five_answers_is_not_told() -> None:
    MatchFactory(taken_in_charge=True)

    recent = recent_answers(AT + timedelta(days=1))

    assert (recent.answered_count, recent.median_days) == (1, None)


def test_a_need_taken_by_two_experts_counts_once_at_its_first_answer() -> None:
    first = MatchFactory(taken_in_charge=True, taken_care_of_at=AT + timedelta(days=1))
    MatchFactory(need=first.need, state="taking_care", taken_care_of_at=AT + timedelta(days=5))

    assert recent_answers(AT + timedelta(days=6)).answered_count == 1


def test_institutions_are_named_once_and_skills_operators_together() -> None:
    subject = Subject.objects.get(slug="former")
    for kind, name in (("opco", "OPCO A"), ("opco", "OPCO B"), ("expert_provider", "Chambre inventée")):
        expert = ExpertFactory(subject=subject, antenne__institution__name=name, antenne__institution__kind=kind)
        ExpertFactory(subject=subject, antenne=expert.antenne)
    ExpertFactory(subject=subject, deleted_at=AT, antenne__institution__name="Partie")

    assert institutions_for(subject.pk) == ["Chambre inventée", "Votre opérateur de compétences (OPCO)"]


def test_institutions_are_in_the_order_of_a_french_dictionary() -> None:
    subject = Subject.objects.get(slug="former")
    for name in ("Urssaf", "Mission locale", "Équipe de l’export", "Médiateur", "France Travail"):
        ExpertFactory(subject=subject, antenne__institution__name=name)

    assert institutions_for(subject.pk) == [
        "Équipe de l’export", "France Travail", "Médiateur", "Mission locale", "Urssaf",
    ]  # fmt: skip


def test_the_home_page_costs_the_same_whatever_the_rows(django_assert_num_queries: object) -> None:
    for _ in range(3):
        MatchFactory(taken_in_charge=True)

    with django_assert_num_queries(5):  # type: ignore[operator]
        home_page(AT)


def test_the_home_page_as_a_whole_costs_few_queries(visitor: Visitor, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        visitor.open("/")


@pytest.mark.parametrize("url", PUBLIC)
@pytest.mark.parametrize("who", ["visitor", "expert"])
def test_public_pages_open_to_everybody(url: str, who: str) -> None:
    client = Client()
    if who == "expert":
        sign_in(client, UserFactory(expert=True))

    assert client.get(url).status_code == 200


# --- themes and search ------------------------------------------------------------------------------------------------
def test_a_theme_lists_its_subjects_and_examples(visitor: Visitor) -> None:
    page = visitor.open("/themes/entreprise-en-difficulte/")

    assert "Mon entreprise a des dettes ou manque de trésorerie" in page.text
    assert "Des aides déjà obtenues" in page.text


@pytest.mark.parametrize("url", ["/themes/inconnu/", "/demande/recrutement-formation/inconnu/", "/themes/<script>/"])
def test_an_unknown_address_is_a_404(visitor: Visitor, url: str) -> None:
    assert visitor.open(url).status == 404


def test_what_is_archived_is_neither_listed_nor_open(visitor: Visitor) -> None:
    LandingTheme.objects.filter(slug="internet-web").update(archived_at=AT)
    LandingSubject.objects.filter(slug="recruter").update(archived_at=AT)
    Subject.objects.filter(slug="former").update(archived_at=AT)

    assert "internet-web" not in {theme.slug for theme in landing_themes()}
    assert visitor.open("/themes/internet-web/").status == 404
    assert visitor.open("/demande/recrutement-formation/recruter/").status == 404
    assert visitor.open("/demande/recrutement-formation/former/").status == 404
    assert search_page("recruter").subjects[0].title == "Je veux recruter ou garder une personne handicapée"


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("je veux embaucher un apprenti", "Je veux recruter"),
        ("TRESORERIE", "Mon entreprise a des dettes ou manque de trésorerie"),
        ("dettes urssaf", "Mon entreprise a des dettes ou manque de trésorerie"),
        ("site web", "Je veux vendre sur internet"),
        ("facture d'électricité", "Je veux réduire ma consommation d’énergie"),
        ("recrutement", "Je veux recruter"),
        ("racheter une boulangerie", "Je veux reprendre une entreprise"),
    ],
)
def test_the_words_of_a_head_find_the_subject(typed: str, title: str) -> None:
    assert title in [line.title for line in search_page(typed).subjects[:3]]


@pytest.mark.parametrize("typed", ["", "   ", "zzzz", "%", "'; DROP TABLE", "\u202e", "<script>", "a" * 100_000])
def test_a_search_that_finds_nothing_offers_the_themes(visitor: Visitor, typed: str) -> None:
    page = visitor.client.get("/recherche/", {"q": typed})

    assert page.status_code == 200
    assert "Recruter, former" in page.content.decode()
    assert "<script>" not in page.content.decode().partition("<main")[2].partition("</main")[0]


def test_suggestions_lead_to_the_form(visitor: Visitor) -> None:
    lines = visitor.client.get("/recherche/suggestions/", {"q": "recru"}).json()["results"]

    assert lines[0]["href"] == "/demande/recrutement-formation/recruter/"


def test_searching_too_often_is_refused_with_the_wait(visitor: Visitor) -> None:
    answers = [visitor.client.get("/recherche/", {"q": "x"}) for _ in range(62)]

    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


# --- pause ------------------------------------------------------------------------------------------------------------
def test_a_paused_service_says_so_and_takes_no_request(visitor: Visitor) -> None:
    Landing.objects.update(paused_at=AT)
    form = visitor.open("/demande/recrutement-formation/recruter/")

    answer = visitor.send(form, full_name="Camille", phone="0123456789", email="camille@fournil.example")

    assert "Service en pause" in visitor.open("/").text
    assert "Le service est en pause" in answer.text
