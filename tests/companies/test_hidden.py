"""The name and address of a non-diffusible firm are nowhere: no answer, no page, not a byte of the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.companies.factories import siren, siret
from tests.companies.stock import import_stock, place, unit, write_file
from vigie.companies import lookup
from vigie.companies.models import Establishment
from vigie.companies.queries import company_card, search_companies
from vigie.companies.stock_rows import UNITS

pytestmark = pytest.mark.django_db

SECRETS = ("KERVENANEC", "MAELLE", "BIGOUDENE", "SARDINERIE", "GOEMONIERS", "29123")
# A file that forgets to mask what it should: the status alone must be enough.
UNIT = unit(
    1,
    statutDiffusionUniteLegale="P",
    nomUniteLegale="KERVENANEC",
    prenom1UniteLegale="MAELLE",
    denominationUsuelle1UniteLegale="LA BIGOUDENE",
    sigleUniteLegale="SARDINERIE",
)
PLACE = place(
    1,
    statutDiffusionEtablissement="P",
    enseigne1Etablissement="SARDINERIE KERVENANEC",
    libelleVoieEtablissement="DES GOEMONIERS",
    codePostalEtablissement="29123",
    codeCommuneEtablissement="29019",
    libelleCommuneEtablissement="BREST",
)


def database_bytes() -> bytes:
    """Every byte that the database keeps."""
    if connection.vendor == "sqlite":
        return bytes(connection.connection.serialize())
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [name for (name,) in cursor.fetchall()]
        whole = []
        for name in tables:
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608
            whole += [row for (row,) in cursor.fetchall()]
    return "\n".join(whole).encode()


def test_nothing_that_is_kept_back_reaches_the_database(tmp_path: Path, at: datetime) -> None:
    import_stock(tmp_path, [UNIT, unit(2, "BRASSERIE DU PORT")], [PLACE, place(2)], at=at)

    kept = database_bytes()

    assert b"BRASSERIE" in kept
    assert [secret for secret in SECRETS if secret.encode() in kept] == []


@pytest.mark.parametrize("told", ["KERVENANEC", "maelle", "bigoudene", "sardinerie", "goemoniers", "29123", "brest"])
def test_no_search_finds_it_by_what_is_kept_back(tmp_path: Path, at: datetime, client: Client, told: str) -> None:
    import_stock(tmp_path, [UNIT], [PLACE], at=at)
    assert search_companies(told) == []
    assert search_companies(told, commune_code="29019") == []
    for headers in ({}, {"HTTP_ACCEPT": "application/json"}):
        answer = client.get("/recherche/entreprises/", {"q": told}, **headers).content.decode()
        assert siret(1) not in answer.replace("\u00a0", "")


def test_it_is_chosen_by_its_number_and_shown_without_name(tmp_path: Path, at: datetime, client: Client) -> None:
    import_stock(tmp_path, [UNIT], [PLACE], at=at)

    for typed in (siret(1), siren(1)):
        (hit,) = search_companies(typed)
        assert (hit.label, hit.value) == ("Entreprise non diffusible", siret(1))
        answer = client.get("/recherche/entreprises/", {"q": typed}).content.decode()
        assert "Entreprise non diffusible" in answer
        assert not any(secret in answer for secret in SECRETS)
    found = lookup.find_establishment(siret(1), at=at)
    assert found.establishment is not None
    assert (found.establishment.company.name, found.establishment.commune_code) == (
        "Entreprise non diffusible",
        "29019",
    )
    assert not any(secret in repr(company_card(siret(1))) for secret in SECRETS)


def test_rejected_line_of_a_person_leaves_no_name_in_the_report(tmp_path: Path, at: datetime) -> None:
    broken = {**UNIT, "dateCreationUniteLegale": "2024-02-31"}
    import_stock(tmp_path, [broken, unit(2, "X")], [place(2)], at=at)
    assert [secret for secret in SECRETS if secret.encode() in database_bytes()] == []


def test_command_prints_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_sirene", legal_units=write_file(tmp_path, UNITS, [UNIT]))
    assert "1 kept (1 non-diffusible)" in capsys.readouterr().out
    assert not Establishment.objects.exists()
