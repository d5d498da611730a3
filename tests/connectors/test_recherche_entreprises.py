"""The company search over its fake: what is asked, what is understood, and each trap of the real service."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.conftest import HandCache, Hands, Scripted, Service
from vigie.connectors import recherche_entreprises
from vigie.connectors.company_hits import naf_code
from vigie.connectors.fakes import data
from vigie.connectors.fakes.builtin_firms import invented_siren
from vigie.connectors.fakes.data import FakeEstablishment, FakeFirm, siret_of
from vigie.connectors.fakes.transport import FakeTransport
from vigie.kernel.errors import BadAnswer, InvalidInput, NotFound, Unavailable
from vigie.kernel.siren import LA_POSTE

BAKERY, CANAL, CLOSED, ABROAD, HIDDEN, PARTLY, MOVED, TRADER, OLD = (
    invented_siren(rank) for rank in (1, 25, 26, 27, 28, 29, 30, 31, 32)
)


def asked(fake: FakeTransport) -> dict[str, str]:
    """The parameters of the last request."""
    return {name: values[0] for name, values in parse_qs(urlparse(fake.requests[-1]).query).items()}


def names(service: Service, text: str, **more: Any) -> list[str]:
    return [hit.name for hit in service.directory.search(text, **more)]


# --- by number --------------------------------------------------------------------------------------------------------
def test_company_by_its_siren(service: Service) -> None:
    hit = service.directory.by_siren(BAKERY)

    company = hit.company
    assert (company.siren, company.name, company.is_active) == (BAKERY, "FOURNIL DES TROIS MOULINS", True)
    assert (company.legal_form_code, company.workforce_code, company.workforce_year) == ("5499", "02", "2023")
    assert (company.naf, company.naf_version, company.naf25) == ("1071C", "NAFRev2", "1071H")
    assert (company.created_on, company.closed_on, company.diffusion) == (date(1997, 2, 2), None, "O")
    assert (company.natures, company.craft_codes) == (("ARTISANALE", "COMMERCIALE"), ("1071CZ",))
    assert (company.idcc, company.is_sole_trader) == (("0843",), False)
    assert hit.headquarters is not None
    assert (hit.headquarters.commune, hit.headquarters.postal_code) == ("35047", "35170")


def test_direct_siren_search_gives_the_head_office_alone(service: Service) -> None:
    hit = service.directory.by_siren(CANAL)

    assert hit.establishments == ()
    assert (hit.company.establishment_count, hit.company.open_establishment_count) == (4, 3)
    assert hit.headquarters is not None
    assert hit.headquarters.is_headquarters


def test_establishment_by_its_siret_comes_alone_with_its_company(service: Service) -> None:
    place = service.directory.by_siret(siret_of(CANAL, 2))

    assert (place.siret, place.company.name, place.company.acronym) == (siret_of(CANAL, 2), "EPICERIES DU CANAL", "EDC")
    assert (place.commune, place.commune_name, place.postal_code) == ("62498", "LENS", "62300")
    assert (place.naf, place.workforce_code, place.signs) == ("4711C", "03", ("LE PANIER DU CANAL",))
    assert (place.is_active, place.is_headquarters, place.is_abroad) == (True, False, False)
    assert (place.siren, place.natures, place.craft_codes) == (CANAL, ("COMMERCIALE",), ())
    assert place.provenance == place.company.provenance
    assert place.idcc == ("2216",)
    assert place.company.naf == "4711C"


@pytest.mark.parametrize("typed", ["{0} {1} {2} {3}", "{0}.{1}.{2}-{3}", " {0}\u00a0{1}\u202f{2} {3} "])
def test_number_is_read_as_people_type_it(service: Service, fake: FakeTransport, typed: str) -> None:
    siret = siret_of(BAKERY, 1)
    text = typed.format(siret[:3], siret[3:6], siret[6:9], siret[9:])

    assert service.directory.by_siret(text).siret == siret
    assert [hit.siren for hit in service.directory.search(text)] == [BAKERY]
    assert asked(fake)["q"] == siret


@pytest.mark.parametrize("typed", ["", "123", "123456789", "abc", "2990000102", "٢٩٩٠٠٠٠١٠"])
def test_impossible_number_is_refused_without_a_call(service: Service, fake: FakeTransport, typed: str) -> None:
    with pytest.raises(InvalidInput):
        service.directory.by_siren(typed)
    with pytest.raises(InvalidInput):
        service.directory.by_siret(typed)
    assert fake.requests == []


@pytest.mark.parametrize("siren", [invented_siren(900), HIDDEN])
def test_unknown_and_hidden_companies_are_not_found_alike(service: Service, siren: str) -> None:
    with pytest.raises(NotFound):
        service.directory.by_siren(siren)
    with pytest.raises(NotFound):
        service.directory.by_siret(siret_of(siren, 1))


def test_unknown_establishment_of_a_known_company_is_not_found(service: Service) -> None:
    with pytest.raises(NotFound):
        service.directory.by_siret(siret_of(BAKERY, 7))


def test_establishment_that_the_service_does_not_show_is_not_found(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(200, json=answer(result())))

    with pytest.raises(NotFound):
        service.directory.by_siret(siret_of(BAKERY, 7))


def test_establishment_without_agreement_of_its_own_has_its_company_s(answering: Callable[..., Service]) -> None:
    page = answer(result(complements={"liste_idcc": ["843"]}))
    service = answering(lambda request: httpx.Response(200, json=page))

    assert service.directory.by_siret(siret_of(BAKERY, 1)).idcc == ("0843",)


def test_company_that_only_looks_like_it_is_not_taken_for_it(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(200, json=answer(result(siren=CANAL, siege=None))))

    with pytest.raises(NotFound):
        service.directory.by_siren(BAKERY)


def test_wrong_address_is_a_fault_not_an_absence(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(404, json={"erreur": "Ressource non trouvée."}))

    with pytest.raises(BadAnswer, match="address"):
        service.directory.by_siren(BAKERY)
    assert service.client.health().state == "degraded"


def test_la_poste_has_its_own_key(service: Service, fake: FakeTransport) -> None:
    siret = LA_POSTE + "00105"  # sum of the digits: 20, a multiple of five; Luhn's key is wrong
    place = FakeEstablishment(siret, "62498", "LENS", "62300", "53.10Z", is_headquarters=True)
    data.register(lambda: [FakeFirm(LA_POSTE, "BUREAU DE POSTE INVENTE", "53.10Z", "5599", (place,))])

    assert service.directory.by_siret(siret).siret == siret
    with pytest.raises(InvalidInput):
        service.directory.by_siret(LA_POSTE + "00106")


# --- the hard cases ---------------------------------------------------------------------------------------------------
def test_closed_company_says_so(service: Service) -> None:
    hit = service.directory.by_siren(CLOSED)

    assert (hit.company.is_active, hit.company.closed_on) == (False, date(2019, 12, 31))


def test_closed_establishment_of_an_open_company_says_so(service: Service) -> None:
    place = service.directory.by_siret(siret_of(MOVED, 1))

    assert (place.is_active, place.closed_on, place.company.is_active) == (False, date(2021, 3, 31), True)


def test_head_office_abroad_says_so(service: Service) -> None:
    place = service.directory.by_siret(siret_of(ABROAD, 1))

    assert (place.is_abroad, place.country, place.commune, place.postal_code) == (True, "ALLEMAGNE", "", "")
    assert not service.directory.by_siret(siret_of(ABROAD, 2)).is_abroad


def test_partly_shown_company_keeps_its_numbers_and_hides_its_names(service: Service) -> None:
    hit = service.directory.by_siren(PARTLY)

    assert (hit.name, hit.company.diffusion, hit.company.is_sole_trader) == ("", "P", True)
    assert hit.headquarters is not None
    assert (hit.headquarters.address, hit.headquarters.commune) == ("", "62041")
    assert "OUDIN" not in repr(hit)


def test_sole_trader_has_a_full_name_only(service: Service) -> None:
    hit = service.directory.by_siren(TRADER)

    assert (hit.name, hit.company.legal_form_code, hit.company.natures) == (
        "JEANNE ROUVELIN",
        "1000",
        ("INDEPENDANTE",),
    )


def test_code_of_a_former_nomenclature_keeps_its_name(service: Service) -> None:
    company = service.directory.by_siren(OLD).company

    assert (company.naf, company.naf_version) == ("524A", "NAFRev1")


# --- by text ----------------------------------------------------------------------------------------------------------
def test_search_forgives_case_and_accents(service: Service) -> None:
    assert names(service, "épiceries du Canal") == ["EPICERIES DU CANAL"]


def test_search_finds_by_sign(service: Service) -> None:
    assert names(service, "panier du canal") == ["EPICERIES DU CANAL"]


def test_search_leaves_closed_companies_out(service: Service) -> None:
    assert names(service, "filature de la deule") == []


def test_search_in_a_commune_gives_the_establishments_that_are_there(service: Service, fake: FakeTransport) -> None:
    [hit] = service.directory.search("epiceries", commune="62498")

    assert [place.siret for place in hit.establishments] == [siret_of(CANAL, 2)]
    assert asked(fake)["code_commune"] == "62498"


def test_search_by_commune_alone_lists_its_companies(service: Service) -> None:
    found = names(service, "", commune="62498")

    assert "ATELIER BOIS ET COPEAUX" in found
    assert "SOCIETE QUI NE SE MONTRE PAS" not in found


def test_search_in_a_departement(service: Service) -> None:
    assert names(service, "vanille", departement="974") == ["VANILLE DES HAUTS"]
    assert names(service, "vanille", departement="62") == []


def test_number_wins_over_the_place(service: Service, fake: FakeTransport) -> None:
    [hit] = service.directory.search(BAKERY, commune="62498", departement="62")

    assert hit.siren == BAKERY
    assert asked(fake).keys() == {"q", "per_page", "minimal", "include", "mtm_campaign"}


def test_number_is_answered_whatever_the_state(service: Service) -> None:
    assert names(service, CLOSED) == ["FILATURE DE LA DEULE"]


@pytest.mark.parametrize(("city", "count"), [("75056", 20), ("69123", 9), ("13055", 16)])
def test_city_with_districts_is_asked_by_its_districts(
    service: Service, fake: FakeTransport, city: str, count: int
) -> None:
    found = service.directory.search("", commune=city)

    assert len(asked(fake)["code_commune"].split(",")) == count
    assert found


@pytest.mark.parametrize("text", ["", " ", "a", "ab", "\u202e\u200b", "\x00\x01ab"])
def test_too_short_a_text_asks_nothing(service: Service, fake: FakeTransport, text: str) -> None:
    assert service.directory.search(text) == []
    assert fake.requests == []


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "<script>alert(1)</script>", "%s{{7*7}}&q=", "\u202eabc", "a" * 14, "1234"]
)
def test_strange_text_finds_nothing_and_breaks_nothing(service: Service, fake: FakeTransport, text: str) -> None:
    assert service.directory.search(text) == []
    assert len(asked(fake)["q"]) <= 150


def test_place_that_does_not_exist_is_a_bad_answer(service: Service) -> None:
    with pytest.raises(BadAnswer, match="code_commune"):
        service.directory.search("boulangerie", commune="nowhere")


def test_nothing_about_officers_is_asked(service: Service, fake: FakeTransport) -> None:
    service.directory.search("epiceries")

    assert asked(fake)["minimal"] == "true"
    assert asked(fake)["include"] == "siege,complements,matching_etablissements"
    assert asked(fake)["mtm_campaign"] == "vigie"


# --- who directs ------------------------------------------------------------------------------------------------------
def test_officers_are_asked_alone_and_kept_nowhere(
    service: Service, fake: FakeTransport, cache_by_hand: HandCache
) -> None:
    first = service.directory.officers(BAKERY, within_s=1.0)
    again = service.directory.officers(BAKERY, within_s=1.0)

    assert first == again
    assert len(fake.requests) == 2
    assert (asked(fake)["q"], asked(fake)["include"]) == (BAKERY, "dirigeants")
    assert not [value for value, _until in cache_by_hand.values.values() if first[0].name in str(value)]
    assert (first[0].role, first[0].name.isupper()) == ("Gérant", False)
    assert not any("ommissaire" in one.role for one in first)


def test_officer_that_the_register_keeps_back_is_not_named(service: Service) -> None:
    assert all("DIFFUSIBLE" not in one.name for one in service.directory.officers(PARTLY, within_s=1.0))
    with pytest.raises(NotFound):
        service.directory.officers(invented_siren(900), within_s=1.0)


OFFICER = {"nom": "martin", "prenoms": "JEANNE ANNE", "qualite": "Présidente de SAS"}


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ([OFFICER], ["Jeanne MARTIN"]),
        ([{"denomination": "HOLDING DU LAC", "qualite": None}], ["HOLDING DU LAC"]),
        ([OFFICER | {"qualite": "Commissaire aux Comptes suppléant"}], []),
        ([{"nom": "[NON-DIFFUSIBLE]", "prenoms": "[NON-DIFFUSIBLE]"}], []),
        ([OFFICER] * 200, ["Jeanne MARTIN"] * 50),
        ([], []),
        (None, []),
        ("x", []),
    ],
)
def test_officers_as_the_register_may_write_them(
    told: Any, named: list[str], answering: Callable[..., Service]
) -> None:
    body = {"results": [{"siren": BAKERY, "dirigeants": told}], "total_results": 1}
    service = answering(lambda _request: httpx.Response(200, json=body))

    assert [one.name for one in service.directory.officers(BAKERY, within_s=1.0)] == named


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, content=b"{"), BadAnswer),
        (httpx.Response(200, json={"results": [{"siren": BAKERY, "dirigeants": [1]}]}), BadAnswer),
        (httpx.Response(200, json={"results": [{"siren": CANAL, "dirigeants": []}]}), NotFound),
        (httpx.Response(503), Unavailable),
    ],
)
def test_officers_that_cannot_be_had_are_a_named_error(
    answer: httpx.Response, error: type[Exception], answering: Callable[..., Service]
) -> None:
    with pytest.raises(error):
        answering(lambda _request: answer).directory.officers(BAKERY, within_s=1.0)


@pytest.mark.parametrize(("limit", "sent"), [(0, "1"), (10, "10"), (500, "25")])
def test_limit_stays_in_bounds(service: Service, fake: FakeTransport, limit: int, sent: str) -> None:
    service.directory.search("epiceries", limit=limit)

    assert asked(fake)["per_page"] == sent


# --- answers as they should not be ------------------------------------------------------------------------------------
def result(**changes: Any) -> dict[str, Any]:
    place = {"siret": siret_of(BAKERY, 1), "etat_administratif": "A", "commune": "35047", "est_siege": True}
    base = {"siren": BAKERY, "nom_complet": "FOURNIL ()", "etat_administratif": "A", "siege": place}
    return {**base, **changes}


def answer(*results: Any, **changes: Any) -> dict[str, Any]:
    return {
        "results": list(results),
        "total_results": len(results),
        "page": 1,
        "per_page": 10,
        "total_pages": 1,
        **changes,
    }


def test_smallest_answer_is_understood_as_mostly_unknown(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(200, json=answer({"siren": BAKERY})))

    company = service.directory.by_siren(BAKERY).company

    assert (company.name, company.naf, company.naf_version, company.idcc, company.natures) == ("", "", "", (), ())
    assert (company.created_on, company.is_sole_trader, company.diffusion) == (None, None, "P")


def test_empty_brackets_after_a_name_are_dropped(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(200, json=answer(result())))

    assert service.directory.by_siren(BAKERY).name == "FOURNIL"


STRANGE = [
    {"nom_complet": "A\u202eB\x00<script>\n"}, {"date_creation": "2026-02-31"}, {"date_creation": "9999-01-01"},
    {"nature_juridique": "SARL"}, {"activite_principale": "boulanger"}, {"activite_principale": 1071},
    {"tranche_effectif_salarie": "99"}, {"nombre_etablissements": -4}, {"nombre_etablissements": "many"},
    {"siege": {}}, {"siege": None}, {"matching_etablissements": None}, {"complements": None},
    {"complements": {"est_entrepreneur_individuel": "yes", "natures_activites": ["MAGICIEN"], "codes_nafa": ["<b>"]}},
    {"complements": {"liste_idcc": ["IDCC", "843", 843, "99999"]}}, {"nom_complet": "x" * 100_000},
    {"etat_administratif": "?"}, {"unexpected": {"deep": [1, 2]}},
]  # fmt: skip


@pytest.mark.parametrize("changes", STRANGE)
def test_strange_value_is_unknown_and_the_rest_is_kept(
    answering: Callable[..., Service], changes: dict[str, Any]
) -> None:
    service = answering(lambda request: httpx.Response(200, json=answer(result(**changes))))

    company = service.directory.by_siren(BAKERY).company

    assert company.siren == BAKERY
    assert (company.legal_form_code, company.naf, company.workforce_code, company.created_on) == ("", "", "", None)
    assert (company.natures, company.craft_codes) == ((), ())
    assert set(company.idcc) <= {"0843"}
    assert "\u202e" not in company.name
    assert len(company.name) <= 300


WRONG = [
    {"siren": "123456789"}, {"siren": None}, {"siren": 10**400}, {"siren": ["x"]}, {"nom_complet": {"a": 1}},
    {"siege": "here"}, {"siege": {"siret": "1"}}, {"siege": {"siret": siret_of(CANAL, 1)}},
    {"matching_etablissements": {}}, {"matching_etablissements": [1]}, {"complements": []},
    {"complements": {"liste_idcc": "0843"}}, {"sigle": True},
]  # fmt: skip


@pytest.mark.parametrize("changes", WRONG)
def test_wrong_shape_is_left_out_of_a_list_and_refused_alone(
    answering: Callable[..., Service], changes: dict[str, Any]
) -> None:
    good = {"siren": CANAL, "nom_complet": "EPICERIES DU CANAL"}
    pages = {"epiceries": answer(good, result(**changes)), BAKERY: answer(result(**changes))}
    service = answering(lambda request: httpx.Response(200, content=dumps(pages[request.url.params["q"]])))

    assert names(service, "epiceries") == ["EPICERIES DU CANAL"]
    with pytest.raises(BadAnswer):
        service.directory.by_siren(BAKERY)


def test_unreadable_result_among_others_is_not_an_absence(answering: Callable[..., Service]) -> None:
    page = answer({"siren": CANAL}, result(complements=[]))
    service = answering(lambda request: httpx.Response(200, json=page))

    with pytest.raises(BadAnswer):
        service.directory.by_siren(BAKERY)


@pytest.mark.parametrize(
    "page",
    [{"results": {}}, {"results": None}, {}, {"results": [], "total_results": -1},
     {"results": [], "total_results": "x"}, {"results": [1, 2], "total_results": 2},
     {"results": [], "total_results": 0, "unreadable": "x"}],
)  # fmt: skip
def test_wrong_envelope(answering: Callable[..., Service], page: dict[str, Any]) -> None:
    service = answering(lambda request: httpx.Response(200, json=page))

    with pytest.raises((BadAnswer, NotFound)):
        service.directory.by_siren(BAKERY)


def test_too_many_results_are_cut(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(200, json=answer(*[result()] * 2000)))

    assert len(service.directory.search("fournil")) == 50


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(BAKERY) | st.just(siret_of(BAKERY, 1)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["siren", "siret", "siege", "results", "complements", "liste_idcc", "total_results"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(page=json_values)
def test_no_answer_whatever_breaks_the_caller(page: Any) -> None:
    hands = Hands()
    service = Service(hands, HandCache(hands), Scripted(lambda request: httpx.Response(200, content=dumps(page))))
    for ask in (service.directory.search, service.directory.by_siren):
        try:
            ask(BAKERY)
        except (BadAnswer, NotFound, Unavailable):
            continue


def dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


# --- nomenclature -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("62.01Z", datetime(2026, 12, 31, 22, 59, tzinfo=UTC), ("6201Z", "NAFRev2")),
        ("62.01z", datetime(2026, 12, 31, 23, 1, tzinfo=UTC), ("6201Z", "NAF2025")),
        (" 6201Z ", datetime(2026, 3, 18, tzinfo=UTC), ("6201Z", "NAFRev2")),
        ("52.4A", datetime(2026, 3, 18, tzinfo=UTC), ("524A", "NAFRev1")),
        ("", datetime(2026, 3, 18, tzinfo=UTC), ("", "")),
        ("62.01", datetime(2026, 3, 18, tzinfo=UTC), ("", "")),
        ("٦٢.01Z", datetime(2026, 3, 18, tzinfo=UTC), ("", "")),
    ],
)
def test_naf_code_keeps_its_nomenclature(text: str, day: datetime, expected: tuple[str, str]) -> None:
    assert naf_code(text, day) == expected


def test_craft_code_of_the_head_office_is_read(answering: Callable[..., Service]) -> None:
    siege = {"siret": siret_of(BAKERY, 1), "activite_principale_registre_metier": "1071CZ"}
    service = answering(lambda request: httpx.Response(200, json=answer(result(siege=siege))))

    assert service.directory.by_siren(BAKERY).company.craft_codes == ("1071CZ",)


# --- the installation's own -------------------------------------------------------------------------------------------
def test_configured_service_is_the_fake_when_nothing_is_set() -> None:
    assert recherche_entreprises.by_siren(BAKERY).siren == BAKERY
    assert recherche_entreprises.by_siret(siret_of(BAKERY, 1)).siren == BAKERY
    assert [hit.siren for hit in recherche_entreprises.search("fournil", commune="35047")] == [BAKERY]
    assert recherche_entreprises.configured() is recherche_entreprises.configured()


def test_the_fake_has_read_its_firms_before_the_clock_of_the_first_call_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand firms take more than the second that a page waits."""
    read: list[bool] = []
    monkeypatch.setattr(data, "_firms", data.Firms(lambda: read.append(True) or ()))
    recherche_entreprises._built.cache_clear()

    recherche_entreprises.configured()

    assert read == [True]
