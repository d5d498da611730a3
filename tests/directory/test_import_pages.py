"""Sending a file, reading what it changes, applying it, and taking the address book away, on screen."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.conftest import Book
from tests.directory.importing_world import INSTITUTION
from vigie.accounts.models import Antenne, User
from vigie.directory.models import DirectoryImport
from vigie.journal import jobs
from vigie.journal.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]
ANTENNES = "Institution;Nom;Codes INSEE;Nom du responsable;Email du responsable\n"


@pytest.fixture
def client_of_team() -> Client:
    return sign_in(Client(), UserFactory(team=True, full_name="Odile Brun"))


def post(client: Client, text: str, kind: str = "antennes", name: str = "antennes.csv"):
    file = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    return client.post(reverse("directory:imports"), {"kind": kind, "file": file}, follow=True)


def read(response) -> str:
    assert response.status_code == 200, response.status_code
    return visible_text(response.content.decode()).replace("\u00a0", " ")


def decide(client: Client, transition: str) -> str:
    row = DirectoryImport.objects.latest("pk")
    return read(client.post(reverse("directory:import_decide", args=[row.pk]), {"transition": transition}, follow=True))


def test_file_is_sent_reviewed_applied_and_its_people_invited(book: Book, client_of_team: Client) -> None:
    text = read(post(client_of_team, f"{ANTENNES}{INSTITUTION};Ain;1053 69999;Ana Lopes;ana@metiers.example\n"))
    assert "Rien n’est encore écrit" in text
    assert "Cette commune a fusionné : elle est lue comme Lyon (69), code 69123." in text
    assert "zones ajoutées" in text
    assert "2 fiches seront écrites" in text

    with jobs.collected() as queued:
        text = decide(client_of_team, "apply")
        assert "L’annuaire est à jour." in text
        assert "Envoyer l’invitation" in text
        assert "1 personne recevra un courriel" in text
        assert "1 invitation part." in decide(client_of_team, "invite")
        assert "sont déjà demandées" in decide(client_of_team, "invite")
    assert len(queued) == 1
    assert Antenne.objects.filter(name="Ain").count() == 1
    assert User.objects.get(email="ana@metiers.example").invited_at is None


def test_faulty_file_shows_line_column_and_value_and_offers_nothing(book: Book, client_of_team: Client) -> None:
    text = read(post(client_of_team, f"{ANTENNES}{INSTITUTION};Ain;99999;;\nInconnue;B;;;\n"))

    assert "À corriger" in text
    assert "Ligne 2 Codes INSEE 99999 Cette commune n’existe pas" in text
    assert "Appliquer ces changements" not in text
    assert "Ce fichier est vide." in read(post(client_of_team, ""))
    assert "Choisissez un fichier." in read(client_of_team.post(reverse("directory:imports"), {"kind": "antennes"}))


def test_abandoned_file_and_unknown_act(book: Book, client_of_team: Client) -> None:
    post(client_of_team, f"{ANTENNES}{INSTITUTION};Ain;1053;;\n")

    assert "l’annuaire n’a pas changé" in decide(client_of_team, "abandon")
    row = DirectoryImport.objects.get()
    url = reverse("directory:import_decide", args=[row.pk])
    assert client_of_team.post(url, {"transition": "licorne"}).status_code == 404
    assert "n’est plus possible" in decide(client_of_team, "apply")


def test_differences_are_filtered_and_searched(book: Book, client_of_team: Client) -> None:
    lines = "".join(f"{INSTITUTION};Antenne {n};1053;;\n" for n in range(30))
    post(client_of_team, f"{ANTENNES}{INSTITUTION};Chambre du Rhône;;;\n{lines}")
    url = reverse("directory:import", args=[DirectoryImport.objects.get().pk])

    page = read(client_of_team.get(url))
    assert "30 lignes" in page
    assert "Antennes créées" in page
    assert "Antennes inchangées" in page
    assert "Créée Antenne : Antenne 17" in read(client_of_team.get(url, {"q": "antenne 17"}))
    assert "1 ligne" in read(client_of_team.get(url, {"nature": "antenne", "effet": "unchanged"}))
    assert "Antenne 17" in read(client_of_team.get(url, {"q": "antenne 17"}))
    assert "Aucune ligne de cette nature." in read(client_of_team.get(url, {"effet": "reduced"}))


def test_page_of_a_file_read_by_the_worker_comes_back_by_itself(
    book: Book, client_of_team: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.directory.importing.acts.LARGE_LINES", 1)
    with jobs.collected():
        response = post(client_of_team, f"{ANTENNES}{INSTITUTION};Ain;1053;;\n{INSTITUTION};B;1053;;\n")

    assert "Vigie lit ce fichier" in read(response)
    assert response["Refresh"] == "5"


def test_queries_of_a_file_do_not_grow_with_its_lines(book: Book, client_of_team: Client) -> None:
    def queries(count: int) -> int:
        post(client_of_team, ANTENNES + "".join(f"{INSTITUTION};Antenne {n};1053 69999;;\n" for n in range(count)))
        with CaptureQueriesContext(connection) as asked:
            client_of_team.get(reverse("directory:import", args=[DirectoryImport.objects.latest("pk").pk]))
        return len(asked)

    assert queries(20) == queries(100) <= 20


@pytest.mark.parametrize(("kind", "file_format"), [("antennes", "csv"), ("advisers", "xlsx")])
def test_export_is_an_attachment_and_is_noted(kind: str, file_format: str, book: Book, client_of_team: Client) -> None:
    url = reverse("directory:export", args=[kind, file_format])
    response = client_of_team.get(url, {"institution": str(book.institution.pk)})

    body = b"".join(response)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="annuaire-')
    assert (b"PK" if file_format == "xlsx" else "Chambre du Rhône".encode()) in body
    noted = AuditEvent.objects.get(action="directory.export")
    assert (noted.actor_name, noted.object_id) == ("Odile Brun", str(book.institution.pk))
    assert noted.details == {"kind": kind, "format": file_format, "rows": 1}
    for bad in ({"institution": "x"}, {"institution": "0"}):
        assert client_of_team.get(url, bad).status_code == 404
    assert client_of_team.get("/equipe/annuaire/exporter/antennes.pdf").status_code == 404


def test_exports_are_counted(book: Book, client_of_team: Client) -> None:
    url = reverse("directory:export", args=["antennes", "csv"])

    statuses = [client_of_team.get(url).status_code for _ in range(11)]

    assert statuses == [200] * 10 + [429]


def test_exported_file_sent_back_on_screen_has_nothing_to_change(book: Book, client_of_team: Client) -> None:
    body = b"".join(client_of_team.get(reverse("directory:export", args=["advisers", "xlsx"])))
    file = io.BytesIO(body)
    file.name = "annuaire.xlsx"

    text = read(client_of_team.post(reverse("directory:imports"), {"kind": "advisers", "file": file}, follow=True))

    assert "Rien à changer" in text
