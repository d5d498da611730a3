"""The truth is what a slow reading of the files finds: to the cent, to the hour, to the person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.detection.invent import reading


def _truth(folder: Path, month: str, firms: int = 50) -> dict[str, list[dict[str, Any]]]:
    """The rows of the giant and of firms taken here and there, with the failing ones."""
    rows = pq.read_table(folder / "truth" / month / "truth.parquet").to_pylist()
    by_firm: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_firm.setdefault(row["siren"], []).append(row)
    sirens = list(by_firm)
    failing = [siren for siren in sirens if any(row["proceedings_state"] != "in_bonis" for row in by_firm[siren])]
    kept = [sirens[0], *failing[: firms // 2], *sirens[1 :: max(len(sirens) // firms, 1)]]
    return {siren: by_firm[siren] for siren in kept}


@pytest.mark.parametrize("month", ["2021-02", "2021-03"])
def test_contributions_debts_hours_and_people_are_those_of_the_files(two_deliveries: Path, month: str) -> None:
    truth = _truth(two_deliveries, month)
    sirens, folder = set(truth), two_deliveries / month
    due, owed = reading.contributions(folder, sirens), reading.debts(folder, sirens, month)
    used, people = reading.hours(folder, sirens), reading.workforce(folder, sirens)
    places = reading.workforce_of_places(folder, sirens)
    indebted = 0
    for siren, rows in truth.items():
        assert [f"{row['month']:%Y-%m}" for row in rows][-1] == month
        for row in rows:
            key = (siren, f"{row['month']:%Y-%m}")
            cents = None if key not in due else due[key] * 100
            assert row["contribution_due_cents"] == cents, key
            assert (row["employee_debt_cents"], row["employer_debt_cents"]) == owed[key], key
            assert Decimal(row["used_hours"]) == used[key], key
            assert row["workforce_count"] == people.get(key), key
            assert places.get(key) == people.get(key), key
            indebted += row["employer_debt_cents"] > 0
    assert indebted > 50


@pytest.mark.parametrize("month", ["2021-02", "2021-03"])
def test_the_state_of_proceedings_is_that_of_the_judgments(two_deliveries: Path, month: str) -> None:
    truth = _truth(two_deliveries, month)
    judgments = reading.judgments(two_deliveries / month, set(truth))
    seen: set[str] = set()
    for siren, rows in truth.items():
        for row in rows:
            first: date = row["month"]
            last = date.fromisoformat(reading.next_month(f"{first:%Y-%m}") + "-01") - timedelta(days=1)
            events = judgments[siren]
            assert row["proceedings_state"] == reading.state(events, last), (siren, first)
            assert row["proceedings_state_first_day"] == reading.state(events, first), (siren, first)
            seen.add(row["proceedings_state"])
    assert {"in_bonis", "redressement", "liquidation", "plan"} <= seen


def test_months_to_failure_point_at_the_next_opening(two_deliveries: Path) -> None:
    truth = _truth(two_deliveries, "2021-03")
    judgments = reading.judgments(two_deliveries / "2021-03", set(truth))
    checked = 0
    for siren, rows in truth.items():
        openings = {f"{day:%Y-%m}" for day, _, stage in judgments[siren] if stage == "ouverture"}
        for row in rows:
            if row["months_to_failure"] is not None and row["proceedings_state"] == "in_bonis":
                target = reading.next_month(f"{row['month']:%Y-%m}", row["months_to_failure"])
                assert target in openings or target >= "2021-02", (siren, target)
                checked += 1
    assert checked > 20
