"""The values of the facts, as agents read them."""

from __future__ import annotations

import pytest

from vigie.watchlists.queries.explanation import value_words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1, "oui/non", "oui"),
        (0, "oui/non", "non"),
        (-0.1, "ratio", "−0,10"),
        (3, "nombre", "3"),
        (7864.5, "eur", "7 864,50 €"),
        (1462.94, "eur/personne", "1 462,94 € par personne"),
        (1, "jours", "1 jour"),
        (613, "jours", "613 jours"),
        (16, "mois", "16 mois"),
        (None, "eur", "inconnue"),
    ],
)
def test_a_value_is_read_with_its_unit(value: float | None, unit: str, words: str) -> None:
    shown = value_words({"value_text": "", "value": value, "unit": unit})

    assert shown.replace("\u00a0", " ").replace("\u202f", " ") == words
