"""A correction says no more of a firm than the facts it rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.secrecy import CLASSES, confidentiality
from vigie.detection.features.registry import FEATURES

DEBT = {"feature": "employee_debt_eur", "above": 100}
CASES: list[tuple[dict[str, Any], str]] = [
    ({"scope": {}}, "public"),
    ({"scope": {"region": ["84"], "feature": "age_years", "below": 3}}, "public"),
    ({"scope": {"any": [{"feature": "ap_used_hours", "above": 0}, {"region": ["84"]}]}}, "dgefp"),
    ({"scope": {"all": [{"feature": "ap_used_hours", "above": 0}, {"not": DEBT}]}}, "urssaf"),
    (
        {"kind": "shape_edit", "parameters": {"feature": "employee_debt_eur", "points": [[0, 0], [1, 0.5]]}},
        "urssaf",
    ),
    ({"kind": "family_scale", "parameters": {"family": "urssaf_debt", "factor": 0.5}}, "urssaf"),
    ({"kind": "family_scale", "parameters": {"family": "identity", "factor": 0.5}}, "public"),
]


@pytest.mark.parametrize(("changes", "expected"), CASES, ids=range(len(CASES)))
def test_the_most_closed_fact_decides(
    changes: dict[str, Any], expected: str, correction: Callable[..., Correction]
) -> None:
    assert confidentiality(correction(**changes)) == expected


def test_every_class_of_the_registry_has_its_place() -> None:
    assert {one.confidentiality for one in FEATURES} <= set(CLASSES)
