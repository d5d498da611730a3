"""Who is followed at a month, and the reason given for the others."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.detection import typed
from vigie.detection import perimeter
from vigie.detection.engine import Engine, Table, month_of
from vigie.kernel.period import Month

MAY = Month(2026, 5)
RULES = perimeter.in_force(Month(2026, 6))
ROOT = Path(os.environ.get("VIGIE_SOURCE_SAMPLES", Path(__file__).parents[4] / "shared" / "data" / "sources"))


def tables(opened: Engine, *worlds: Mapping[str, list[dict[str, Any]]]) -> dict[str, Table]:
    world = typed.together(*worlds)
    names = ("sirene", "sirene_ul", "sirene_histo", "effectif_ent")
    return {name: opened.load(typed.rows(name, world.get(name, []))) for name in names}


def answer(opened: Engine, *worlds: Mapping[str, list[dict[str, Any]]], rules: perimeter.Perimeter = RULES) -> Any:
    return perimeter.why(opened, tables(opened, *worlds), typed.siren(1), MAY, rules)


def test_a_plain_firm_is_followed(opened: Engine) -> None:
    code, sentence = answer(opened, typed.firm(1, "2025-01", "2026-04"))

    assert code is None
    assert sentence == "Cette entreprise est suivie en 2026-05 (périmètre 2026-06)."


def test_an_unknown_siren_is_told_so(opened: Engine) -> None:
    code, sentence = answer(opened, typed.firm(2, "2025-01", "2026-04"))

    assert code == "unknown"
    assert "absent du répertoire Sirene" in sentence


def test_a_small_firm_is_told_the_threshold(opened: Engine) -> None:
    code, sentence = answer(opened, typed.firm(1, "2025-01", "2026-04", workforce=9))

    assert code == "workforce"
    assert "au moins 10 salariés" in sentence
    assert "36 derniers mois" in sentence


def test_ten_employees_once_in_36_months_are_enough(opened: Engine) -> None:
    # April 2026 is the last known month: the window begins in May 2023.
    small = typed.firm(1, "2025-01", "2026-04", workforce=3)

    def reached(month: date) -> dict[str, list[dict[str, Any]]]:
        return {"effectif_ent": [{"siren": typed.siren(1), "month": month, "workforce_count": 10}]}

    assert answer(opened, small, reached(date(2023, 5, 1)))[0] is None
    assert answer(opened, small, reached(date(2023, 4, 1)))[0] == "workforce"


def test_a_workforce_of_the_future_does_not_count(opened: Engine) -> None:
    small = typed.firm(1, "2025-01", "2026-04", workforce=3)
    future = {"effectif_ent": [{"siren": typed.siren(1), "month": date(2026, 5, 1), "workforce_count": 50}]}

    assert answer(opened, small, future)[0] == "workforce"


@pytest.mark.parametrize(
    ("unit", "code", "words"),
    [
        ({"legal_category": "7210"}, "legal_category", "7210"),
        ({"naf": "84.11Z"}, "activity", "84.11Z"),
        ({"naf": "64.20Z"}, None, ""),
        ({"naf": "85.59A"}, None, ""),
        ({"departement": None}, "head_office", "siège"),
    ],
)
def test_exclusions(opened: Engine, unit: dict[str, Any], code: str | None, words: str) -> None:
    found, sentence = answer(opened, typed.firm(1, "2025-01", "2026-04", **unit))

    assert found == code
    assert words in sentence


def test_a_closed_firm_is_not_followed_from_the_month_after(opened: Engine) -> None:
    world = typed.firm(1, "2025-01", "2026-04")
    world["sirene_histo"] = [
        {"siret": typed.siret(1), "valid_from": date(2010, 3, 4), "valid_until": date(2026, 5, 1), "is_active": True},
        {"siret": typed.siret(1), "valid_from": date(2026, 5, 1), "is_active": False, "state_changed": True},
    ]

    known = tables(opened, world)
    assert perimeter.why(opened, known, typed.siren(1), MAY, RULES)[0] == "inactive"
    assert perimeter.why(opened, known, typed.siren(1), Month(2026, 4), RULES)[0] is None


def test_a_head_office_that_moved_does_not_make_the_past_inactive(opened: Engine) -> None:
    world = typed.firm(1, "2025-01", "2026-04")
    world["sirene_histo"] = [
        {
            "siret": typed.siret(1, 2),
            "valid_from": date(2010, 3, 4),
            "valid_until": date(2026, 1, 1),
            "is_active": True,
        },
        {"siret": typed.siret(1), "valid_from": date(2026, 1, 1), "is_active": True},
    ]

    assert perimeter.why(opened, tables(opened, world), typed.siren(1), Month(2025, 6), RULES)[0] is None


def test_firms_removed_are_counted_by_the_first_rule_that_fails(opened: Engine) -> None:
    known = tables(
        opened,
        typed.firm(1, "2025-01", "2026-04"),
        typed.firm(2, "2025-01", "2026-04", workforce=3),
        typed.firm(3, "2025-01", "2026-04", legal_category="7210", naf="84.11Z"),
        {"effectif_ent": [{"siren": typed.siren(4), "month": date(2026, 1, 1), "workforce_count": 12}]},
    )

    assert perimeter.counts(opened, known, MAY, RULES) == {
        "unknown": 1, "workforce": 1, "recent_workforce": 0, "legal_category": 1, "activity": 0, "head_office": 0,
        "inactive": 0, "kept": 1,
    }  # fmt: skip


def test_perimeters_are_dated() -> None:
    assert perimeter.in_force(Month(2024, 1)).version == "2025-10"
    assert perimeter.in_force(Month(2025, 12)).window_months == 120
    assert perimeter.in_force(Month(2026, 4)).recent_months == 3
    assert perimeter.in_force(Month(2027, 1)).version == "2026-06"
    assert len(perimeter.PUBLIC_BODIES) == 17
    assert len(perimeter.EXCLUDED_ACTIVITIES) == 41


def _official(name: str) -> list[dict[str, Any]]:
    path = ROOT / "perimetre" / "cas.json"
    if not path.exists():
        return []
    cases = json.loads(path.read_text(encoding="utf-8"))[name]
    return [{**cases["parametres"], **case} for case in cases["cas"]]


def _workforces(values: list[str]) -> list[dict[str, Any]]:
    """One column per month from 2021-01; a firm « 2 » has a value in every month, so that no column is empty."""
    numbers = [Month(2021, 1).plus(rank) for rank in range(len(values))]
    own = [
        {"siren": "1", "month": month.first_day, "workforce_count": int(value) if value else None}
        for month, value in zip(numbers, values, strict=True)
    ]
    return own + [{"siren": "2", "month": month.first_day, "workforce_count": 1} for month in numbers]


def test_the_published_cases_of_the_threshold_agree(opened: Engine) -> None:
    for case in _official("seuil_dans_la_fenetre"):
        rules = replace(RULES, window_months=case["nb_mois"], workforce_at_least=case["min_effectif"])
        rows = opened.load(typed.rows("effectif_ent", _workforces(case["valeurs"])))
        anchor = opened.value(perimeter.latest_workforce_month(rows))
        found = {row["siren"]: row for row in opened.arrow(perimeter.workforce_facts(rows, rules, anchor)).to_pylist()}

        highest = found.get("1", {}).get("highest_workforce")
        assert ((highest or 0) >= rules.workforce_at_least) is case["retenu"], case["valeurs"]


def test_the_published_cases_of_recent_data_agree(opened: Engine) -> None:
    for case in _official("donnees_recentes"):
        rules = replace(RULES, recent_months=case["nb_mois_recents"])
        rows = opened.load(typed.rows("effectif_ent", _workforces(case["valeurs"])))
        anchor = opened.value(perimeter.latest_workforce_month(rows))
        found = {row["siren"]: row for row in opened.arrow(perimeter.workforce_facts(rows, rules, anchor)).to_pylist()}

        assert found.get("1", {}).get("has_recent_workforce", False) is case["recent"], case["valeurs"]


def test_the_published_cases_of_late_columns_agree(opened: Engine) -> None:
    path = ROOT / "perimetre" / "cas.json"
    cases = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"colonnes_finales_vides": {"cas": []}}
    for case in cases["colonnes_finales_vides"]["cas"]:
        lines = [line.split(";") for line in case["csv"].split("\n")][1:]
        rows = opened.load(typed.rows("effectif_ent", [
            {"siren": str(number), "month": Month(2021, 1).plus(rank).first_day,
             "workforce_count": int(value) if value else None}
            for number, line in enumerate(lines) for rank, value in enumerate(line)
        ]))  # fmt: skip
        latest = opened.value(perimeter.latest_workforce_month(rows))

        empty = 2 if latest is None else 2 - month_of(latest).month
        assert empty == case["nb"], case["csv"]


def test_a_recent_workforce_can_be_asked_for(opened: Engine) -> None:
    rules = replace(RULES, recent_months=3)
    other = typed.firm(2, "2025-01", "2026-04")

    assert answer(opened, typed.firm(1, "2025-01", "2026-01"), other, rules=rules)[0] == "recent_workforce"
    assert answer(opened, typed.firm(1, "2025-01", "2026-02"), other, rules=rules)[0] is None
