"""Expert corrections, without a database: content, file, words, months in force, curve."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vigie.detection.corrections.files import parse
from vigie.kernel.period import Month
from vigie.watchlists.queries.explanation import _correction
from vigie.watchlists.rules_corrections import (
    Asked,
    Content,
    Identity,
    Words,
    document,
    drawing,
    effect_words,
    faults,
    in_force,
    may_approve,
    scope_words,
)
from vigie.watchlists.rules_sight import Category, Sight, Why

IDENTITY = Identity(
    code="essai", version=1, wording="Ce que lit l’agent", reason="Une raison assez longue.",
    decision_reference="note 12", valid_from=Month(2026, 6), valid_until=Month(2026, 11), status="proposed", author=1,
    proposed_by=1,
)  # fmt: skip
CONTENTS = {
    "offset": Content(effect=-0.4),
    "shape": Content(kind="shape_edit", feature="debt_ratio", points=((0, 0), (2, 0.5), (4, 0))),
    "family": Content(kind="family_scale", family="finance", factor=0.5),
    "floor": Content(kind="floor", minimum=0.1, maximum=0.5),
    "scope": Content(
        effect=0.2, sections=("C", "F"), divisions=("41",), regions=("53",), departements=("2A",),
        size_bands=("10-19",), age_least=2, age_below=10,
        conditions=(Asked("a", "at_least", 4), Asked("b", "missing"), Asked("c", "known")), holds="two",
    ),
    "any": Content(effect=0.2, conditions=(Asked("a", "below", 1), Asked("b", "above", 2)), holds="any"),
    "all": Content(effect=0.2, conditions=(Asked("a", "at_most", 1),), holds="all"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
def test_every_content_is_kept_whole_and_makes_a_file_that_the_batch_reads(name: str) -> None:
    content = CONTENTS[name]
    assert faults(content) == []
    assert Content.read(json.loads(json.dumps(content.stored()))) == content
    read = parse(json.dumps(document(IDENTITY, content)).encode())
    assert (read.code, read.kind, read.valid_until, read.status) == ("essai", content.kind, Month(2026, 11), "proposed")


def test_a_scope_says_the_same_to_the_batch() -> None:
    made = document(IDENTITY, CONTENTS["scope"])["scope"]
    assert made["age_years"] == {"at_least": 2, "below": 10}
    assert made["at_least_of"]["count"] == 2
    assert made["at_least_of"]["of"][1:] == [{"feature": "b", "missing": True}, {"feature": "c", "missing": False}]
    assert document(IDENTITY, CONTENTS["offset"])["scope"] == {}


def test_a_probability_becomes_log_odds() -> None:
    assert document(IDENTITY, CONTENTS["floor"])["parameters"] == {"minimum": -2.197225, "maximum": 0.0}


def test_the_file_names_nobody_and_tells_two_accounts_apart() -> None:
    approved = Identity(**{**IDENTITY.__dict__, "status": "approved", "approved_by": 2, "version": 2, "replaces": 1})
    made = document(approved, CONTENTS["offset"])
    assert (made["author"], made["approved_by"], made["replaces"]) == ("compte 1", "compte 2", 1)
    assert parse(json.dumps(made).encode()).approved_by == "compte 2"


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"effect": None}, "effect"),
    ({"effect": 1.1}, "effect"),
    ({"effect": 0.0}, "effect"),
    ({"effect": 0.5, "age_least": 5, "age_below": 5}, "age_below"),
    ({"effect": 0.5, "conditions": (Asked("a", "at_least"),)}, "condition_value_1"),
    ({"effect": 0.5, "conditions": (Asked("a", "known"),), "holds": "two"}, "holds"),
    ({"kind": "shape_edit", "points": ((0, 0), (1, 0.5))}, "feature"),
    ({"kind": "shape_edit", "feature": "a", "points": ((0, 0),)}, "value_1"),
    ({"kind": "shape_edit", "feature": "a", "points": ((1, 0), (0, 0.5))}, "value_1"),
    ({"kind": "shape_edit", "feature": "a", "points": ((0, 0), (1, 1.5))}, "effect_1"),
    ({"kind": "family_scale", "factor": 1.0}, "family"),
    ({"kind": "family_scale", "family": "finance", "factor": 4.0}, "factor"),
    ({"kind": "floor"}, "minimum"),
    ({"kind": "floor", "minimum": 1.0}, "minimum"),
    ({"kind": "floor", "minimum": 0.5, "maximum": 0.2}, "maximum"),
]


@pytest.mark.parametrize(("changes", "field"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_names_its_field(changes: dict[str, Any], field: str) -> None:
    assert [one.field for one in faults(Content(**changes))] == [field]


def test_nobody_approves_alone() -> None:
    assert may_approve(3, author=1, proposer=2)
    assert not may_approve(1, author=1, proposer=2)
    assert not may_approve(2, author=1, proposer=2)
    assert not may_approve(None, author=1, proposer=2)


def test_the_last_version_that_has_begun_is_in_force() -> None:
    def month(number: int) -> Month:
        return Month(2026, number)

    rows = [
        ("a", 1, month(1), month(6), True),
        ("a", 2, month(3), month(4), True),
        ("b", 1, month(1), month(12), False),
    ]
    assert in_force(rows, month(2)) == {("a", 1)}
    assert in_force(rows, month(3)) == {("a", 2)}
    assert in_force(rows, month(5)) == set(), "a version that is over does not bring back the former"


def test_words_are_french() -> None:
    words = Words(
        features={"a": "dette sur caf", "debt_ratio": "ratio de dette"}, families={"finance": "Santé financière"},
        sections={"C": "C – Industrie"}, regions={"53": "Bretagne"},
    )  # fmt: skip
    told = scope_words(CONTENTS["scope"], words)
    assert told[0] == "Sections\u00a0: C – Industrie, F"
    assert told[2] == "Régions\u00a0: Bretagne"
    assert told[-1] == "Conditions (au moins deux vraies)\u00a0: dette sur caf au moins 4 ; b est inconnu ; c est connu"
    assert scope_words(Content(), words) == ["Toutes les entreprises suivies"]
    assert effect_words(CONTENTS["offset"], words) == "Diminue le risque de 0,4 (logarithme de la cote)."
    assert "ratio de dette" in effect_words(CONTENTS["shape"], words)
    assert "Multiplie par 0,5" in effect_words(CONTENTS["family"], words)
    assert "pas moins de 10\u00a0%" in effect_words(CONTENTS["floor"], words)


def test_a_curve_is_drawn_within_its_picture() -> None:
    picture = drawing([(0, 0), (5, 1), (10, 0)], [(0, 0), (5, -1), (10, 0)])
    assert picture is not None
    assert picture.after == "40.0,130.0 320.0,40.0 600.0,130.0"
    assert picture.before == "40.0,130.0 320.0,220.0 600.0,130.0"
    assert (picture.left, picture.right, picture.top, picture.bottom) == ("0", "10", "1", "−1")
    assert (picture.zero, picture.dots[0]) == ("130.0", ("40.0", "130.0"))
    assert drawing([(1, 1)]) is None
    flat = drawing([(1, 0), (1, 0)])
    assert flat is not None


@pytest.mark.parametrize(("debts", "said"), [(True, "Dette masquée"), (False, "expert")])
def test_the_words_of_a_correction_are_read_with_its_facts(debts: bool, said: str) -> None:
    """« Dette masquée » on a firm's sheet tells its debt: who may not read debts reads that an expert corrected."""
    row = {"code": "essai", "confidentiality": "urssaf"}
    told = {"corrections": {"essai": "Dette masquée"}}
    held = frozenset({Category.DGEFP, *([Category.URSSAF] if debts else [])})
    assert _correction(row, told, Sight(held=held, by=Why.ALERT)) == said
