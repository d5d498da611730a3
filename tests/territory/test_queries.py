from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigie.kernel.errors import InvalidInput
from vigie.kernel.zones import Place, ZoneType, covering
from vigie.territory.actions import compose_employment_areas
from vigie.territory.models import Commune, CommuneMovement
from vigie.territory.queries import (
    check_zone,
    communes_of_zone,
    place_of,
    places_of,
    resolve_commune,
    search_communes,
    search_zones,
    successor_codes,
    zone_label,
    zone_labels,
    zones_containing,
)

LYON_METROPOLE = "200046977"


# --- places -----------------------------------------------------------------------------------------------------------


def test_the_place_of_a_current_code_costs_one_query(small_cog: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        place = place_of("69123")

    assert place == Place("69123", LYON_METROPOLE, "", "69", "84", "")


def test_the_place_of_a_district_is_in_its_city(small_cog: None) -> None:
    place = place_of("75113")

    assert place == Place("75113", "200054781", "", "75", "11", "75056")
    assert covering([("commune", "75056")], place) == (ZoneType.COMMUNE, "75056")
    assert covering([("commune", "75056")], place_of("75056") or place) == (ZoneType.COMMUNE, "75056")
    assert covering([("commune", "75113")], place_of("75056") or place) is None


@pytest.mark.parametrize(
    ("old", "new"), [("01120", "01262"), ("01091", "01033"), ("20004", "2A004"), ("69232", "69123")]
)
def test_an_old_code_has_the_place_of_its_successor(small_cog: None, old: str, new: str) -> None:
    assert place_of(old) == place_of(new) is not None
    assert resolve_commune(old) == Commune.objects.get(code=new)


def test_a_chain_is_followed(small_cog: None) -> None:
    CommuneMovement.objects.create(old_code="01998", new_code="01999", kind="merged")
    CommuneMovement.objects.create(old_code="01999", new_code="01120", kind="merged")

    assert (resolve_commune("01998") or Commune()).code == "01262"
    assert successor_codes()["01998"] == "01262"


@pytest.mark.parametrize("code", ["", "99999", "75000", "é", "69123 ", "a" * 10_000])
def test_an_unknown_code_has_no_place(small_cog: None, code: str) -> None:
    assert place_of(code) is None
    assert resolve_commune(code) is None
    assert zones_containing(code) == ()


def test_many_places_agree_with_one_by_one(small_cog: None, django_assert_num_queries: Any) -> None:
    codes = ["69123", "75113", "01120", "01262", "99999", "2A004", "01091"]
    CommuneMovement.objects.create(old_code="01998", new_code="99998", kind="merged")  # leads nowhere

    with django_assert_num_queries(4):
        places = places_of([*codes, "01998"])

    assert places == {code: place for code in codes if (place := place_of(code))}


def test_the_queries_of_many_places_do_not_grow_with_the_rows(
    small_cog: None, django_assert_max_num_queries: Any
) -> None:
    codes = list(Commune.objects.order_by("code").values_list("code", flat=True)[:400])

    with django_assert_max_num_queries(3):
        assert len(places_of(codes)) == 400


def test_communes_of_a_zone(small_cog: None) -> None:
    assert communes_of_zone("commune", "75056").count() == 21
    assert communes_of_zone("commune", "75056").whole().get().code == "75056"
    assert communes_of_zone("commune", "75113").get().code == "75113"
    assert set(communes_of_zone("departement", "976").values_list("departement_code", flat=True)) == {"976"}
    assert communes_of_zone("region", "94").count() == communes_of_zone("departement", "2A").count() > 100
    assert communes_of_zone("epci", LYON_METROPOLE).filter(kind="municipal_district").count() == 9
    assert not communes_of_zone("employment_area", "8421").exists()


def test_every_commune_of_a_zone_is_covered_by_it(small_cog: None) -> None:
    compose_employment_areas({LYON_METROPOLE: ("8421", "Lyon")})
    zones = [
        ("commune", "69123"),
        ("epci", LYON_METROPOLE),
        ("employment_area", "8421"),
        ("departement", "69"),
        ("region", "84"),
    ]

    for kind, code in zones:
        held = {commune.code for commune in communes_of_zone(kind, code)}
        assert held == {c.code for c in Commune.objects.all() if covering([(kind, code)], c.place)}
        assert held


def test_zones_that_contain_a_commune_smallest_first(small_cog: None, django_assert_max_num_queries: Any) -> None:
    compose_employment_areas({LYON_METROPOLE: ("8421", "Lyon")})

    with django_assert_max_num_queries(3):
        zones = zones_containing("69381")

    assert [(zone.zone_type.value, zone.code, zone.label) for zone in zones] == [
        ("commune", "69381", "Lyon 1er Arrondissement (69)"),
        ("commune", "69123", "Lyon (69)"),
        ("epci", LYON_METROPOLE, "Métropole de Lyon"),
        ("employment_area", "8421", "Lyon"),
        ("departement", "69", "Rhône (69)"),
        ("region", "84", "Auvergne-Rhône-Alpes"),
    ]
    assert zones_containing("01120")[0].code == "01262"


# --- zones ------------------------------------------------------------------------------------------------------------


def test_labels_of_many_zones_in_two_queries(small_cog: None, django_assert_num_queries: Any) -> None:
    communes = [("commune", code) for code in Commune.objects.order_by("code").values_list("code", flat=True)[:200]]
    pairs = [*communes, ("region", "84"), ("departement", "2A"), ("epci", LYON_METROPOLE), ("region", "99")]

    with django_assert_num_queries(2):
        labels = zone_labels(pairs)

    assert len(labels) == len(pairs)
    assert labels[ZoneType.REGION, "84"] == "Auvergne-Rhône-Alpes"
    assert labels[ZoneType.DEPARTEMENT, "2A"] == "Corse-du-Sud (2A)"
    assert labels[ZoneType.REGION, "99"] == "99 (code inconnu)"
    assert zone_label("commune", "01262") == "Montluel (01)"
    assert zone_label("epci", "69") == "69 (code inconnu)"


def test_a_region_and_a_departement_of_the_same_code_keep_their_names(small_cog: None) -> None:
    assert zone_label("region", "11") == "Île-de-France"
    assert zone_label("departement", "11") == "Aude (11)"


@pytest.mark.parametrize(
    ("zone_type", "typed", "code"),
    [
        ("commune", "1262", "01262"),
        ("departement", "2a", "2A"),
        ("region", "84", "84"),
        ("epci", LYON_METROPOLE, LYON_METROPOLE),
    ],
)
def test_a_zone_of_the_official_code_is_accepted(small_cog: None, zone_type: str, typed: str, code: str) -> None:
    assert check_zone(zone_type, typed) == code


@pytest.mark.parametrize(
    ("zone_type", "typed", "refusal"),
    [
        ("commune", "01120", "zone_commune_merged"),
        ("commune", "01999", "zone_code_unknown"),
        ("epci", "200000000", "zone_code_unknown"),
        ("employment_area", "9999", "zone_code_unknown"),
        ("departement", "96", "zone_code_unknown"),
        ("region", "85", "zone_code_unknown"),
        ("epci", "69", "zone_code_shape"),
        ("canton", "6901", "zone_type_unknown"),
    ],
)
def test_a_zone_that_the_official_code_does_not_hold_is_refused(
    small_cog: None, zone_type: str, typed: str, refusal: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_zone(zone_type, typed)

    assert refused.value.code == refusal
    if refusal == "zone_commune_merged":
        assert "Montluel" in refused.value.message_fr
        assert "01262" in refused.value.message_fr


def test_search_of_zones_by_name_or_code(small_cog: None) -> None:
    assert [zone.label for zone in search_zones("departement", "corse")] == ["Corse-du-Sud (2A)", "Haute-Corse (2B)"]
    assert [zone.code for zone in search_zones("departement", "2a")] == ["2A"]
    assert LYON_METROPOLE in [zone.code for zone in search_zones("epci", "metropole de lyon")]
    assert search_zones("epci", "  ") == []
    assert search_zones("commune", "montluel")[0].label == "Montluel (01120)"


# --- choosing a commune -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Lyon", "69123"),
        ("LYON 3", "69383"),
        ("paris", "75056"),
        ("villeurbanne", "69266"),
        ("beziers", "34032"),
        ("BÉZIERS", "34032"),
        ("Saint Chély-d'Apcher", "48140"),
        ("st chely d apcher", "48140"),
        ("ste eulalie", "48149"),
        ("bourg en b", "01053"),
        ("l’abergement clem", "01001"),
        ("abergement-clemenciat", "01001"),
        ("mende", "48095"),
        ("69100", "69266"),
        ("Villeurbanne 69100", "69266"),
        ("69100 villeurbanne", "69266"),
        ("75013", "75113"),
        ("cordieux", "01262"),
        ("arbignieu", "01015"),
        ("sainte-eulalie (48)", "48149"),
    ],
)
def test_search_finds_first(small_cog: None, typed: str, first: str) -> None:
    choices = search_communes(typed)

    assert choices[0].code == first


