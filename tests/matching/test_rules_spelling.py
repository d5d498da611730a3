"""Small judgements on what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.matching.rules.spelling import distance, is_disposable, only_the_template, suggestion
from vigie.matching.rules.subject_search import Searched, found

PREFILL = "Mon projet : \nSon coût : \nCe qui est déjà financé : "


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_distance_is_symmetric_and_null_only_between_equals(first: str, second: str) -> None:
    there, back = distance(first, second, most=50), distance(second, first, most=50)

    assert there == back
    assert (there == 0) == (first == second)


@pytest.mark.parametrize(
    ("first", "second", "edits"), [("chat", "chat", 0), ("chat", "chats", 1), ("gmial", "gmail", 2), ("abc", "", 3)]
)
def test_a_distance_counts_letters_added_removed_or_changed(first: str, second: str, edits: int) -> None:
    assert distance(first, second, most=10) == edits


def test_a_distance_stops_counting_at_the_limit() -> None:
    assert distance("a" * 50, "b" * 50, most=3) == 3
    assert distance("a" * 100_000, "b", most=10) == 10


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        (PREFILL, True),
        (PREFILL.replace("\n", "\r\n"), True),
        (PREFILL + " ok", True),
        (PREFILL + "un four à pain", False),
        ("Je veux acheter un four à 20 000 €.", False),
    ],
)
def test_a_template_hardly_touched_says_nothing(text: str, empty: bool) -> None:
    assert only_the_template(text, PREFILL) is empty


def test_without_template_nothing_is_taken_for_one() -> None:
    assert only_the_template("ok", "") is False


@pytest.mark.parametrize(
    ("email", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@gmail.con", "a@gmail.com"),
        ("a@orange.rf", "a@orange.fr"),
        ("a@laposte.ne", "a@laposte.net"),
        ("a@gmail.com", ""),
        ("a@fournil.example", ""),
        ("sans-arobase", ""),
        ("@gmail.co", ""),
        ("", ""),
    ],
)
def test_an_address_that_looks_mistyped_is_suggested(email: str, meant: str) -> None:
    assert suggestion(email) == meant


@pytest.mark.parametrize(("email", "lasts"), [("a@yopmail.com", True), ("a@YOPMAIL.com", True), ("a@free.fr", False)])
def test_an_address_for_ten_minutes_is_recognised(email: str, lasts: bool) -> None:
    assert is_disposable(email) is lasts


SUBJECTS = (
    Searched(1, ("Je veux recruter", "Trouver des candidats")),
    Searched(2, ("Je veux former mes salariés", "Choisir une formation")),
    Searched(3, ("Mon entreprise a des dettes", "Étaler des dettes")),
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("recruter", [1]),
        ("RECRUTEMENT", [1]),
        ("embaucher", [1]),
        ("formations", [2]),
        ("salarie", [2]),
        ("l'urssaf", [3]),
        ("je veux de l’aide", []),
        ("", []),
        ("x", []),
    ],
)
def test_subjects_answer_to_the_words_of_people(typed: str, expected: list[int]) -> None:
    assert found(typed, SUBJECTS) == expected


def test_more_words_found_come_first() -> None:
    assert found("former et recruter des salariés", SUBJECTS) == [2, 1]


@given(st.text(max_size=300))
def test_no_text_breaks_the_search(typed: str) -> None:
    assert set(found(typed, SUBJECTS)) <= {1, 2, 3}
