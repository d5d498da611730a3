"""What is said to have changed between two texts is exactly what did."""

from __future__ import annotations

import random
import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vigie.followup.rules_differences import ADDED, REMOVED, SAME, Piece, differences, words_changed

TEXTS = st.text(alphabet="ab \n*é", max_size=60)


def test_a_word_changed_is_told_alone() -> None:
    found = differences("La trésorerie est tendue.\n\nActions : aucune", "La trésorerie est saine.\n\nActions : aucune")

    assert found == (
        Piece(SAME, "La trésorerie est "), Piece(REMOVED, "tendue."), Piece(ADDED, "saine."),
        Piece(SAME, "\n\nActions : aucune"),
    )  # fmt: skip
    assert words_changed(found) == (1, 1)


def test_a_dash_alone_is_not_counted_as_a_word() -> None:
    assert words_changed(differences("Actions :\n", "Actions :\n- appeler l’Urssaf ; puis la banque\n")) == (5, 0)


@given(TEXTS, TEXTS)
def test_both_texts_are_found_again_in_the_differences(before: str, after: str) -> None:
    found = differences(before, after)

    assert "".join(piece.text for piece in found if piece.kind != ADDED) == before
    assert "".join(piece.text for piece in found if piece.kind != REMOVED) == after
    assert all(one.kind != other.kind for one, other in pairwise(found))


def test_texts_made_to_be_slow_to_compare_are_not() -> None:
    draw = random.Random(5)
    before, after = (" ".join(str(draw.randrange(90)) for _word in range(7_000)) for _text in range(2))

    began = time.process_time()
    found = differences(before, after)

    assert time.process_time() - began < 5  # a plain comparison of all the words takes minutes
    assert found == (Piece(REMOVED, before), Piece(ADDED, after))