def test_the_exact_name_comes_first_then_those_that_begin_so_then_by_population(small_cog: None) -> None:
    names = [choice.name for choice in search_communes("lyon")]
    populations = [choice.population or 0 for choice in search_communes("lyon")[1:10]]

    assert names[0] == "Lyon"
    assert all(name.startswith("Lyon ") for name in names[1:10])
    assert populations == sorted(populations, reverse=True)
    assert "Sainte-Foy-lès-Lyon" in names[10:]


def test_a_postal_code_gives_all_its_communes_the_district_before_the_city(small_cog: None) -> None:
    assert [choice.code for choice in search_communes("75013")] == ["75113", "75056"]
    assert len(search_communes("48000")) > 1
    assert {choice.departement_code for choice in search_communes("480")} == {"48"}


def test_a_choice_says_where_it_is(small_cog: None) -> None:
    assert search_communes("montluel")[0].label == "Montluel (01120)"
    assert search_communes("lyon")[0].label == "Lyon (69)"
    assert search_communes("lyon")[0].postal_codes[:2] == ("69001", "69002")
    assert search_communes("cordieux")[0].label == "Montluel (01120), anciennement Cordieux"
    assert search_communes("cordieux 01120")[0].label == "Montluel (01120), anciennement Cordieux"


def test_two_former_names_of_one_commune_give_it_once(small_cog: None) -> None:
    codes = [choice.code for choice in search_communes("chatillon", limit=50)]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "_", "'", "<script>", "\x00", "99999", "zzzzz", "1", "٦٩١٢٣", "x" * 100_000]
)
def test_what_finds_nothing_finds_nothing(small_cog: None, typed: str) -> None:
    assert search_communes(typed) == []


def test_a_name_with_another_departement_finds_nothing(small_cog: None) -> None:
    assert search_communes("sainte eulalie 01") == []


def test_a_wildcard_is_not_one(small_cog: None) -> None:
    assert search_communes("ly%n") == []
    assert search_communes("m_nde") == []


@pytest.mark.parametrize("limit", [1, 5, 20])
def test_the_limit_holds_and_the_queries_do_not_grow(
    small_cog: None, django_assert_max_num_queries: Any, limit: int
) -> None:
    for typed in ("saint", "cha", "cordieux", "saint-denis 93", "69", "m"):
        with django_assert_max_num_queries(5):
            assert len(search_communes(typed, limit)) <= limit


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=st.text(max_size=30))
def test_any_text_is_answered(small_cog: None, typed: str) -> None:
    assert len(search_communes(typed, 5)) <= 5
