"""Corrections at each point of their life, made by the actions themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.accounts.factories import UserFactory
from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.kernel.period import Month
from vigie.rights.person import Person
from vigie.watchlists.actions import corrections
from vigie.watchlists.models_corrections import DONE, Correction
from vigie.watchlists.rules_corrections import Content

CURVE = Content(kind="shape_edit", feature="debt_ratio", points=((0.0, 0.0), (2.0, 0.5), (4.0, 0.0)), regions=("53",))
FORM: dict[str, Any] = {
    "wording": "Dette récente sous-estimée", "reason": "Les délais accordés masquent la dette.",
    "decision_reference": "Comité du 3 mars 2026", "first_month": "2026-04", "months": "6", "kind": "shape_edit",
    "holds": "all", "regions": ["53"], "sections": ["C"], "departements": "35 2a", "age_least": "2,5",
    "feature": "equity_ratio", "value_1": "−10", "effect_1": "0,5", "value_2": "0", "effect_2": "0",
    "condition_1": "workforce_change", "condition_operator_1": "below", "condition_value_1": "-0,1",
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "month": "2026-06", "firms": 5, "concerned": 3, "up": 2, "down": 0,
    "levels_before": {"none": 2, "moderate": 2, "strong": 1}, "levels_after": {"none": 1, "moderate": 2, "strong": 2},
    "by_region": [
        {"code": "53", "concerned": 3, "up": 2, "down": 0, "strong_before": 1, "strong_after": 2,
         "moderate_before": 2, "moderate_after": 2},
        {"code": "32", "concerned": 0, "up": 0, "down": 0},
    ],
    "by_section": [{"code": "C", "concerned": 3, "up": 2, "down": 0}],
    "curve": {"feature": "debt_ratio", "points": [
        {"value": 0.0, "before": -0.2, "after": -0.2}, {"value": 2.0, "before": 0.1, "after": 0.6},
    ]},
    "firms_moving": [],
    "backtest": {
        "possible": True, "month": "2024-06", "firms": 900, "failures": 41, "provenance_fr": "mois noté à l’époque.",
        "measures": [{
            "name": "average_precision", "label_fr": "Précision moyenne",
            "before": {"value": 0.31, "low": 0.2, "high": 0.4}, "after": {"value": 0.33, "low": 0.2, "high": 0.4},
            "difference": {"value": 0.02, "low": -0.01, "high": 0.05},
        }],
    },
}  # fmt: skip


def written(**changes: Any) -> corrections.Written:
    """What the form gives."""
    values: dict[str, Any] = {
        "wording": "Dette récente sous-estimée", "reason": "Les délais accordés masquent la dette.",
        "decision_reference": "Comité du 3 mars 2026", "content": CURVE, "first": Month(2026, 4), "months": 6,
    }  # fmt: skip
    return corrections.Written(**(values | changes))


def member(**values: Any) -> User:
    """Somebody of the team."""
    made: User = UserFactory.create(team=True, **values)
    return made


def person(user: User, at: datetime) -> Person:
    return person_for(user, at)


def draft(author: User, at: datetime, **changes: Any) -> Correction:
    return corrections.write_draft(written(**changes), by=person(author, at), at=at)


def simulated(author: User, at: datetime, answer: dict[str, Any] | None = None, **changes: Any) -> Correction:
    """A draft that the batch has answered."""
    row = draft(author, at, **changes)
    row.simulation, row.simulation_state, row.simulated_at = answer or ANSWER, DONE, at
    row.save()
    return row


def proposed(author: User, at: datetime, **changes: Any) -> Correction:
    return corrections.propose(simulated(author, at, **changes), by=person(author, at), at=at)


def approved(author: User, at: datetime, approver: User | None = None, **changes: Any) -> Correction:
    row = proposed(author, at, **changes)
    by = person(approver or member(), at)
    return corrections.approve(row, by=by, at=at + timedelta(hours=1))
