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
from vigie.companies.models import Company, Establishment
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
    assert row.details == {"found": 1, "filters": {"departements": "35"}}


@pytest.fixture
def many(folders: Path) -> dict[str, str]:
    """Firms whose names begin alike: what each is → its name."""
    opened(folders)
    told = (
        ("big", "Tuilerie Alpha", 901, {"workforce_code": "32"}, "35238", True),
        ("middle", "Tuilerie Beta", 902, {"workforce_code": "12"}, "22278", True),
        ("small", "Tuilerie Gamma", 903, {"workforce_code": "01"}, "59350", True),
        ("unknown", "Tuilerie Delta", 904, {"workforce_code": ""}, "35238", True),
        ("closed", "Tuilerie Epsilon", 905, {"workforce_code": "12"}, "35238", False),
        ("site", "Tuilerie Zeta", 906, {"workforce_code": "11", "is_head_office": False}, "35238", True),
    )
    for _key, name, number, facts, commune, active in told:
        company = CompanyFactory(siren=siren(number), name=name, is_active=active, naf_code="2332Z")
        EstablishmentFactory(
            company=company, siret=siret(number), commune_code=commune, is_active=active,
            closed_on=None if active else "2026-01-01", **facts,
        )  # fmt: skip
    return {key: name for key, name, *_rest in told}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "big middle small unknown site"),
        ({"effectif_min": "10"}, "big middle site"),
        ({"effectif_min": "15", "effectif_max": "60"}, "middle site"),
        ({"effectif_max": "9"}, "small"),
        ({"effectif_min": "60", "effectif_max": "50"}, ""),
        ({"effectif_min": "100000"}, ""),
        ({"etat": "fermee"}, "closed"),
        ({"etat": "fermee", "effectif_min": "20", "effectif_max": "20"}, "closed"),
        ({"etat": "fermee", "effectif_min": "50"}, ""),
        ({"departement": ["22", "59"]}, "middle small"),
        ({"departement": ["22", "59"], "effectif_min": "20"}, "middle"),
        ({"secteur": ["C", "F"]}, "big middle small unknown site"),
        ({"secteur": ["F", "G"]}, ""),
        ({"effectif_min": "-4"}, "big middle small unknown site"),  # left aside, and said
    ],
    ids=str,
)
def test_filters_narrow_the_search(filters: dict[str, str], found: str, many: dict[str, str], as_: As) -> None:
    text = words(as_(agent()).get(asked(q="tuilerie", **filters)))

    assert {key for key, name in many.items() if name in text} == set(found.split())


def test_a_class_of_workforce_is_looked_for_beyond_the_best(many: dict[str, str], as_: As) -> None:
    for n in range(300, 380):
        far = CompanyFactory(siren=siren(n), name=f"Tuilerie Numéro {n}")
        EstablishmentFactory(company=far, siret=siret(n), commune_code="59350", workforce_code="53")
    client = as_(agent())

    assert many["small"] not in words(client.get(asked(q="tuilerie")))
    assert many["small"] in words(client.get(asked(q="tuilerie", effectif_max="5")))


@pytest.mark.usefixtures("known")
def test_turnover_narrows_only_to_what_the_reader_may_know(as_: As) -> None:
    """A firm that answers to a turnover is in alert: a filter must not tell it to who may not read it."""
    for firm in (MENUISERIE, GARAGE, ACIERIE):  # in alert here, never in alert, in alert in another territory
        Company.objects.filter(pk=firm.siren).update(name=f"Ferronnerie {firm.number}")
        Establishment.objects.filter(company=firm.siren).update(search_text=" ".join(("FERRONNERIE", str(firm.number))))
    here = as_(agent())

    numbers = {str(firm.number) for firm in (MENUISERIE, GARAGE, ACIERIE)}
    assert len(numbers) == 3
    whole = {number for number in numbers if f"Ferronnerie {number}" in words(here.get(asked(q="ferronnerie")))}
    assert whole == numbers
    for filters in ({"ca_min": "0"}, {"ca_min": "2500"}, {"ca_max": "2500"}, {"ca_max": "999999999"}):
        text = words(here.get(asked(q="ferronnerie", **filters)))
        assert f"Ferronnerie {MENUISERIE.number}" in text, filters
        for locked in (GARAGE, ACIERIE):  # whatever is asked
            assert f"Ferronnerie {locked.number}" not in text, filters
    assert f"Ferronnerie {MENUISERIE.number}" not in words(here.get(asked(q="ferronnerie", ca_min="2501")))
    national = as_(agent(territory="FR"))
    assert f"Ferronnerie {ACIERIE.number}" in words(national.get(asked(q="ferronnerie", ca_min="0")))


@pytest.mark.usefixtures("known")
def test_turnover_is_neither_offered_nor_acts_without_the_right(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    client = as_(agent())
    assert b'name="ca_min"' in client.get(asked(q="menuiserie")).content

    monkeypatch.setattr("vigie.watchlists.queries.search.held_by", lambda person: frozenset())
    page = client.get(asked(q="menuiserie", ca_min="999999"))

    assert b'name="ca_min"' not in page.content
    assert "Menuiserie Durand" in words(page)  # it narrows nothing


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
