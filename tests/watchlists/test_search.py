"""Searching a firm: from our own tables, numbers first, without showing what the reader may not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import UserFactory
from tests.companies.factories import CompanyFactory, EstablishmentFactory
from tests.conftest import visible_text
from tests.publication.factories import siren, siret
from tests.watchlists.factories import ACIERIE, GARAGE, MENUISERIE, agent, opened
from vigie.accounts.models import User
from vigie.companies.models import Company
from vigie.journal.models import AuditEvent
from vigie.watchlists.models import Firm, established_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]


def asked(**parameters: str) -> str:
    return reverse("watchlists:search", query=parameters)


def words(response) -> str:
    return " ".join(visible_text(response.content.decode()).split())


@pytest.fixture
def known(folders: Path) -> None:
    """The firms of the list, in the register too."""
    opened(folders)
    for firm, commune in ((MENUISERIE, "35238"), (GARAGE, "35238"), (ACIERIE, "59350")):
        company = Company.objects.get(pk=firm.siren)
        EstablishmentFactory(company=company, siret=siret(firm.number), commune_code=commune)


@pytest.mark.usefixtures("known")
def test_name_finds_and_says_the_level_only_where_it_is_open(as_: As) -> None:
    client = as_(agent())

    mine, never_in_alert, elsewhere = (words(client.get(asked(q=q))) for q in ("menuiserie", "garage", "acierie"))

    assert "Menuiserie Durand" in mine
    assert "Risque fort" in mine
    for text, name in ((never_in_alert, "Garage Morel"), (elsewhere, "Aciérie du Nord")):
        assert name in text
        assert "Verrouillé" in text
        assert "Risque" not in text
        assert "Pas d’alerte" not in text


@pytest.mark.usefixtures("known")
def test_whole_number_leads_to_the_sheet(as_: As) -> None:
    client = as_(agent())
    sheet = reverse("sheets:company", args=[MENUISERIE.siren])

    assert client.get(asked(q=MENUISERIE.siren)).url == sheet
    spaced = f"{MENUISERIE.siren[:3]} {MENUISERIE.siren[3:6]} {MENUISERIE.siren[6:]}"
    assert client.get(asked(q=spaced)).url == sheet
    # The number of the head office leads to the company, whose sheet says its level; that of another site, to it.
    assert client.get(asked(q=siret(MENUISERIE.number))).url == sheet
    site = EstablishmentFactory(
        company=Company.objects.get(pk=MENUISERIE.siren), siret=siret(MENUISERIE.number, 2), is_head_office=False
    )
    assert client.get(asked(q=site.siret)).url == reverse("sheets:establishment", args=[site.siret])
    assert client.get(asked(q=site.siret), follow=True).status_code == 200
    assert client.get(asked(q=siret(MENUISERIE.number, 3))).url == sheet
    assert "Aucune entreprise ne porte ce numéro" in words(client.get(asked(q=siret(777))))


@pytest.mark.usefixtures("known")
def test_departement_and_section_are_looked_for_beyond_the_best_of_france(as_: As) -> None:
    for n in range(100, 170):  # better ranked, elsewhere and of another trade
        far = CompanyFactory(siren=siren(n), name=f"Menuiserie Numéro {n}", naf_code="4332A", workforce_code="53")
        EstablishmentFactory(company=far, siret=siret(n), commune_code="59350", workforce_code="53")
    Company.objects.filter(pk=MENUISERIE.siren).update(naf_code="1623Z")
    client = as_(agent())

    assert MENUISERIE.name not in words(client.get(asked(q="menuiserie")))
    for narrowed in ({"departement": "35"}, {"secteur": "C"}, {"departement": "35", "secteur": "C"}):
        text = words(client.get(asked(q="menuiserie", **narrowed)))
        assert "1 entreprise trouvée" in text
        assert MENUISERIE.name in text
    for name in (MENUISERIE.name, "menuizerie", "menuiserie xylophone"):  # whole name, typing error, one word too many
        assert MENUISERIE.name in words(client.get(asked(q=name, departement="35")))
    assert MENUISERIE.name not in words(client.get(asked(q="menuiserie", departement="59")))


@pytest.mark.usefixtures("known")
def test_filters_and_empty_answers_are_pages(as_: As) -> None:
    client = as_(agent())

    assert "Menuiserie" in words(client.get(asked(q="menuiserie", departement="35")))
    assert "Aucune entreprise ne répond" in words(client.get(asked(q="menuiserie", departement="59")))
    assert "Aucune entreprise ne répond" in words(client.get(asked(q="zzzzzz")))
    assert "3 lettres au moins" in words(client.get(asked(q="me")))
    assert client.get(asked()).status_code == 200


@pytest.mark.usefixtures("known")
def test_search_leaves_its_count_in_the_audit_and_not_its_words(as_: As) -> None:
    as_(agent()).get(asked(q="menuiserie", departement="35"))

    row = AuditEvent.objects.get(action="search")
    assert row.details == {"found": 1, "departement": "35", "section": ""}


def test_search_does_not_exist_for_the_team(as_: As) -> None:
    assert as_(UserFactory(team=True)).get(asked(q="menuiserie")).status_code == 404


@pytest.mark.usefixtures("known")
def test_rights_of_all_lines_are_two_queries_at_most(as_: As) -> None:
    client = as_(agent())
    counts = []
    for more in (range(100, 120), ()):
        with CaptureQueriesContext(connection) as seen:
            client.get(asked(q="menuiserie"))
        rights = [one for one in seen if "watchlists_firmplace" in one["sql"]]
        counts.append((len(rights), len([one for one in seen if one["sql"].startswith("SELECT")])))
        for number in more:
            company = Company.objects.create(
                siren=siret(number)[:9], name=f"Menuiserie {number}", name_key=f"MENUISERIE {number}",
                source="sirene", seen_at="2026-01-01T00:00Z",
            )  # fmt: skip
            EstablishmentFactory(company=company, siret=siret(number))

    assert counts[0][0] <= 2
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("code", "departement"), [("35238", "35"), ("2A004", "2A"), ("97411", "974"), ("98735", "987")]
)
def test_departement_of_a_commune(code: str, departement: str) -> None:
    firm = EstablishmentFactory(commune_code=code).company

    assert Firm.objects.filter(established_in([departement])).get().pk == firm.pk
    assert not Firm.objects.filter(established_in(["3", "2B", "978"])).exists()
