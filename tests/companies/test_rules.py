from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.companies import rules
from vigie.companies.rules import name_key, one_typo_away, read_query, search_rank, search_text
from vigie.kernel.nomenclature.workforce import WORKFORCE_BOUNDS


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Boulangerie Saint-Michel SARL", "BOULANGERIE SAINT MICHEL"),
        ("S.A.R.L. BOULANGERIE ST MICHEL", "BOULANGERIE SAINT MICHEL"),
        ("L'Œuf à la Coque", "L OEUF A LA COQUE"),
        ("S.N.C.F.", "SNCF"),
        ("A 2 Z", "A2Z"),
        ("SAS", "SAS"),  # nothing else is left: the form is the name
        ("ΩΜΕΓΑ 😀", ""),
        ("", ""),
    ],
)
def test_name_is_compared_without_accent_form_or_initials(name: str, key: str) -> None:
    assert name_key(name) == key


def test_search_text_holds_each_word_once_and_the_place() -> None:
    text = search_text(
        ("L'ORÉAL SA", "", "L.O.", "Boutique l'Oréal"),
        commune_name="SAINT-BRIEUC",
        postal_code="22000",
        commune_code="22278",
    )
    assert text.split() == ["L", "OREAL", "LOREAL", "LO", "BOUTIQUE", "SAINT", "BRIEUC", "22000", "@22278"]


def test_nothing_that_people_type_is_read_as_a_commune_code() -> None:
    assert read_query("@22278").words == ("22278",)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("boulangerie de la gare", ("BOULANGERIE", "GARE")),
        ("la", ("LA",)),
        ("l'atelier", ("ATELIER",)),
        ("sarl dupont", ("DUPONT",)),
        ("sarl", ("SARL",)),
        ("DUPONT dupont", ("DUPONT",)),
        ("   ", ()),
        ("😀 \x00 \u202e", ()),
        ('"*" NEAR(a b) AND -', ("NEAR", "AB", "AND")),
    ],
)
def test_what_is_typed_becomes_words(typed: str, words: tuple[str, ...]) -> None:
    assert read_query(typed).words == words


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("732 829 320", "732829320"),
        ("732.829.320-00074", "73282932000074"),
        ("732829320\u00a000074", "73282932000074"),
        ("12 rue", ""),
        ("１２３４５６７８９", ""),
        ("1" * 15, ""),
    ],
)
def test_number_is_read_alone(typed: str, number: str) -> None:
    assert read_query(typed).number == number


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_few_plain_words(typed: str) -> None:
    query = read_query(typed)
    assert len(query.words) <= rules.WORDS_MAX
    assert all(word.isascii() and word.isalnum() and len(word) <= rules.WORD_MAX for word in query.words)


def test_ten_thousand_characters_are_cut() -> None:
    assert read_query("trop " * 10_000).words == ("TROP",)
    assert len(read_query("x" * 10_000).words[0]) == rules.WORD_MAX


@given(st.lists(st.text(max_size=40), max_size=5))
def test_a_name_is_found_by_its_own_words(names: list[str]) -> None:
    text = search_text(names, commune_name="", postal_code="", commune_code="").split()
    for name in names:
        for word in read_query(name[:100]).words:
            assert any(held.startswith(word) for held in text)


@pytest.mark.parametrize("typed", ["BOULNGERIE", "BOULANNGERIE", "BOULANGETIE", "BUOLANGERIE", "OULANGERIE"])
def test_one_wrong_missing_added_or_exchanged_letter_is_near(typed: str) -> None:
    assert any("BOULANGERIE".startswith(near) for near in one_typo_away(typed))


@pytest.mark.parametrize("typed", ["LA", "BOU", "12345", "A2Z4", "X" * 17])
def test_short_words_and_numbers_have_no_neighbour(typed: str) -> None:
    assert one_typo_away(typed) == (typed,)


@given(st.from_regex(r"[A-Z]{4,16}", fullmatch=True))
def test_neighbours_are_few_and_none_begins_another(word: str) -> None:
    near = one_typo_away(word)
    assert len(near) < 60 * len(word)
    assert any(word.startswith(one) for one in near)
    assert all(not second.startswith(first) for first, second in pairwise(near))


def test_open_head_offices_of_the_largest_come_first() -> None:
    def rank(is_active: bool, is_head_office: bool, workforce_code: str) -> int:
        return search_rank(is_active=is_active, is_head_office=is_head_office, workforce_code=workforce_code)

    ranks = [
        rank(True, True, "53"),
        rank(True, True, "01"),
        rank(True, True, "NN"),
        rank(True, True, ""),
        rank(True, False, "53"),
        rank(True, False, ""),
        rank(False, True, "53"),
        rank(False, False, ""),
    ]
    assert ranks == sorted(set(ranks))
    assert ranks[1] == rules.EMPLOYER_RANK < ranks[2]
    assert ranks[5] < rules.CLOSED_RANK <= ranks[6]
    assert ranks[-1] == rules.WORST_RANK


@pytest.mark.parametrize(
    ("bounds", "codes"),
    [
        ({}, {*WORKFORCE_BOUNDS, ""}),
        ({"least": 0}, {*WORKFORCE_BOUNDS}),
        ({"least": 10, "most": 49}, {"11", "12"}),
        ({"least": 15, "most": 16}, {"11"}),
        ({"most": 0}, {"NN", "00"}),
        ({"least": 10**8}, set()),
        ({"least": 9, "most": 3}, set()),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("closed", [False, True])
def test_ranks_are_those_of_the_classes_that_may_hold_so_many_people(
    bounds: dict[str, int], codes: set[str], closed: bool
) -> None:
    ranges = rules.ranks_of(**bounds, closed=closed)
    for code in {*WORKFORCE_BOUNDS, ""}:
        for office in (True, False):
            for active in (True, False):
                rank = rules.search_rank(is_active=active, is_head_office=office, workforce_code=code)
                held = any(first <= rank <= last for first, last in ranges)
                assert held == (code in codes and active is not closed), (code, office, active)
