"""The values of the facts, as agents read them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.publication.factories import contributions
from tests.watchlists.factories import MENUISERIE
from vigie.ui.components import Cell
from vigie.watchlists.queries.explanation import Author, explain, step_by_step, value_words
from vigie.watchlists.rules_sight import Category, Ground, Sight, Why

TOLD: dict[str, Any] = {
    "corrections": {"dette_ancienne": "Dette ancienne en baisse", "secteur": "Secteur en tension"},
    "features": {}, "families": {}, "thresholds": {"strong": 0.4, "moderate": 0.12},
}  # fmt: skip
ALL = Sight(Ground(visible=True, alerted=True), frozenset(Category), Why.ALERT)
WITHOUT_DEBTS = Sight(Ground(visible=True, alerted=True), frozenset({Category.SCORE}), Why.ALERT)
BASE = -3.0


def rows_of(table: Any) -> list[tuple[str, ...]]:
    return [tuple(str(cell.text if isinstance(cell, Cell) else cell) for cell in row) for row in table.rows]


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


def test_a_fact_that_is_not_known_reassures_nobody() -> None:
    one = next(row for row in contributions(MENUISERIE) if row["kind"] == "feature")
    unsaid = {
        **one,
        "contribution_log_odds": -0.2,
        "sentence_fr": None,
        "value_text": None,
        "confidentiality": "public",
    }
    rows = [
        {**unsaid, "code": "chiffre_affaires", "value": None},
        {**unsaid, "code": "anciennete", "value": 12.0, "unit": "mois"},
    ]

    assert explain(rows, TOLD, ALL).reassuring == ("anciennete\u00a0: 12\u00a0mois",)


def test_a_fact_without_its_sentence_is_said_with_its_value() -> None:
    """« Demande d’activité partielle » alone reassured, of a firm that asked for none."""
    one = next(row for row in contributions(MENUISERIE) if row["kind"] == "feature")
    asked = {"code": "demande", "value": 0.0, "unit": "oui/non", "value_text": None, "confidentiality": "public"}
    row = {**one, **asked, "contribution_log_odds": -0.2, "sentence_fr": None}
    told = {**TOLD, "features": {"demande": {"label": "Demande d’activité partielle"}}}

    assert explain([row], told, ALL).reassuring == ("Demande d’activité partielle\u00a0: non",)


def test_a_correction_says_who_wrote_it_when_and_why() -> None:
    authors = {("dette_ancienne", "2"): Author("Agent (CRP)", "4 avril 2026")}

    told = explain(contributions(MENUISERIE), TOLD, ALL, authors).corrections
    unknown = explain(contributions(MENUISERIE), TOLD, ALL).corrections

    assert rows_of(told) == [
        ("Dette ancienne en baisse", "Dette ancienne en forte baisse", "Agent (CRP)", "4 avril 2026", "2", "−0,40")
    ]
    assert rows_of(unknown)[0][2:4] == ("non précisé", "non précisé")


def test_each_correction_has_its_before_and_its_after() -> None:
    """From the probability of the model to that of the list; the levels are those of this list."""
    second = {**contributions(MENUISERIE)[0], "code": "secteur", "contribution_log_odds": 0.3, "version": "1"}
    one = rows_of(step_by_step(contributions(MENUISERIE), BASE, TOLD, ALL))
    two = rows_of(step_by_step([*contributions(MENUISERIE), second], BASE, TOLD, ALL))

    assert [cell.replace("\u00a0", " ").replace("\u202f", " ") for cell in one[0][1:]] == [
        "51,9 %, risque fort", "42,0 %, risque fort",
    ]  # fmt: skip
    assert [row[0] for row in two] == ["Secteur en tension", "Dette ancienne en baisse"]
    assert two[0][2] == two[1][1]
    assert step_by_step([], BASE, TOLD, ALL) is None


def test_a_correction_kept_from_the_reader_tells_neither_its_words_nor_its_author() -> None:
    authors = {("dette_ancienne", "2"): Author("Agent (URSSAF)", "4 avril 2026")}
    shown = rows_of(explain(contributions(MENUISERIE), TOLD, WITHOUT_DEBTS, authors).corrections)
    steps = rows_of(step_by_step(contributions(MENUISERIE), BASE, TOLD, WITHOUT_DEBTS))

    for row in (*shown, *steps):
        assert not {"Agent (URSSAF)", "4 avril 2026", "Dette ancienne en baisse", "Dette ancienne en forte baisse"} & {
            *row
        }
    assert shown[0][2:4] == ("verrouillé", "verrouillé")
