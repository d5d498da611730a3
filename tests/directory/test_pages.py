"""The team's pages on the address book: who reads them, what they say, how many queries they ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AbsenceFactory, AntenneFactory, InstitutionFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.conftest import Book
from tests.directory.factories import (
    AnswerGroupingFactory,
    ExpertFactory,
    ExpertSubjectFactory,
    MatchFilterFactory,
    SubjectFactory,
    SubjectQuestionFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]
XSS = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def client_of_team() -> Client:
    return sign_in(Client(), UserFactory(team=True, full_name="Odile Brun"))


def at(name: str, *args: object) -> str:
    return reverse(f"directory:{name}", args=args)


PAGES: dict[str, Callable[[Book], str]] = {
    "home": lambda book: at("home"),
    "subjects": lambda book: at("subjects"),
    "experts": lambda book: at("experts"),
    "institution": lambda book: at("institution", book.institution.pk),
    "antenne": lambda book: at("antenne", book.antenne.pk),
    "expert": lambda book: at("expert", book.expert.pk),
    "subject": lambda book: at("subject", book.subject.pk),
    "theme": lambda book: at("theme", book.subject.theme_id),
    "add theme": lambda book: at("add", "theme"),
    "add subject": lambda book: at("add", "sujet"),
    "edit theme": lambda book: at("edit", "theme", book.subject.theme_id),
    "add institution": lambda book: at("add", "institution"),
    "add antenne": lambda book: at("add_under", "antenne", "institution", book.institution.pk),
    "add expert": lambda book: at("add_under", "expert", "antenne", book.antenne.pk),
    "add own competence": lambda book: at("add_under", "competence-institution", "institution", book.institution.pk),
    "add competence": lambda book: at("add_under", "competence", "expert", book.expert.pk),
    "add member": lambda book: at("add_under", "membre", "expert", book.expert.pk),
    "add question": lambda book: at("add_under", "question", "sujet", book.subject.pk),
    "add filter to institution": lambda book: at("add_under", "filtre", "institution", book.institution.pk),
    "add filter to antenne": lambda book: at("add_under", "filtre", "antenne", book.antenne.pk),
    "add filter to expert": lambda book: at("add_under", "filtre", "expert", book.expert.pk),
    "add answers to institution": lambda book: at("add_under", "reponses", "institution", book.institution.pk),
    "add answers to antenne": lambda book: at("add_under", "reponses", "antenne", book.antenne.pk),
    "add answers to expert": lambda book: at("add_under", "reponses", "expert", book.expert.pk),
    "edit institution": lambda book: at("edit", "institution", book.institution.pk),
    "edit antenne": lambda book: at("edit", "antenne", book.antenne.pk),
    "edit expert": lambda book: at("edit", "expert", book.expert.pk),
    "edit subject": lambda book: at("edit", "sujet", book.subject.pk),
    "edit competence": lambda book: at("edit", "competence", book.expert.competences.get().pk),
    "edit question": lambda book: at("edit", "question", book.question.pk),
    "edit filter": lambda book: at("edit", "filtre", book.filter.pk),
    "edit answers": lambda book: at("edit", "reponses", book.grouping.pk),
    "zones of antenne": lambda book: at("zones", "antenne", book.antenne.pk),
    "zones of expert": lambda book: at("zones", "expert", book.expert.pk),
}


def read(response) -> str:
    assert response.status_code == 200, response.status_code
    return visible_text(response.content.decode())


# --- who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PAGES)
def test_visitor_is_led_to_sign_in(name: str, book: Book) -> None:
    response = Client().get(PAGES[name](book))

    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


@pytest.mark.parametrize("role", ["expert", "manager", "adviser"])
@pytest.mark.parametrize("name", PAGES)
def test_page_does_not_exist_for_others(name: str, role: str, book: Book) -> None:
    assert sign_in(Client(), UserFactory(**{role: True})).get(PAGES[name](book)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_team_reads_the_page(name: str, book: Book, client_of_team: Client) -> None:
    text = read(client_of_team.get(PAGES[name](book)))

    assert "object (" not in text


@pytest.mark.parametrize("role", ["expert", "manager", "adviser"])
def test_nobody_else_writes(role: str, book: Book) -> None:
    client = sign_in(Client(), UserFactory(**{role: True}))

    assert client.post(at("remove", "filtre", book.filter.pk)).status_code == 404
    assert client.post(at("edit", "sujet", book.subject.pk), {"label": "Autre"}).status_code == 404
    assert client.post(at("zones", "antenne", book.antenne.pk), {}).status_code == 404
    book.subject.refresh_from_db()
    assert book.subject.label == "Recruter un salarié"


@pytest.mark.parametrize(
    "path",
    [
        "ajouter/licorne/",
        "ajouter/sujet/institution/1/",
        "themes/999999/",
        "ajouter/expert/",
        "ajouter/expert/institution/1/",
        "ajouter/institution/expert/1/",
        "ajouter/antenne/institution/999999/",
        "modifier/licorne/1/",
        "modifier/expert/999999/",
        "zones/institution/1/",
        "zones/antenne/999999/",
        "experts/999999/",
    ],
)
def test_what_is_not_in_the_book_is_not_found(path: str, book: Book, client_of_team: Client) -> None:
    assert client_of_team.get(f"/equipe/annuaire/{path}").status_code == 404


def test_removal_is_never_a_link(book: Book, client_of_team: Client) -> None:
    assert client_of_team.get(at("remove", "filtre", book.filter.pk)).status_code == 405


def test_a_subject_is_not_removed_by_a_crafted_form(book: Book, client_of_team: Client) -> None:
    free = SubjectFactory()

    assert client_of_team.post(at("remove", "sujet", free.pk)).status_code == 404
    assert client_of_team.post(at("remove", "theme", free.theme_id)).status_code == 404
    free.refresh_from_db()


# --- what they say ---------------------------------------------------------------------------------------------------
def test_search_finds_an_institution_without_its_accents(book: Book, client_of_team: Client) -> None:
    InstitutionFactory(name="Douane inventée")

    text = read(client_of_team.get(at("home"), {"q": "METIERS chambre"}))

    assert "Chambre des métiers inventée" in text
    assert "Douane inventée" not in text
    assert "1 institution " in text


@pytest.mark.parametrize("typed", ["equipe emploi", "ÉQUIPE", "rhone", "metiers inventee"])
def test_search_finds_an_expert_by_name_antenne_or_institution(typed: str, book: Book, client_of_team: Client) -> None:
    ExpertFactory(full_name="Hors sujet", email="accueil@ailleurs.example")

    text = read(client_of_team.get(at("experts"), {"q": typed}))

    assert "Équipe emploi" in text
    assert "Hors sujet" not in text


def test_counts_of_an_institution_leave_out_what_left(book: Book, client_of_team: Client, at: object) -> None:
    ExpertFactory(antenne=book.antenne)
    ExpertFactory(antenne=book.antenne, deleted_at=at)
    AntenneFactory(institution=book.institution, deleted_at=at)
    AntenneFactory(institution=book.institution)
    for _ in range(3):
        ExpertSubjectFactory(expert=book.expert)

    page = client_of_team.get(reverse("directory:home")).context["page"]

    row = next(row for row in page.table.rows if row[0].text == book.institution.name)
    assert row[2:] == ("2", "2", "4")


def test_own_zones_are_said_to_replace_those_of_the_antenne(book: Book, client_of_team: Client) -> None:
    text = read(client_of_team.get(at("expert", book.expert.pk)))

    assert "Lyon (69) (remplace les zones de son antenne)" in text

    book.expert.zones.all().delete()
    assert "Rhône (69) (zones de son antenne)" in read(client_of_team.get(at("expert", book.expert.pk)))


def test_sheet_of_an_expert_warns_of_what_keeps_him_from_answering(book: Book, client_of_team: Client) -> None:
    assert "absente" not in read(client_of_team.get(at("expert", book.expert.pk)))

    AbsenceFactory(user=book.member, starts_on=date(2020, 1, 1), ends_on=date(2099, 1, 1))
    assert "Toute l’équipe est absente aujourd’hui." in read(client_of_team.get(at("expert", book.expert.pk)))

    book.expert.members.all().delete()
    assert "Adresse sans utilisateur" in read(client_of_team.get(at("expert", book.expert.pk)))


def test_sheet_of_an_expert_says_his_conditions_in_words(book: Book, client_of_team: Client) -> None:
    text = read(client_of_team.get(at("expert", book.expert.pk)))

    assert "Au moins 3 salariés" in text
    assert "section C" in text
    assert "Premier recrutement" in text
    assert "Oui" in text


def test_a_national_antenne_covers_france_and_leads_to_those_under_it(book: Book, client_of_team: Client) -> None:
    whole = AntenneFactory(institution=book.institution, level="national", name="Chambre nationale")
    book.antenne.parent = whole
    book.antenne.save()
    answer = client_of_team.get(at("antenne", whole.pk))

    assert "Zones toute la France" in read(answer)
    assert "Antennes au-dessous Antenne Échelon Experts Chambre du Rhône Locale 1" in read(answer)
    below = client_of_team.get(at("antenne", book.antenne.pk))
    assert f'href="{at("antenne", whole.pk)}"' in below.content.decode()
    assert "Antennes au-dessous" not in read(below)


def test_antenne_without_zone_is_said_to_receive_nothing(book: Book, client_of_team: Client) -> None:
    book.antenne.zones.all().delete()

    assert "cette antenne ne reçoit aucun besoin" in read(client_of_team.get(at("antenne", book.antenne.pk)))


def test_removed_row_is_shown_as_such_and_no_longer_edited(book: Book, client_of_team: Client, at: object) -> None:
    page = reverse("directory:expert", args=[book.expert.pk])
    book.expert.deleted_at = at
    book.expert.save()

    response = client_of_team.get(page)

    assert "Retiré de l’annuaire le" in read(response)
    assert reverse("directory:edit", args=["expert", book.expert.pk]) not in response.content.decode()
    assert client_of_team.get(reverse("directory:edit", args=["expert", book.expert.pk])).status_code == 404
    assert client_of_team.get(reverse("directory:zones", args=["expert", book.expert.pk])).status_code == 404
    under = reverse("directory:add_under", args=["membre", "expert", book.expert.pk])
    assert client_of_team.get(under).status_code == 404


def test_hostile_text_is_shown_as_text(book: Book, client_of_team: Client) -> None:
    book.institution.name = book.antenne.name = book.expert.full_name = XSS
    book.institution.save()
    book.antenne.save()
    book.expert.save()
    book.subject.label = XSS
    book.subject.save()
    book.grouping.label = XSS
    book.grouping.save()

    for name, page in PAGES.items():
        html = client_of_team.get(page(book)).content.decode()
        assert "<script>alert" not in html, name
        assert "<img src=x" not in html, name


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "a", "1.5"])
@pytest.mark.parametrize("name", ["home", "experts"])
def test_a_page_number_out_of_reach_gives_a_page(name: str, page: str, book: Book, client_of_team: Client) -> None:
    assert client_of_team.get(at(name), {"page": page, "q": "e\x00%_"}).status_code == 200


# --- queries ---------------------------------------------------------------------------------------------------------
def _grow_institutions(book: Book, count: int) -> None:
    for _ in range(count):
        ExpertFactory(subject=book.subject)


def _grow_antennes(book: Book, count: int) -> None:
    for n in range(count):
        AntenneFactory(institution=book.institution, zones=[("departement", "69")])
        ExpertSubjectFactory(expert=book.expert)
        MatchFilterFactory(institution=book.institution, min_years=n + 1, subjects=[book.subject])
        AnswerGroupingFactory(institution=book.institution, answers={book.question: "true"})


def _grow_experts(book: Book, count: int) -> None:
    for n in range(count):
        ExpertFactory(antenne=book.antenne, subject=book.subject, members=[UserFactory(antenne=book.antenne)])
        MatchFilterFactory(antenne=book.antenne, min_years=n + 1, subjects=[book.subject])
        AnswerGroupingFactory(antenne=book.antenne, answers={book.question: "true"})


def _grow_lines(book: Book, count: int) -> None:
    for n in range(count):
        ExpertSubjectFactory(expert=book.expert)
        book.expert.members.create(user=UserFactory(antenne=book.antenne))
        MatchFilterFactory(expert=book.expert, min_years=n + 1, subjects=[book.subject])
        AnswerGroupingFactory(expert=book.expert, answers={book.question: "true"})


def _grow_questions(book: Book, count: int) -> None:
    for _ in range(count):
        SubjectQuestionFactory(subject=book.subject)
        ExpertFactory(subject=book.subject)


GROWTH: dict[str, Callable[[Book, int], None]] = {
    "home": _grow_institutions,
    "experts": _grow_institutions,
    "subjects": _grow_antennes,
    "institution": _grow_antennes,
    "antenne": _grow_experts,
    "expert": _grow_lines,
    "subject": _grow_questions,
    "edit filter": _grow_lines,
    "add competence": _grow_lines,
    "add answers to expert": _grow_questions,
}


@pytest.mark.parametrize("name", GROWTH)
def test_queries_do_not_grow_with_the_rows(name: str, book: Book, client_of_team: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client_of_team.get(PAGES[name](book)).status_code == 200
        return len(captured)

    client_of_team.get(PAGES[name](book))
    GROWTH[name](book, 20)
    few = queries()
    GROWTH[name](book, 80)

    assert queries() == few
    assert few <= 30
