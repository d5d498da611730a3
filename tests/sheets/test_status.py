"""What a firm is at a date, worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from vigie.sheets.rules.status import Case, age, case, fiscal_year, phase, phases, procedure, quartile, steps

DAY = date(2026, 6, 30)


def decision(on: str, kind: str, stage: str) -> dict[str, Any]:
    return {"effective_on": date.fromisoformat(on), "kind": kind, "stage": stage}


def test_age_counts_whole_years() -> None:
    assert age(date(2016, 6, 30), DAY) == 10
    assert age(date(2016, 7, 1), DAY) == 9
    assert age(date(2026, 1, 1), DAY) == 0


def test_missing_source_is_never_in_bonis() -> None:
    assert procedure(None, DAY) == "Statut inconnu"
    assert procedure([], DAY) == "In bonis"


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([("2025-01-01", "sauvegarde", "ouverture")], "Sauvegarde"),
        ([("2025-01-01", "sauvegarde", "plan_continuation")], "Plan de sauvegarde"),
        (
            [("2025-01-01", "redressement", "ouverture"), ("2025-09-01", "redressement", "plan_continuation")],
            "Plan de continuation",
        ),
        ([("2025-01-01", "redressement", "ouverture"), ("2025-09-01", "redressement", "fin_procedure")], "In bonis"),
        (
            [("2025-01-01", "sauvegarde", "ouverture"), ("2025-09-01", "liquidation", "ouverture")],
            "Liquidation judiciaire",
        ),
        (
            [("2025-01-01", "redressement", "ouverture"), ("2025-02-01", "redressement", "inclusion_autre_procedure")],
            "In bonis",
        ),
        ([("2026-07-01", "liquidation", "ouverture")], "In bonis"),  # after the day
    ],
)
def test_status_is_the_gravest_of_the_latest_decisions(rows: list[tuple[str, str, str]], status: str) -> None:
    assert procedure([decision(*row) for row in rows], DAY) == status


def test_phases_bear_their_first_date_the_newest_first() -> None:
    rows = [
        decision("2024-05-02", "sauvegarde", "ouverture"),
        decision("2024-03-01", "sauvegarde", "ouverture"),
        decision("2025-01-10", "redressement", "ouverture"),
        decision("2025-06-10", "redressement", "fin_procedure"),
    ]

    assert phases(rows) == [("Redressement judiciaire", date(2025, 1, 10)), ("Sauvegarde", date(2024, 3, 1))]
    assert phase("autre", "x") == "autre, x"


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"closed": True, "status": "In bonis", "level": "strong"}, Case.CRASH),
        ({"closed": False, "status": "Liquidation judiciaire", "level": None}, Case.CRASH),
        ({"closed": False, "status": "Redressement judiciaire", "level": "none"}, Case.CRASH),
        ({"closed": False, "status": "Plan de continuation", "level": "strong"}, Case.ALERT),
        ({"closed": False, "status": "Sauvegarde", "level": "moderate"}, Case.ALERT),
        ({"closed": False, "status": "In bonis", "level": "none"}, Case.RAS),
        ({"closed": False, "status": "Statut inconnu", "level": None}, Case.OUTSIDE),
    ],
)
def test_each_firm_has_one_of_four_explanations(facts: dict[str, Any], found: Case) -> None:
    assert case(**facts) is found


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (0.5, "dans le quart le plus bas"),
        (1.5, "sous la médiane"),
        (2.0, "à la médiane"),
        (2.5, "au-dessus de la médiane"),
        (3.0, "au-dessus de la médiane"),
        (3.1, "dans le quart le plus haut"),
    ],
)
def test_place_among_the_sector(value: float, place: str) -> None:
    assert quartile(value, 1.0, 2.0, 3.0) == place


def test_fiscal_year_is_that_of_the_closing_less_six_months() -> None:
    assert fiscal_year(date(2025, 3, 31)) == 2024
    assert fiscal_year(date(2025, 6, 30)) == 2024
    assert fiscal_year(date(2025, 7, 1)) == 2025
    assert fiscal_year(date(2024, 12, 31)) == 2024


def test_bars_of_the_waterfall_follow_each_other() -> None:
    assert steps(-3.0, [1.5, 0.5, -0.25]) == [(-3.0, -1.5), (-1.5, -1.0), (-1.0, -1.25)]
    assert steps(-3.0, []) == []
