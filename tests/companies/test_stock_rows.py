"""What each cell of the stock becomes; what is refused, and what is kept back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.companies import stock
from tests.companies.factories import siren, siret
from vigie.companies import stock_rows
from vigie.companies.registry import CompanyRow, EstablishmentRow, Names
from vigie.companies.rules import HIDDEN_NAME
from vigie.companies.stock_rows import PLACES, UNITS, PlaceLine, Rejected, UnitLine
from vigie.kernel.siren import LA_POSTE

NAMES = Names("BOULANGERIE DU PORT", "", "", True)


def unit(at: datetime, **told: str) -> CompanyRow:
    line = stock.unit(1, **{"name": "BOULANGERIE DU PORT", **told})
    read = UnitLine._make(line.get(name) for name in UNITS.columns)
    return stock_rows.read_unit(read, stock_rows.siren_of(read)[0], at)


def place(at: datetime, names: Names = NAMES, **told: str) -> EstablishmentRow:
    read = a_line(**told)
    return stock_rows.read_place(read, stock_rows.siret_of(read)[0], names, at)


def a_line(**told: str) -> PlaceLine:
    line = stock.place(1, **told)
    return PlaceLine._make(line.get(name) for name in PLACES.columns)


# --- names ------------------------------------------------------------------------------------------------------------
PERSON = {
    "denominationUniteLegale": "",
    "nomUniteLegale": "MARTIN",
    "nomUsageUniteLegale": "DURAND",
    "prenom1UniteLegale": "JEANNE",
    "prenomUsuelUniteLegale": "ZOE",
}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({}, "BOULANGERIE DU PORT"),
        (PERSON, "ZOE DURAND EI"),
        ({**PERSON, "nomUsageUniteLegale": "", "prenomUsuelUniteLegale": ""}, "JEANNE MARTIN EI"),
        ({"denominationUniteLegale": ""}, "Entreprise sans nom"),
        ({"denominationUniteLegale": "  A \u202e\u200b B\x07\n C  "}, "A B C"),
        ({"denominationUniteLegale": "<script>alert(1)</script>"}, "<script>alert(1)</script>"),
        ({"denominationUniteLegale": "é" + "\u0301" * 10_000}, "é" + "\u0301" * 3),
        ({"denominationUniteLegale": "X" * 500}, "X" * 200),
    ],
)
def test_name_of_a_company(at: datetime, told: dict[str, str], name: str) -> None:
    assert unit(at, **told).name == name


@pytest.mark.parametrize("status", ["P", "N", "", "o", "?"])
def test_company_that_is_not_wholly_diffusible_has_no_name(at: datetime, status: str) -> None:
    row = unit(
        at,
        statutDiffusionUniteLegale=status,
        sigleUniteLegale="BDP",
        denominationUsuelle1UniteLegale="AU BON PAIN",
    )
    assert (row.name, row.name_key, row.usual_name, row.acronym, row.diffusible) == (HIDDEN_NAME, "", "", "", False)


def test_mark_of_what_is_kept_back_is_never_a_name(at: datetime) -> None:
    row = unit(at, denominationUniteLegale="[ND]", denominationUsuelle1UniteLegale="[ND]", sigleUniteLegale="[ND]")
    assert "ND" not in (*row.name.split(), row.usual_name, row.acronym)


# --- numbers ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "read", "warning"),
    [
        (siren(1), siren(1), ""),
        (f"{siren(1)[:3]} {siren(1)[3:6]} {siren(1)[6:]}", siren(1), ""),
        ("290000011", "290000011", "wrong key"),
        ("05580113", "005580113", "zero restored"),
    ],
)
def test_siren_is_read(written: str, read: str, warning: str) -> None:
    assert stock_rows.siren_of(UnitLine(written, *["O"] * 6)) == (read, warning)


@pytest.mark.parametrize(
    "written", ["", "12345678", "1234567890", "1.23E+13", "ABCDEFGHI", "１２３４５６７８９", None, "-"]
)
def test_siren_that_cannot_be_is_rejected(written: str | None) -> None:
    with pytest.raises(Rejected, match="siren"):
        stock_rows.siren_of(UnitLine(written, *["O"] * 6))


def test_siret_is_made_of_siren_and_nic_whose_zeros_may_be_lost() -> None:
    number = siret(1)
    assert stock_rows.siret_of(a_line(nic=number[9:].lstrip("0"))) == (number, "")
    assert stock_rows.siret_of(a_line(nic="99999"))[1] == "wrong key"
    with pytest.raises(Rejected, match="nic"):
        stock_rows.siret_of(a_line(nic="123456"))


def test_establishments_of_the_post_office_have_their_own_key() -> None:
    assert stock_rows.siret_of(a_line(siren=LA_POSTE, nic="00002"))[1] == "wrong key"
    assert stock_rows.siret_of(a_line(siren=LA_POSTE, nic="00006"))[1] == ""


# --- dates ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written", ["2024-02-31", "0000000", "2219-01-01", "1899-12-31", "31/12/2020", "hier", "2024-1-1"]
)
def test_impossible_or_far_date_of_creation_rejects_the_line(at: datetime, written: str) -> None:
    with pytest.raises(Rejected, match="dateCreationUniteLegale"):
        unit(at, dateCreationUniteLegale=written)
    with pytest.raises(Rejected, match="dateCreationEtablissement"):
        place(at, dateCreationEtablissement=written)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("", None),
        ("1900-01-01", date(1900, 1, 1)),
        ("2026-09-01", date(2026, 9, 1)),
        ("2024-02-29T10:00:00", date(2024, 2, 29)),
    ],
)
def test_possible_date_of_creation_is_kept(at: datetime, written: str, day: date | None) -> None:
    assert unit(at, dateCreationUniteLegale=written).created_on == day


def test_closing_day_is_the_first_of_the_last_period(at: datetime) -> None:
    closed = place(at, etatAdministratifEtablissement="F", dateDebut="2020-05-01")
    assert (closed.is_active, closed.closed_on) == (False, date(2020, 5, 1))
    assert place(at, etatAdministratifEtablissement="F", dateDebut="?").closed_on is None
    assert place(at, dateDebut="2020-05-01").closed_on is None


# --- other cells ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "column", "value"),
    [
        ({"codeCommuneEtablissement": "2a004"}, "commune_code", "2A004"),
        ({"codeCommuneEtablissement": "01033"}, "commune_code", "01033"),  # an old code is kept as delivered
        ({"codeCommuneEtablissement": "LYON"}, "commune_code", ""),
        ({"codePostalEtablissement": "6900"}, "postal_code", ""),
        ({"activitePrincipaleEtablissement": "10.71c"}, "naf_code", "1071C"),
        ({"activitePrincipaleEtablissement": "52.4A"}, "naf_code", "524A"),
        ({"activitePrincipaleEtablissement": "boulanger"}, "naf_code", ""),
        ({"nomenclatureActivitePrincipaleEtablissement": "NAF2025"}, "naf_version", "NAF2025"),
        ({"trancheEffectifsEtablissement": "NN"}, "workforce_code", "NN"),
        ({"trancheEffectifsEtablissement": "99"}, "workforce_code", ""),
        ({"anneeEffectifsEtablissement": "vers 2020"}, "workforce_year", None),
        ({"enseigne1Etablissement": "", "denominationUsuelleEtablissement": "AU BON PAIN"}, "sign", "AU BON PAIN"),
        ({"indiceRepetitionEtablissement": "B"}, "address", "12 B RUE DES LILAS"),
        ({"etablissementSiege": "1"}, "is_head_office", True),
    ],
)
def test_cell_becomes_a_value(at: datetime, told: dict[str, str], column: str, value: Any) -> None:
    assert getattr(place(at, **told), column) == value


@pytest.mark.parametrize(
    "told",
    [
        {"codePaysEtrangerEtablissement": "99109"},
        {"libellePaysEtrangerEtablissement": "ALLEMAGNE"},
        {"codeCommuneEtablissement": "99109"},
    ],
)
def test_foreign_establishment_is_flagged_and_not_searched(at: datetime, told: dict[str, str]) -> None:
    row = place(at, **told)
    assert (row.abroad, row.commune_code, row.postal_code, row.search_text) == (True, "", "", "")


@pytest.mark.parametrize("names", [NAMES, Names(HIDDEN_NAME, "", "", False)])
@pytest.mark.parametrize("status", ["O", "P"])
def test_establishment_is_hidden_when_it_or_its_company_is(at: datetime, names: Names, status: str) -> None:
    row = place(at, names, statutDiffusionEtablissement=status, enseigne1Etablissement="AU BON PAIN")
    assert row.diffusible == (names.diffusible and status == "O")
    if not row.diffusible:
        assert (row.sign, row.address, row.postal_code, row.search_text) == ("", "", "", "")
        assert row.commune_code == "69383"  # public, and what routing needs
