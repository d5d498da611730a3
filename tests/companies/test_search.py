"""Searching by name, sign, acronym, number and commune: forgiving, ranked, never an error, alike on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.companies.factories import AT, EstablishmentFactory, siren, siret
from vigie.companies import queries
from vigie.companies.models import Establishment, Source
from vigie.companies.queries import CompanyHit, establishments_of, search_companies
from vigie.companies.registry import company_row, establishment_row, write
from vigie.territory.models import Commune, CommuneMovement

LYON = {"commune_code": "69383", "commune_name": "LYON 3EME", "postal_code": "69003"}
RENNES = {"commune_code": "35238", "commune_name": "RENNES", "postal_code": "35000"}
SAINT_BRIEUC = {"commune_code": "22278", "commune_name": "SAINT-BRIEUC", "postal_code": "22000"}


def firm(rank: int, name: str, *, place: int = 1, at: datetime = AT, **told: Any) -> None:
    """A firm and one establishment, written as every register writes them."""
    names = {key: told.pop(key) for key in ("usual_name", "acronym") if key in told}
    company = company_row(siren(rank), name=name, source=Source.SIRENE, seen_at=at, **names)
    row = establishment_row(
        siret(rank, place),
        company.names,
        source=Source.SIRENE,
        seen_at=at,
        is_head_office=told.pop("is_head_office", place == 1),
        **{**LYON, **told},
    )
    write([company], [row])


@pytest.fixture
def directory(db: None) -> Iterator[None]:
    firm(1, "BOULANGERIE DUPONT")
    firm(2, "BOULANGERIE DE LA GARE SARL", **RENNES)
    firm(3, "L'ORÉAL DES ŒUFS", workforce=("53", 2023))
    firm(4, "SOCIETE NATIONALE DES CHAMPS FLEURIS", acronym="SNCF")
    firm(5, "MARTIN Jeanne EI", usual_name="AU BON COIN", sign="LE FOURNIL D'ANTAN", **SAINT_BRIEUC)
    firm(6, "GARAGE ST-MICHEL", **RENNES)
    return


def names(text: str, **options: Any) -> list[str]:
    return [hit.name for hit in search_companies(text, **options)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("boulangerie dupont", "BOULANGERIE DUPONT"),
        ("BOULANGERIE DUPONT SAS", "BOULANGERIE DUPONT"),
        ("dupont boulangerie", "BOULANGERIE DUPONT"),
        ("dup boul", "BOULANGERIE DUPONT"),
        ("bôulàngérie   DUPONT", "BOULANGERIE DUPONT"),
        ("boulangerie gare rennes", "BOULANGERIE DE LA GARE SARL"),
        ("boulangerie 35000", "BOULANGERIE DE LA GARE SARL"),
        ("loreal", "L'ORÉAL DES ŒUFS"),
        ("l'oreal", "L'ORÉAL DES ŒUFS"),
        ("oeufs", "L'ORÉAL DES ŒUFS"),
        ("œufs", "L'ORÉAL DES ŒUFS"),
        ("sncf", "SOCIETE NATIONALE DES CHAMPS FLEURIS"),
        ("S.N.C.F.", "SOCIETE NATIONALE DES CHAMPS FLEURIS"),
        ("fournil", "MARTIN Jeanne EI"),
        ("d'antan", "MARTIN Jeanne EI"),
        ("bon coin", "MARTIN Jeanne EI"),
        ("saint-brieuc martin", "MARTIN Jeanne EI"),
        ("st brieuc", "MARTIN Jeanne EI"),
        ("garage saint michel", "GARAGE ST-MICHEL"),
    ],
)
@pytest.mark.usefixtures("directory")
def test_company_is_found_however_it_is_called(typed: str, name: str) -> None:
    assert names(typed)[0] == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("boulngerie dupont", "BOULANGERIE DUPONT"),
        ("boulangerie dupond", "BOULANGERIE DUPONT"),
        ("boulangeire dupont", "BOULANGERIE DUPONT"),
        ("dupontt", "BOULANGERIE DUPONT"),
        ("boulangri", "BOULANGERIE DUPONT"),
        ("garrage", "GARAGE ST-MICHEL"),
        ("fourni antn", "MARTIN Jeanne EI"),
        ("boulangerie dupont villeurbanne", "BOULANGERIE DUPONT"),  # one word too many
        ("boulangerie zzzzzz", "BOULANGERIE DUPONT"),
    ],
)
@pytest.mark.usefixtures("directory")
def test_one_error_or_one_word_too_many_is_forgiven(typed: str, name: str) -> None:
    assert name in names(typed)


@pytest.mark.usefixtures("directory")
def test_an_error_is_forgiven_only_when_nothing_answers() -> None:
    firm(7, "DUPOND PLOMBERIE")
    assert names("dupond") == ["DUPOND PLOMBERIE"]


@pytest.mark.usefixtures("directory")
def test_number_gives_its_company_or_establishment() -> None:
    firm(1, "BOULANGERIE DUPONT", place=2, **RENNES)
    assert [hit.siret for hit in search_companies(siret(1, 2))] == [siret(1, 2)]
    shown = f"{siren(1)[:3]} {siren(1)[3:6]} {siren(1)[6:]}"
    for typed in (siren(1), shown, siren(1)[:8]):
        hits = search_companies(typed)
        assert (hits[0].siret, hits[0].open_count, hits[0].value) == (siret(1), 2, siren(1))
    assert search_companies(siret(99)) == []
    assert search_companies("999999999") == []


@pytest.mark.usefixtures("directory")
def test_closed_foreign_and_typed_firms_are_not_offered_but_by_their_number() -> None:
    EstablishmentFactory(company__name="BRASSERIE FERMEE", closed=True)
    EstablishmentFactory(company__name="BRASSERIE ALLEMANDE", foreign=True)
    EstablishmentFactory(company__name="BRASSERIE SAISIE", source=Source.MANUAL)
    assert names("brasserie") == []
    for place in Establishment.objects.filter(company__name__startswith="BRASSERIE"):
        assert [hit.siret for hit in search_companies(place.siret)] == [place.siret]


# --- ranking ----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_order_is_exact_name_then_commune_then_beginning_then_head_office_then_size() -> None:
    firm(10, "PAIN", is_head_office=False)
    firm(11, "MAISON DU PAIN", workforce=("42", 2023))
    firm(12, "PAIN DORE", workforce=("01", 2023))
    firm(13, "PAIN COMPLET", workforce=("22", 2023))
    firm(14, "PAIN PERDU", workforce=("53", 2023), is_head_office=False)
    firm(15, "LE COIN", sign="PAIN CHAUD", **RENNES)

    assert names("pain") == ["PAIN", "PAIN COMPLET", "PAIN DORE", "PAIN PERDU", "MAISON DU PAIN", "LE COIN"]
    assert names("pain", commune_code="35238")[:2] == ["PAIN", "LE COIN"]


@pytest.mark.django_db
def test_a_firm_of_a_thousand_places_takes_one_line() -> None:
    names_of = company_row(siren(20), name="LA GRANDE ENSEIGNE", source=Source.SIRENE, seen_at=AT)
    places = [
        establishment_row(
            siret(20, place), names_of.names, source=Source.SIRENE, seen_at=AT, is_head_office=place == 1, **LYON
        )
        for place in range(1, 200)
    ]
    write([names_of], places)
    firm(21, "GRANDE ENSEIGNE DU NORD")

    hits = search_companies("grande enseigne")
    assert [(hit.name, hit.open_count) for hit in hits] == [("GRANDE ENSEIGNE DU NORD", 1), ("LA GRANDE ENSEIGNE", 199)]
    assert hits[1].is_head_office


@pytest.mark.django_db
def test_place_in_the_words_chooses_the_establishment() -> None:
    firm(30, "PHARMACIE CENTRALE")
    firm(30, "PHARMACIE CENTRALE", place=2, **RENNES)
    assert search_companies("pharmacie centrale")[0].siret == siret(30, 1)
    assert search_companies("pharmacie centrale rennes")[0].siret == siret(30, 2)
    assert search_companies("pharmacie centrale", commune_code="35238")[0].siret == siret(30, 2)


@pytest.mark.django_db
def test_merged_commune_and_districts_are_searched_under_the_code_of_today() -> None:
    row = {"vintage": 2026, "departement_code": "69", "region_code": "84", "name_folded": "X"}
    Commune.objects.create(code="69123", name="Lyon", kind="commune", **row)
    Commune.objects.create(code="69383", name="Lyon 3e", kind="municipal_district", parent_code="69123", **row)
    CommuneMovement.objects.create(old_code="69231", new_code="69123", kind="merged")
    CommuneMovement.objects.create(old_code="69999", new_code="69231", kind="merged")
    firm(40, "CORDONNERIE A")
    firm(41, "CORDONNERIE B", **{**LYON, "commune_code": "69999"})
    firm(42, "CORDONNERIE C", workforce=("53", 2023), **RENNES)

    for code in ("69123", "69999"):
        assert names("cordonnerie", commune_code=code) == ["CORDONNERIE A", "CORDONNERIE B", "CORDONNERIE C"]
    assert names("cordonnerie") == ["CORDONNERIE C", "CORDONNERIE A", "CORDONNERIE B"]


@pytest.mark.usefixtures("directory")
def test_limit_holds() -> None:
    for rank in range(50, 70):
        firm(rank, f"TAXI {rank}")
    assert len(names("taxi")) == 10
    assert len(names("taxi", limit=3)) == 3


# --- whatever is typed ------------------------------------------------------------------------------------------------
HOSTILE = [
    "",
    " ",
    "*",
    '"',
    "'",
    "%",
    "_",
    "\\",
    "\x00",
    "😀",
    "日本",
    "\u202edupont",
    "'; DROP TABLE companies_company; --",
    '"unbalanced',
    "NEAR(dupont boulangerie, 2)",
    "dupont AND OR NOT",
    "words : dupont",
    "dupont*",
    "^dupont",
    "-dupont",
    "{words} : x",
    "dupont:*",
    "'dupont' & !'x' | ()",
    "@69383",
    "%s %(x)s {{7*7}}",
    "a" * 10_000,
    "dupont " * 2_000,
    "é" * 10_000,
    "1" * 10_000,
    " ".join("abcdefghij"),
    "sarl sas sa",
    "de la du",
]


@pytest.mark.parametrize("commune", [None, "69383", "", "'", "@", "\x00", "x" * 100])
@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.usefixtures("directory")
def test_hostile_text_is_no_error(typed: str, commune: str | None) -> None:
    assert all(isinstance(hit, CompanyHit) for hit in search_companies(typed, commune_code=commune))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=80))
def test_any_text_is_no_error(directory: None, typed: str) -> None:
    search_companies(typed)


@pytest.mark.usefixtures("directory")
def test_queries_do_not_grow_with_companies() -> None:
    def count(typed: str, **options: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            search_companies(typed, **options)
        return len(captured)

    few = [count("taxi"), count("taxi", commune_code="35238"), count(siren(1)), count("txai")]
    for rank in range(100, 160):
        firm(rank, f"TAXI {rank}")
    assert count("taxi") <= 6
    assert count("taxi", commune_code="35238") <= 10
    assert count(siren(1)) == few[2] == 3
    assert count("un deux trois quatre cinq six sept huit") <= 60


# --- lines and lists --------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("directory")
def test_line_says_what_distinguishes_a_company() -> None:
    firm(1, "BOULANGERIE DUPONT", place=2, **RENNES)
    one, several = search_companies("fournil")[0], search_companies("boulangerie dupont")[0]
    assert one.label == "MARTIN Jeanne EI (LE FOURNIL D'ANTAN)"
    assert one.hint == f"22000 SAINT-BRIEUC · SIRET {queries.show_siret(siret(5))}"
    assert one.value == siret(5)
    assert several.hint == f"69003 LYON 3EME · SIREN {queries.show_siren(siren(1))} · 2 établissements"
    assert several.value == siren(1)


@pytest.mark.usefixtures("directory")
def test_establishments_of_a_company_are_its_open_ones_in_france() -> None:
    firm(1, "BOULANGERIE DUPONT", place=2, **RENNES)
    firm(1, "BOULANGERIE DUPONT", place=3, is_active=False)
    firm(1, "BOULANGERIE DUPONT", place=4, abroad=True)
    assert [place.siret for place in establishments_of(siren(1))] == [siret(1), siret(1, 2)]
    assert [place.siret for place in establishments_of(siren(1), text="rennes")] == [siret(1, 2)]
    assert [place.siret for place in establishments_of(siren(1), commune_code="35238")] == [siret(1, 2)]
    assert list(establishments_of(siren(77))) == []
