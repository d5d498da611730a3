"""The rows, the search index and the vocabulary are one; the database refuses what the law forbids."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from tests.companies.factories import CompanyFactory, ContactFactory, EstablishmentFactory, siren, siret
from vigie.companies import registry, rules, search_index
from vigie.companies.models import Company, Establishment, SearchWord, Source
from vigie.companies.queries import company_card, company_cards
from vigie.companies.registry import company_row, establishment_row, write

pytestmark = pytest.mark.django_db


def found(*words: str) -> list[str]:
    return search_index.best([[word] for word in words], 50)


@pytest.mark.parametrize(
    "fault",
    [
        lambda: CompanyFactory(siren="12345678"),
        lambda: CompanyFactory(siren="12345678X"),
        lambda: CompanyFactory(siren="123456789\n"),
        lambda: CompanyFactory(name=""),
        lambda: CompanyFactory(hidden=True, name="MARTIN"),
        lambda: CompanyFactory(hidden=True, acronym="M"),
        lambda: CompanyFactory(hidden=True, usual_name="M"),
        lambda: CompanyFactory(hidden=True, name_key="MARTIN"),
        lambda: EstablishmentFactory(siret="1234567890123"),
        lambda: EstablishmentFactory(siret=siret(1), company__siren=siren(2)),
        lambda: EstablishmentFactory(hidden=True, sign="CHEZ MARTIN"),
        lambda: EstablishmentFactory(hidden=True, address="1 RUE X"),
        lambda: EstablishmentFactory(hidden=True, postal_code="69003"),
        lambda: EstablishmentFactory(hidden=True, search_text="MARTIN"),
        lambda: EstablishmentFactory(closed_on=date(2025, 1, 1)),
        lambda: ContactFactory(email="", phone=""),
    ],
)
def test_database_refuses(fault: Any) -> None:
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        fault()


def test_factories_make_valid_rows_that_are_found() -> None:
    place = EstablishmentFactory(company__name="CORDONNERIE DU LAC")
    EstablishmentFactory(hidden=True)
    EstablishmentFactory(closed=True)
    EstablishmentFactory(foreign=True)
    EstablishmentFactory(company=place.company, is_head_office=False)
    assert len(found("CORDONNERIE", "LAC")) == 2


def test_index_follows_every_change_of_a_row() -> None:
    place = EstablishmentFactory(company__name="CORDONNERIE DU LAC")
    assert found("CORDONN") == [place.siret]

    Establishment.objects.filter(pk=place.pk).update(search_text="MERCERIE")
    assert (found("CORDONN"), found("MERC")) == ([], [place.siret])

    Establishment.objects.filter(pk=place.pk).update(search_rank=rules.CLOSED_RANK)
    assert found("MERC") == []

    Establishment.objects.filter(pk=place.pk).update(search_rank=0)
    assert found("MERC") == [place.siret]

    Establishment.objects.filter(pk=place.pk).update(search_text="")
    assert found("MERC") == []

    Establishment.objects.filter(pk=place.pk).update(search_text="MERCERIE")
    place.company.delete()
    assert found("MERC") == []


def test_index_is_taken_back_with_the_transaction() -> None:
    with transaction.atomic():
        EstablishmentFactory(company__name="CORDONNERIE DU LAC")
        transaction.set_rollback(True)
    assert found("CORDONN") == []


def test_index_is_made_anew_over_what_is_there() -> None:
    place = EstablishmentFactory(company__name="CORDONNERIE DU LAC")
    editor = SimpleNamespace(connection=connection)  # SQLite's own refuses to work inside a transaction
    connection.check_constraints()
    search_index.uninstall(None, editor)
    search_index.install(None, editor)
    assert found("CORDONN") == [place.siret]
    place.delete()
    assert found("CORDONN") == []


@pytest.mark.postgresql
def test_postgresql_reads_its_index() -> None:
    EstablishmentFactory(company__name="CORDONNERIE DU LAC")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        asked = f"{search_index._WORDS} @@ %s::tsquery AND search_rank <= {rules.EMPLOYER_RANK}"
        cursor.execute(f"EXPLAIN SELECT siret FROM companies_establishment WHERE {asked}", ["'CORDONN':*"])  # noqa: S608
        assert "companies_search" in "".join(line for (line,) in cursor.fetchall())


# --- names ------------------------------------------------------------------------------------------------------------
def a_firm(at: datetime, name: str, **told: Any) -> None:
    company = company_row(siren(1), name=name, source=Source.SIRENE, seen_at=at, **told)
    places = [
        establishment_row(siret(1, rank), company.names, source=Source.SIRENE, seen_at=at, commune_name="LYON")
        for rank in (1, 2)
    ]
    write([company], places)


def test_rows_by_the_hundred_are_written_as_one_by_one(at: datetime) -> None:
    companies = [company_row(siren(n), name=f"FIRME {n}", source=Source.SIRENE, seen_at=at) for n in range(700)]
    places = [
        establishment_row(
            siret(n), companies[n].names, source=Source.SIRENE, seen_at=at, created_on=date(2020, 1, n % 28 + 1)
        )
        for n in range(700)
    ]
    write(companies, places)
    together = list(Establishment.objects.order_by("siret").values())
    Company.objects.all().delete()
    for company, place in zip(companies, places, strict=True):
        write([company], [place])
    assert list(Establishment.objects.order_by("siret").values()) == together
    assert len(together) == 700


def test_new_name_is_followed_by_all_establishments(at: datetime) -> None:
    a_firm(at, "CORDONNERIE DU LAC")
    write([company_row(siren(1), name="MERCERIE DU LAC", source=Source.SIRENE, seen_at=at)])
    assert found("CORDONN") == []
    assert len(found("MERC", "LYON")) == 2
    assert SearchWord.objects.filter(word="MERCERIE").exists()


def test_firm_shown_again_is_found_when_its_establishments_come(at: datetime) -> None:
    a_firm(at, "CORDONNERIE DU LAC", diffusible=False)
    assert found("CORDONN") == []
    a_firm(at, "CORDONNERIE DU LAC")
    assert len(found("CORDONN")) == 2


def test_vocabulary_forgets_the_words_of_who_hides_but_not_those_of_others(at: datetime) -> None:
    a_firm(at, "KERVENANEC CORDONNERIE")
    EstablishmentFactory(company__name="CORDONNERIE DU LAC")
    write([company_row(siren(1), name="X", diffusible=False, source=Source.SIRENE, seen_at=at)])
    assert set(SearchWord.objects.values_list("word", flat=True)) >= {"CORDONNERIE"}
    assert not SearchWord.objects.filter(word="KERVENANEC").exists()


def test_only_new_leaves_what_exists(at: datetime) -> None:
    a_firm(at, "CORDONNERIE DU LAC")
    other = company_row(siren(1), name="AUTRE", source=Source.MANUAL, seen_at=at)
    write([other], [establishment_row(siret(1), other.names, source=Source.MANUAL, seen_at=at)], only_new=True)
    assert Company.objects.get().name == "CORDONNERIE DU LAC"
    assert Establishment.objects.get(siret=siret(1)).source == Source.SIRENE


def test_names_that_somebody_typed_are_not_those_of_a_register(at: datetime) -> None:
    CompanyFactory(siren=siren(1), source=Source.MANUAL)
    assert registry.names_of([siren(1)]) == {}


# --- cards ------------------------------------------------------------------------------------------------------------
def test_card_says_what_is_known_and_what_is_not() -> None:
    place = EstablishmentFactory(company__name="BOULANGERIE DU LAC", sign="AU BON PAIN", agreements=["0843"])
    card = company_card(place.siret)
    assert card is not None
    assert (card.name, card.sign, card.commune_name) == ("BOULANGERIE DU LAC", "AU BON PAIN", "LYON")
    assert card.legal_form == "Société à responsabilité limitée (sans autre indication)"
    assert card.activity == "Boulangerie et boulangerie-pâtisserie"
    assert (card.workforce, card.source) == ("3 à 5 salariés", "Sirene (fichier stock)")
    assert card.missing == ("nature d’activité",)
    assert company_card("00000000000000") is None


def test_card_of_a_hidden_firm_names_nobody() -> None:
    card = company_card(EstablishmentFactory(hidden=True).siret)
    assert card is not None
    assert (card.name, card.address, card.diffusible) == ("Entreprise non diffusible", "", False)
    assert "adresse" not in card.missing  # kept back, not unknown


def test_exact_headcount_is_preferred_to_the_class() -> None:
    assert company_cards([EstablishmentFactory(headcount=1).siret]).popitem()[1].workforce == "1 salarié"
    assert company_cards([EstablishmentFactory(headcount=7).siret]).popitem()[1].workforce == "7 salariés"


def test_cards_cost_one_query(django_assert_num_queries: Any) -> None:
    sirets = [EstablishmentFactory().siret for _ in range(20)]
    with django_assert_num_queries(1):
        assert set(company_cards(sirets)) == set(sirets)
