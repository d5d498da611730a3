"""The search of companies over HTTP: what a combobox reads, what a page shows, how often it may be asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.companies.factories import EstablishmentFactory
from tests.conftest import visible_text
from vigie.connectors.fakes import modes
from vigie.connectors.recherche_entreprises import SERVICE
from vigie.rights.limits import forget_local_counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _counters() -> Any:
    forget_local_counts()
    yield
    forget_local_counts()
    modes.board.store = modes.ProcessStore()


def ask(client: Client, text: str, **headers: str) -> Any:
    return client.get(reverse("companies:search"), {"q": text}, **headers)


def test_address_is_stable() -> None:
    assert reverse("companies:search") == "/recherche/entreprises/"


def test_combobox_reads_lines(client: Client) -> None:
    place = EstablishmentFactory(company__name="BOULANGERIE DU LAC")
    answer = ask(client, "boulangerie", **JSON)
    assert answer.json() == {
        "results": [
            {
                "value": place.siret,
                "label": "BOULANGERIE DU LAC",
                "hint": f"69003 LYON · SIRET {place.siret[:3]}\u00a0{place.siret[3:6]}\u00a0{place.siret[6:9]}\u00a0"
                f"{place.siret[9:]}",
            }
        ]
    }
    assert "Accept" in answer["Vary"]


def test_page_shows_names_as_text(client: Client) -> None:
    EstablishmentFactory(company__name="<script>alert(1)</script> BOULANGERIE")
    html = ask(client, "boulangerie").content.decode()
    assert "<script>" not in html
    assert "<script>alert(1)</script> BOULANGERIE" in visible_text(
        html.replace("&lt;", "‹").replace("&gt;", "›")
    ).replace("‹", "<").replace("›", ">")


def test_page_says_when_nothing_answers(client: Client) -> None:
    assert "Aucune entreprise trouvée" in visible_text(ask(client, "zzzz").content.decode())
    modes.board.set(SERVICE, "500")
    assert "ne répond pas en ce moment" in visible_text(ask(client, "autre chose").content.decode())


@pytest.mark.parametrize("text", ["", "\x00", '"*', "a" * 10_000, "😀", "' OR 1=1 --"])
@pytest.mark.parametrize("headers", [{}, JSON])
def test_hostile_text_is_an_empty_answer(client: Client, text: str, headers: dict[str, str]) -> None:
    assert ask(client, text, **headers).status_code == 200
    assert client.get(reverse("companies:search"), {"q": "pain", "commune": text}, **headers).status_code == 200


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post(reverse("companies:search")).status_code == 405


def test_sixty_searches_a_minute_then_a_wait(client: Client) -> None:
    statuses = [ask(client, "pain", **JSON).status_code for _ in range(70)]
    assert statuses[:60] == [200] * 60
    assert set(statuses[61:]) == {429}
    refused = ask(client, "pain", **JSON)
    assert int(refused["Retry-After"]) > 0
