"""The pages of coverage: what they say, how many queries they ask, what the file of the holes holds."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AntenneFactory, InstitutionFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.conftest import Book
from tests.directory.factories import ExpertFactory, InstitutionSubjectFactory, SubjectFactory
from tests.ui import drawn
from vigie.accounts.models import AntenneZone
from vigie.directory.queries import coverage
from vigie.territory.models import Commune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]
HOME = "/equipe/annuaire/couverture/"
FILE = "/equipe/annuaire/couverture/trous.csv"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    coverage.forget()


@pytest.fixture
def team_client() -> Client:
    return sign_in(Client(), UserFactory(team=True))


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return visible_text(answer.content.decode())


def lines_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_country_says_where_nobody_answers_and_shows_it(team_client: Client, book: Book) -> None:
    page = read(team_client, f"{HOME}?sujet={book.subject.pk}")

    assert "Experts manquants" in page
    assert "Pour « Recruter un salarié », 83,3 % des communes n’ont personne" in page
    assert "2 sur 3" in page  # of the Rhône: Lyon alone is covered
    assert "Là où il manque le plus d’experts" in page
    assert "Une commune est couverte quand" in page


def test_the_hole_closes_as_soon_as_the_antenne_holds_the_zone(team_client: Client, book: Book) -> None:
    everywhere = InstitutionFactory(name="Agence inventée")
    office = AntenneFactory(institution=everywhere, name="Agence du Rhône", zones=[])
    ExpertFactory(antenne=office, subject=book.subject)
    regions = set(Commune.objects.values_list("region_code", flat=True))
    before = read(team_client, f"{HOME}?sujet={book.subject.pk}")

    AntenneZone.objects.bulk_create(AntenneZone(antenne=office, zone_type="region", code=code) for code in regions)

    assert "n’ont personne" in before
    assert "chaque commune a au moins un expert" in read(team_client, f"{HOME}?sujet={book.subject.pk}")


def test_a_departement_lists_its_communes_and_who_could_cover_them(team_client: Client, book: Book) -> None:
    Commune.objects.whole().filter(departement_code="69").update(epci_code="200046977")
    page = read(team_client, f"{HOME}69/?sujet={book.subject.pk}")

    holes = Commune.objects.whole().filter(departement_code="69").exclude(code="69123")
    assert holes.exists()
    for commune in holes:
        assert commune.name in page
    assert "Équipe emploi" in page
    assert "même intercommunalité" in page
    assert "Zones de l’expert" in page
    assert "Chambre du Rhône" in page  # covers the département, without an expert of this subject there


def test_who_could_cover_leads_to_the_page_of_his_zones(team_client: Client, book: Book) -> None:
    answer = team_client.get(f"{HOME}69/?sujet={book.subject.pk}").content.decode()

    assert reverse("directory:zones", args=["expert", book.expert.pk]) in answer
    assert reverse("directory:antenne", args=[book.antenne.pk]) in answer


def test_all_the_subjects_are_compared_in_the_country_and_in_a_departement(team_client: Client, book: Book) -> None:
    other = SubjectFactory(label="Vendre sur internet")
    InstitutionSubjectFactory(institution=book.institution, subject=other)

    country, place = read(team_client, HOME), read(team_client, f"{HOME}69/")

    for page in (country, place):
        assert "Recruter un salarié" in page
        assert "Vendre sur internet" in page
        assert "Aucun expert" in page
    assert "couples sujet × commune" in country
    assert "couples sujet × commune sur" in place


def test_an_institution_is_looked_at_alone(team_client: Client, book: Book) -> None:
    nowhere = InstitutionFactory(name="Institution sans compétence")
    alone = read(team_client, f"{HOME}?institution={book.institution.pk}")

    assert "Recruter un salarié" in alone
    assert "Toutes les institutions" in read(team_client, f"{HOME}?institution={nowhere.pk}")


@pytest.mark.parametrize("query", ["sujet=abc", "sujet=99999", "institution=x", "page=-3", "sujet=%00"])
def test_filters_that_cannot_be_read_do_not_filter(team_client: Client, book: Book, query: str) -> None:
    assert "l’ensemble des sujets" in read(team_client, f"{HOME}?{query}")


@pytest.mark.parametrize("code", ["00", "999", "abc", "69-69"])
def test_an_unknown_departement_does_not_exist(team_client: Client, book: Book, code: str) -> None:
    assert team_client.get(f"{HOME}{code}/").status_code == 404


def test_the_file_holds_each_hole_and_executes_nothing(team_client: Client, book: Book) -> None:
    InstitutionSubjectFactory(institution=book.institution, subject=SubjectFactory(label="=1+1|cmd"))

    lines = lines_of(team_client, FILE)

    assert {line["sujet"] for line in lines} == {"Recruter un salarié", "'=1+1|cmd"}
    rhone = next(line for line in lines if line["code du département"] == "69" and line["sujet"].startswith("R"))
    whole = Commune.objects.whole().filter(departement_code="69").count()
    assert (rhone["communes"], rhone["communes sans personne"]) == (str(whole), str(whole - 1))
    assert len(lines_of(team_client, f"{FILE}?sujet={book.subject.pk}")) < len(lines)


def test_others_than_the_team_find_nothing(book: Book) -> None:
    for address in (HOME, f"{HOME}69/", FILE):
        assert sign_in(Client(), book.member).get(address).status_code == 404


def test_pages_ask_as_many_queries_whatever_the_number_of_experts(team_client: Client, book: Book) -> None:
    addresses = (HOME, f"{HOME}?sujet={book.subject.pk}", f"{HOME}69/?sujet={book.subject.pk}", f"{HOME}69/")

    def asked() -> list[int]:
        found = []
        for address in addresses:
            team_client.get(address)
            with CaptureQueriesContext(connection) as queries:
                team_client.get(address)
            found.append(len(queries))
        return found

    few = asked()
    for rank in range(12):
        code = ("69266", "01004")[rank % 2]
        ExpertFactory(
            antenne=AntenneFactory(institution=book.institution), subject=book.subject, zones=[("commune", code)]
        )
        InstitutionSubjectFactory(institution=book.institution, subject=SubjectFactory())

    assert asked() == few
    assert max(few) <= 20, few


def test_what_lacks_nobody_is_folded_under_what_lacks_somebody(team_client: Client, book: Book) -> None:
    """On a telephone each line is a card: twenty-eight subjects without a hole stood before the first hole."""
    office = AntenneFactory(institution=InstitutionFactory(), name="Agence nationale", level="national")
    fine = SubjectFactory(label="Innover")
    ExpertFactory(antenne=office, subject=fine, members=[UserFactory(expert=True)])

    for address in (HOME, f"{HOME}69/"):
        page = drawn.read(team_client.get(address).content.decode())
        folded = next(fold for fold in page.all("details") if "il ne manque personne (1)" in fold.text)
        assert "open" not in folded.attrs
        assert "Innover" in folded.text
        assert "Recruter un salarié" not in folded.text
        assert "Recruter un salarié" in page.one("main").text


def test_the_departements_are_folded_even_when_they_are_all_alike(team_client: Client, book: Book) -> None:
    office = AntenneFactory(institution=InstitutionFactory(), name="Agence nationale", level="national")
    ExpertFactory(antenne=office, subject=book.subject, members=[UserFactory(expert=True)])

    page = drawn.read(team_client.get(f"{HOME}?sujet={book.subject.pk}").content.decode())

    assert "chaque commune a au moins un expert" in page.one("main").text
    folded = next(fold for fold in page.all("details") if fold.text.startswith("Tous les départements"))
    assert "open" not in folded.attrs
    assert "Rhône (69)" in folded.text


def test_every_hole_is_on_one_of_the_pages_each_short_and_opened_at_its_holes(team_client: Client, book: Book) -> None:
    for rank in range(12):
        InstitutionSubjectFactory(institution=book.institution, subject=SubjectFactory(label=f"Sujet {rank:02}"))

    found: list[str] = []
    address = HOME
    while address:
        page = drawn.read(team_client.get(address).content.decode())
        lines = page.one(id_="trous").all("tr")[1:]
        assert 0 < len(lines) <= 20
        found += [line.text for line in lines]
        further = page.one("a", "fr-pagination__link--next").attrs.get("href", "")
        assert further == "" or further.endswith("#trous")
        address = further
    assert len(found) == len(set(found)) == len(lines_of(team_client, FILE)) > 20
