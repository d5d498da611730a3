"""The rules of the address book, without a database."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.directory.rules import (
    AntenneFacts,
    Bounds,
    check_bounds,
    is_code,
    level_of,
    parent_of,
    read_legal_forms,
    read_naf,
    read_words,
    read_zones,
)
from vigie.kernel.errors import InvalidInput


def antenne(pk: int, level: str, *communes: str) -> AntenneFacts:
    return AntenneFacts(pk, level, frozenset(communes))


NATIONAL = antenne(1, "national")
NORTH, SOUTH = antenne(2, "regional", "59350", "59009"), antenne(3, "regional", "69123", "69266")


@pytest.mark.parametrize(
    ("one", "sisters", "above"),
    [
        (antenne(9, "local", "59350"), [NATIONAL, NORTH, SOUTH], 2),
        (antenne(9, "local", "69123"), [NATIONAL, NORTH, SOUTH], 3),
        (antenne(9, "local", "97611"), [NATIONAL, NORTH, SOUTH], 1),
        (antenne(9, "local", "59350", "69123"), [SOUTH, NORTH, NATIONAL], 2),
        (antenne(9, "local"), [NORTH], None),
        (antenne(9, "local", "59350"), [antenne(4, "local", "59350")], None),
        (antenne(9, "local", "59350"), [], None),
        (NORTH, [NATIONAL, NORTH, SOUTH], 1),
        (NORTH, [NORTH, SOUTH], None),
        (NATIONAL, [NATIONAL, NORTH], None),
        (NATIONAL, [NATIONAL, antenne(7, "national")], None),
    ],
)
def test_antenne_above(one: AntenneFacts, sisters: list[AntenneFacts], above: int | None) -> None:
    assert parent_of(one, sisters) == above


@given(
    st.lists(
        st.tuples(st.sampled_from(["local", "regional", "national"]), st.sets(st.sampled_from("abcd"))), max_size=8
    )
)
def test_hierarchy_has_no_circle(drawn: list[tuple[str, set[str]]]) -> None:
    sisters = [AntenneFacts(n, level, frozenset(communes)) for n, (level, communes) in enumerate(drawn, 1)]
    above = {one.pk: parent_of(one, sisters) for one in sisters}

    for pk in above:
        seen = [pk]
        while (parent := above[seen[-1]]) is not None:
            assert parent not in seen
            seen.append(parent)
        assert len(seen) <= 3


@pytest.mark.parametrize(
    ("level", "zones", "becomes"),
    [
        ("local", [("departement", "69")], "local"),
        ("local", [("commune", "69123"), ("region", "84")], "regional"),
        ("regional", [("departement", "69")], "regional"),
        ("national", [("region", "84")], "national"),
        ("local", [], "local"),
    ],
)
def test_local_antenne_with_a_region_is_regional(level: str, zones: list[tuple[str, str]], becomes: str) -> None:
    assert level_of(level, zones) == becomes


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", []),
        (" , ; ", []),
        ("47.11F", ["4711F"]),
        ("4711f 47.7,C ; c\n10", ["4711F", "477", "C", "10"]),
        ("62.01Z", ["6201Z"]),
    ],
)
def test_activities_are_read(typed: str, codes: list[str]) -> None:
    assert read_naf(typed) == codes


@pytest.mark.parametrize("typed", ["Z", "4", "00", "9999Z", "47110", "4711FF", "boulangerie", "４７", "47-11F"])
def test_activity_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput, match="Code d’activité inconnu"):
        read_naf(typed)


@pytest.mark.parametrize(("typed", "codes"), [("5710, 57 5499", ["5710", "57", "5499"]), ("5", ["5"]), ("", [])])
def test_legal_forms_are_read(typed: str, codes: list[str]) -> None:
    assert read_legal_forms(typed) == codes


@pytest.mark.parametrize("typed", ["SARL", "8x", "57100", "5.7", "11"])
def test_legal_form_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput, match="Catégorie juridique inconnue"):
        read_legal_forms(typed)


def test_words_are_in_capitals_and_once() -> None:
    assert read_words("2a004, 2A004; 01457") == ["2A004", "01457"]


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("", []),
        ("69 01 2a", ["69", "01", "2A"]),
        ("69, 01", ["69", "01"]),
        ("Rhône", ["Rhône"]),
        ("Villefranche-sur-Saône, Bourg en Bresse; 69123", ["Villefranche-sur-Saône", "Bourg en Bresse", "69123"]),
        ("Lyon 3e\nLyon 3e", ["Lyon 3e"]),
    ],
)
def test_zones_are_codes_or_names(typed: str, zones: list[str]) -> None:
    assert read_zones(typed) == zones


@pytest.mark.parametrize(("typed", "code"), [("69", True), ("2A", True), ("Rhône", False), ("Lyon 3e", False)])
def test_a_code_is_one_word_with_a_figure(typed: str, code: bool) -> None:
    assert is_code(typed) is code


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    read_zones(typed)
    read_words(typed)
    for reader in (read_naf, read_legal_forms):
        with suppress(InvalidInput):
            assert all(code.isascii() for code in reader(typed))


@pytest.mark.parametrize("bounds", [Bounds(), Bounds(3, 4), Bounds(min_years=0), Bounds(None, None, 1, 250)])
def test_bounds_that_a_firm_can_meet(bounds: Bounds) -> None:
    check_bounds(bounds)


@pytest.mark.parametrize(
    ("bounds", "field"), [(Bounds(5, 5), "max_years"), (Bounds(None, None, 50, 10), "max_workforce")]
)
def test_bounds_that_no_firm_can_meet(bounds: Bounds, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_bounds(bounds)

    assert refused.value.field == field
