"""Local directory, then the outside service, then by hand: nobody is refused because a register is down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.companies.factories import EstablishmentFactory, siren, siret
from vigie.companies import lookup
from vigie.companies.models import Company, Establishment, Source
from vigie.companies.queries import search_companies
from vigie.companies.rules import HIDDEN_NAME
from vigie.connectors import recherche_entreprises
from vigie.connectors.fakes import modes
from vigie.connectors.fakes.builtin_firms import invented_siren
from vigie.connectors.fakes.data import siret_of
from vigie.connectors.recherche_entreprises import SERVICE
from vigie.kernel.errors import InvalidInput
from vigie.kernel.siren import LA_POSTE

pytestmark = pytest.mark.django_db

BAKERY = invented_siren(1)  # FOURNIL DES TROIS MOULINS, Bruz
GROCERIES = invented_siren(25)  # four establishments, one closed
DOWN = ("500", "timeout", "429", "malforme", "jeton_expire")


@pytest.fixture(autouse=True)
def _service_as_delivered() -> Iterator[None]:
    recherche_entreprises._built.cache_clear()
    yield
    modes.board.store = modes.ProcessStore()
    recherche_entreprises._built.cache_clear()


def behave(mode: str) -> None:
    modes.board.set(SERVICE, mode)


def refusal(siret: str, at: datetime) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        lookup.find_establishment(siret, at=at)
    return refused.value


# --- one establishment ------------------------------------------------------------------------------------------------
def test_what_is_held_here_is_given_without_asking_anybody(at: datetime) -> None:
    behave("500")
    place = EstablishmentFactory(company__name="BOULANGERIE DU LAC", activity_natures=["ARTISANALE"])

    found = lookup.find_establishment(f" {place.siret[:9]} {place.siret[9:]} ", at=at)

    assert found.establishment == place
    assert (found.source, found.at, found.register_down) == ("Sirene (fichier stock)", place.seen_at, False)
    assert found.facts_missing == ("convention collective",)


def test_what_is_not_held_comes_from_the_service_and_stays(at: datetime) -> None:
    found = lookup.find_establishment(siret_of(BAKERY, 1), at=at)

    place = found.establishment
    assert place is not None
    assert (place.company.name, place.company.legal_form_code) == ("FOURNIL DES TROIS MOULINS", "5499")
    assert (place.commune_code, place.commune_name, place.postal_code) == ("35047", "BRUZ", "35170")
    assert (place.address, place.naf_code, place.workforce_code) == ("3 RUE DES ESSAIS", "1071C", "02")
    assert (place.source, place.seen_at, place.facts_at) == (Source.SEARCH_API, at, at)
    assert place.agreements == ["0843"]
    assert place.craft_codes == ["1071CZ"]
    assert set(place.activity_natures) == {"ARTISANALE", "COMMERCIALE"}
    assert (found.source, found.facts_missing) == ("Recherche d’entreprises", ())

    behave("500")
    assert lookup.find_establishment(siret_of(BAKERY, 1), at=at).establishment == place
    assert [hit.siret for hit in search_companies("fournil moulins bruz")] == [place.siret]


@pytest.mark.parametrize("mode", DOWN)
def test_register_that_is_down_refuses_nobody(at: datetime, mode: str) -> None:
    behave(mode)
    found = lookup.find_establishment(siret_of(BAKERY, 1), at=at)
    assert (found.establishment, found.register_down) == (None, True)


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        ("", "siret_length", "compte 14 chiffres"),
        ("123", "siret_length", "compte 14 chiffres"),
        (siret(1)[:-1] + str((int(siret(1)[-1]) + 1) % 10), "siret_key", "erreur de frappe"),
        (siret(1), "siret_unknown", "n’existe pas dans le répertoire public des entreprises. Vérifiez les 14 chiffres"),
        (siret_of(invented_siren(28), 1), "siret_unknown", "«\u00a0Je ne trouve pas mon entreprise\u00a0»"),
        (
            siret_of(GROCERIES, 4),
            "establishment_closed",
            "est fermé depuis le 30\u00a0juin 2022. Tapez le numéro SIREN",
        ),
        (siret_of(invented_siren(26), 1), "establishment_closed", "est fermé depuis le 31\u00a0décembre 2019"),
        (siret_of(invented_siren(27), 1), "establishment_abroad", "à l’étranger"),
    ],
)
def test_number_that_cannot_be_is_refused_with_what_to_do(at: datetime, typed: str, code: str, told: str) -> None:
    refused = refusal(typed, at)
    assert (refused.code, refused.field) == (code, "siret")
    assert told in refused.message_fr
    assert refusal(typed, at).message_fr == refused.message_fr  # held or not, the same words


def test_partly_shown_firm_is_chosen_and_stays_nameless(at: datetime) -> None:
    place = lookup.find_establishment(siret_of(invented_siren(29), 1), at=at).establishment
    assert place is not None
    assert (place.company.name, place.address, place.postal_code) == (HIDDEN_NAME, "", "")
    assert (place.commune_code, place.craft_codes) == ("62041", ["4334ZA"])
    assert search_companies("oudin") == []
    assert "OUDIN" not in repr(list(Company.objects.values()) + list(Establishment.objects.values()))


def test_establishments_of_the_post_office_are_found(at: datetime) -> None:
    number = f"{LA_POSTE}00006"
    EstablishmentFactory(company__siren=LA_POSTE, siret=number, is_head_office=False)
    assert lookup.find_establishment(number, at=at).establishment is not None
    assert refusal(f"{LA_POSTE}00007", at).code == "siret_key"


# --- a company --------------------------------------------------------------------------------------------------------
def test_siren_gives_its_open_establishments(at: datetime) -> None:
    place = EstablishmentFactory()
    EstablishmentFactory(company=place.company, is_head_office=False)
    EstablishmentFactory(company=place.company, is_head_office=False, closed=True)
    places, down = lookup.open_establishments(place.company_id, at=at)
    assert ([one.is_active for one in places], down) == ([True, True], False)


def test_siren_that_is_not_held_gives_what_the_service_knows(at: datetime) -> None:
    places, down = lookup.open_establishments(GROCERIES, at=at)
    assert ([place.siret for place in places], down) == ([siret_of(GROCERIES, 1)], False)
    behave("500")
    places, down = lookup.open_establishments(BAKERY, at=at)
    assert (list(places), down) == ([], True)


@pytest.mark.parametrize(("typed", "code"), [(siren(5), "siren_unknown"), ("123456789", "siren_invalid")])
def test_wrong_siren_is_refused(at: datetime, typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        lookup.open_establishments(typed, at=at)
    assert (refused.value.code, refused.value.field) == (code, "siren")


def test_company_all_closed_gives_nothing_to_choose(at: datetime) -> None:
    places, down = lookup.open_establishments(invented_siren(26), at=at)
    assert (list(places), down) == ([], False)


# --- searching --------------------------------------------------------------------------------------------------------
def test_search_asks_the_service_only_when_nothing_is_held() -> None:
    EstablishmentFactory(company__name="FOURNIL DU LAC")
    here = lookup.search("fournil")
    assert ([hit.name for hit in here.hits], here.source) == (["FOURNIL DU LAC"], "Sirene (fichier stock)")

    there = lookup.search("trois moulins")
    assert ([hit.name for hit in there.hits], there.source) == (
        ["FOURNIL DES TROIS MOULINS"],
        "Recherche d’entreprises",
    )
    assert there.hits[0].hint.startswith("35170 BRUZ · SIRET ")
    assert not Establishment.objects.filter(company=BAKERY).exists()  # looking keeps nothing


def test_search_shows_the_establishment_that_matches_and_says_there_are_others() -> None:
    hit = lookup.search("panier du canal").hits[0]
    assert (hit.siret, hit.open_count, hit.value) == (siret_of(GROCERIES, 2), 3, GROCERIES)
    assert [one.siret for one in lookup.search("nordsee").hits] == [siret_of(invented_siren(27), 2)]


def test_search_says_that_the_register_is_down() -> None:
    behave("500")
    assert lookup.search("trois moulins") == lookup.Choices(register_down=True)
    assert lookup.search("").hits == ()


def test_keys_do_not_reach_the_service_once_a_stock_is_there() -> None:
    assert [hit.name for hit in lookup.suggestions("trois moulins")] == ["FOURNIL DES TROIS MOULINS"]
    EstablishmentFactory(company__name="AUTRE")
    assert lookup.suggestions("trois moulins") == []


# --- facts ------------------------------------------------------------------------------------------------------------
def a_bakery(**told: Any) -> Any:
    return EstablishmentFactory(company__siren=BAKERY, siret=siret_of(BAKERY, 1), **told)


def test_facts_are_filled_and_dated(at: datetime) -> None:
    place = a_bakery()
    found = lookup.refresh_facts(place, at=at)
    assert found.facts_missing == ()
    assert (place.agreements, place.craft_codes, place.facts_at) == (["0843"], ["1071CZ"], at)
    place.refresh_from_db()
    assert (place.agreements, place.source) == (["0843"], Source.SIRENE)  # only the facts change


@pytest.mark.parametrize("mode", DOWN)
def test_facts_stay_when_the_service_does_not_answer(at: datetime, mode: str) -> None:
    place = a_bakery()
    behave(mode)
    found = lookup.refresh_facts(place, at=at)
    assert found.facts_missing == ("nature d’activité", "convention collective")
    assert Establishment.objects.get(pk=place.pk).facts_at is None


def test_unknown_fact_does_not_erase_a_known_one(at: datetime) -> None:
    number = siret_of(invented_siren(22), 1)  # an association: an agreement, no nature
    place = EstablishmentFactory(company__siren=number[:9], siret=number, activity_natures=["COMMERCIALE"])
    lookup.refresh_facts(place, at=at)
    assert (place.activity_natures, place.agreements) == (["COMMERCIALE"], ["1518"])


def test_establishment_unknown_to_the_service_has_been_asked(at: datetime) -> None:
    place = EstablishmentFactory()
    found = lookup.refresh_facts(place, at=at)
    assert place.facts_at == at
    assert "convention collective" in found.facts_missing


# --- by hand ----------------------------------------------------------------------------------------------------------
def test_what_somebody_types_is_kept_but_offered_to_nobody(at: datetime) -> None:
    place = lookup.enter_by_hand(siret(1), name="  Chez\u202e Zoé <b>  ", commune_code="69123", at=at)
    assert (place.company.name, place.source, place.search_text) == ("Chez Zoé <b>", Source.MANUAL, "")
    assert search_companies("chez zoé") == []
    assert refusal(siret(1), at).code == "siret_unknown"  # typed is not confirmed

    again = lookup.enter_by_hand(siret(1), name="Autre nom", commune_code="", at=at + timedelta(days=1))
    assert (again.company.name, again.seen_at) == ("Chez Zoé <b>", at)


def test_register_corrects_what_was_typed(at: datetime) -> None:
    lookup.enter_by_hand(siret_of(BAKERY, 1), name="Mon fournil", commune_code="", at=at)
    place = lookup.find_establishment(siret_of(BAKERY, 1), at=at).establishment
    assert place is not None
    assert (place.company.name, place.source) == ("FOURNIL DES TROIS MOULINS", Source.SEARCH_API)
    assert lookup.enter_by_hand(place.siret, name="Faux", commune_code="", at=at).company.name == place.company.name


def test_nothing_typed_still_makes_a_firm(at: datetime) -> None:
    place = lookup.enter_by_hand(siret(1), name="\u200b", commune_code="99999", at=at)
    assert (place.company.name, place.commune_code) == ("Entreprise sans nom", "")


def test_closed_without_date_says_so(at: datetime) -> None:
    place = EstablishmentFactory(closed=True, closed_on=None)
    assert refusal(place.siret, at).message_fr.startswith("Cet établissement est fermé. Tapez")
    dated = EstablishmentFactory(closed=True, closed_on=date(2024, 3, 1))
    assert "fermé depuis le 1er\u00a0mars 2024" in refusal(dated.siret, at).message_fr
