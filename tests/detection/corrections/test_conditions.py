"""Conditions: three answers, and the French sentence of a scope."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vigie.detection.corrections.checks import CorrectionRefused
from vigie.detection.corrections.conditions import View, read_condition
from vigie.kernel.period import Month

NAN = float("nan")
FRAME = {
    "naf_section": np.array(["C", "F", ""]),
    "age_years": np.array([2.0, 10.0, NAN]),
    "ratio": np.array([4.0, 3.9, NAN]),
    "flag": np.array([1.0, 0.0, NAN]),
}
VIEW = View(FRAME, 3, Month(2026, 3), np.array(["finance", "urssaf_debt", ""]))
LATER = {"months": {"from": "2030-01", "to": "2030-02"}}
TWO_OF = [{"naf_section": ["C"]}, {"feature": "ratio", "above": 3}, {"age_years": {"above": 5}}]
CASES: list[tuple[dict[str, Any], list[bool]]] = [
    ({}, [True, True, True]),
    ({"naf_section": ["C", "G"]}, [True, False, False]),
    ({"not": {"naf_section": ["C"]}}, [False, True, False]),
    ({"age_years": {"at_least": 2, "below": 10}}, [True, False, False]),
    ({"feature": "ratio", "at_least": 4}, [True, False, False]),
    ({"feature": "ratio", "above": 4}, [False, False, False]),
    ({"feature": "ratio", "at_most": 3.9}, [False, True, False]),
    ({"not": {"feature": "ratio", "at_least": 4}}, [False, True, False]),
    ({"feature": "ratio", "missing": True}, [False, False, True]),
    ({"feature": "naf_section", "missing": False}, [True, True, False]),
    ({"feature": "flag", "equals": False}, [False, True, False]),
    ({"feature": "naf_section", "equals": "F"}, [False, True, False]),
    ({"feature": "naf_section", "among": ["F", "C"]}, [True, True, False]),
    ({"months": {"from": "2026-01", "to": "2026-03"}}, [True, True, True]),
    ({"months": {"from": "2026-04", "to": "2026-05"}}, [False, False, False]),
    ({"main_family_is_not": "finance"}, [False, True, True]),
    ({"any": [{"feature": "ratio", "at_least": 4}, {"naf_section": ["F"]}]}, [True, True, False]),
    ({"not": {"all": [{"feature": "ratio", "at_least": 4}, LATER]}}, [True] * 3),
    ({"at_least_of": {"count": 2, "of": TWO_OF}}, [True, True, False]),
]


@pytest.mark.parametrize(("raw", "expected"), CASES, ids=range(len(CASES)))
def test_who_is_concerned(raw: dict[str, Any], expected: list[bool]) -> None:
    true, false = read_condition(raw, "scope").truth(VIEW)
    assert true.tolist() == expected
    assert not (true & false).any()


def test_the_columns_read_are_known() -> None:
    raw = {"region": ["84"], "any": [{"feature": "a", "above": 1}, {"not": {"feature": "b", "missing": True}}]}
    assert read_condition(raw, "scope").columns() == {"region", "a", "b"}


def test_comparing_words_to_a_number_is_refused() -> None:
    with pytest.raises(CorrectionRefused, match="n’est pas un nombre"):
        read_condition({"feature": "naf_section", "above": 1}, "scope").truth(VIEW)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({}, "toutes les entreprises"),
        ({"naf_section": ["C", "F"]}, "section NAF : C, F"),
        ({"region": ["84"], "feature": "ratio", "at_least": 0.5}, "(région : 84 et dette sur fonds propres ≥ 0,5)"),
        (
            {"not": {"any": [{"region": ["84"]}, {"age_years": {"below": 3}}]}},
            "sauf (région : 84 ou âge en années < 3)",
        ),
        ({"main_family_is_not": "finance"}, "premier motif du modèle autre que : Santé financière"),
    ],
)
def test_a_scope_is_said_in_french(raw: dict[str, Any], said: str) -> None:
    labels = {"ratio": "dette sur fonds propres", "finance": "Santé financière"}
    assert read_condition(raw, "scope").words(labels) == said
