from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel.errors import CheckFailed, InvalidInput
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType
from vigie.territory.rules import (
    Movement,
    MovementKind,
    ZoneStanding,
    current_codes,
    last_movements,
    main_parent,
    parse_zone,
    refuse_unknown_zone,
)

MERGED = MovementKind.MERGED


@pytest.mark.parametrize(
    ("zone_type", "typed", "written"),
    [
        ("commune", " 69123 ", "69123"),
        ("commune", "1001", "01001"),
        ("commune", "2a004", "2A004"),
        ("departement", "1", "01"),
        ("departement", "2b", "2B"),
        ("departement", "976", "976"),
        ("region", "4", "04"),
        ("region", "978", "978"),
        ("employment_area", "51", "0051"),
        ("epci", "200046977", "200046977"),
    ],
)
def test_a_code_is_put_in_its_official_writing(zone_type: str, typed: str, written: str) -> None:
    assert parse_zone(zone_type, typed) == (ZoneType(zone_type), written)


@pytest.mark.parametrize(
    ("zone_type", "typed"),
    [
        ("commune", "2C004"),
        ("commune", "691234"),
        ("commune", "٦٩١٢٣"),
        ("commune", ""),
        ("epci", "20004697"),
        ("departement", "2C"),
        ("region", "1000"),
        ("employment_area", "84211"),
        ("commune", "6" * 100_000),
        ("commune", "<b>1</b>"),
    ],
)
def test_a_code_of_the_wrong_shape_is_refused_in_french(zone_type: str, typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_zone(zone_type, typed)

    assert refusal.value.code == "zone_code_shape"
    assert refusal.value.field == "code"
    assert "n’est pas valide" in refusal.value.message_fr
    assert len(refusal.value.message_fr) < 200


def test_an_unknown_kind_of_zone_is_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_zone("canton", "6901")

    assert (refusal.value.code, refusal.value.field) == ("zone_type_unknown", "zone_type")


@given(st.sampled_from(ZoneType), st.text(max_size=12))
def test_what_is_accepted_has_the_kernel_s_shape(kind: ZoneType, typed: str) -> None:
    try:
        _, written = parse_zone(kind, typed)
    except InvalidInput:
        return
    assert ZONE_CODE_SHAPES[kind].fullmatch(written)


def test_a_merged_commune_is_refused_with_the_name_of_its_successor() -> None:
    with pytest.raises(InvalidInput, match=r"partie de Montluel\. Utilisez le code 01262") as refusal:
        refuse_unknown_zone(ZoneType.COMMUNE, "01120", ZoneStanding(False, "01262", "Montluel"))

    assert refusal.value.code == "zone_commune_merged"


@pytest.mark.parametrize("kind", ZoneType)
def test_an_unknown_code_of_each_kind_is_refused(kind: ZoneType) -> None:
    with pytest.raises(InvalidInput, match="du code officiel géographique") as refusal:
        refuse_unknown_zone(kind, "00000", ZoneStanding(known=False))

    assert refusal.value.code == "zone_code_unknown"


def test_chains_are_followed_to_a_live_commune_and_dead_ends_left_out() -> None:
    moves = {"01001": "01002", "01002": "01003", "01003": "01004", "01009": "01010"}

    assert current_codes(moves, {"01004"}) == {"01001": "01004", "01002": "01004", "01003": "01004"}


def test_a_code_alive_again_ends_a_chain() -> None:
    # 01002 was absorbed, then re-established: its old movement no longer counts.
    moves = {"01001": "01002", "01002": "01003"}

    assert current_codes(moves, {"01002", "01003"}) == {"01001": "01002"}


@pytest.mark.parametrize(
    "moves",
    [
        {"01001": "01001"},
        {"01001": "01002", "01002": "01001"},
        {"01009": "01001", "01001": "01002", "01002": "01003", "01003": "01001"},
    ],
)
def test_a_circle_is_refused_and_drawn(moves: dict[str, str]) -> None:
    with pytest.raises(CheckFailed, match=r"01001 → .*form a circle") as refusal:
        current_codes(moves, {"01004"})

    assert "01009 →" not in str(refusal.value)  # only the circle is drawn, not what leads to it


CODES = [f"{number:05d}" for number in range(1001, 1013)]


@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from(CODES)), st.sets(st.sampled_from(CODES)))
def test_resolution_agrees_with_a_walk_step_by_step(moves: dict[str, str], live: set[str]) -> None:
    expected: dict[str, str] = {}
    circle = False
    for start in moves:
        here, steps = start, 0
        while here not in live and here in moves and steps < len(CODES) + 1:
            here, steps = moves[here], steps + 1
        circle |= steps > len(CODES)
        if here in live and here != start:
            expected[start] = here

    if circle:
        with pytest.raises(CheckFailed):
            current_codes(moves, live)
    else:
        assert current_codes(moves, live) == expected


def test_the_latest_movement_of_a_code_wins_whatever_the_order() -> None:
    old = Movement("01001", "01002", MERGED, date(1973, 1, 1))
    new = Movement("01001", "01003", MERGED, date(2016, 1, 1))

    assert last_movements([new, old], {}) == last_movements([old, new], {}) == {"01001": new}


def test_of_a_territory_shared_out_the_most_populous_successor_wins() -> None:
    small = Movement("01001", "01002", MovementKind.SUPPRESSED, date(1965, 1, 1))
    large = Movement("01001", "01003", MovementKind.SUPPRESSED, date(1965, 1, 1))

    assert last_movements([large, small], {"01002": 100, "01003": 2000})["01001"] == large


def test_main_parent_is_where_most_people_live() -> None:
    assert main_parent([("01", 100), ("69", 60), ("69", 60)]) == "69"
    assert main_parent([("01", 50), ("69", 50)]) == "01"
    assert main_parent([]) == ""
