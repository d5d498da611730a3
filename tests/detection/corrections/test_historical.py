"""Every rule of 2020-2023 can be said as corrections: the committed files, on firms worked by hand.

Thresholds: moderate at p = 0.10 and strong at p = 0.20, so that a level step is
logit(0.20) − logit(0.10) = −1.3863 + 2.1972 = 0.8109.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vigie.detection.corrections.application import Adjusted, Thresholds, apply, levels, logit
from vigie.detection.corrections.effects import Contributions
from vigie.detection.corrections.files import Library, read_folder
from vigie.kernel.period import Month

FOLDER = Path(__file__).parent / "historical"
THRESHOLDS = Thresholds(strong=0.20, moderate=0.10)
STEP = 0.8109302
NAN = float("nan")


@pytest.fixture(scope="module")
def library() -> Library:
    return read_folder(FOLDER)


def run(library: Library, month: str, frame: dict[str, list[Any]], scores: list[float], main: list[str]) -> Adjusted:
    """The corrections in force at a month, on firms whose first reason is given."""
    at = Month.parse(month)
    families = ("finance", "urssaf_debt")
    by_family = np.array([[1.0 if name == family else 0.0 for family in families] for name in main])
    return apply(
        library.active(at),
        {
            name: np.array(column, dtype=object if isinstance(column[0], str) else float)
            for name, column in frame.items()
        },
        Contributions((), np.zeros((len(main), 0)), families, by_family),
        logit(np.array(scores)),
        thresholds=THRESHOLDS,
        month=at,
    )


def test_the_files_are_all_right(library: Library) -> None:
    assert library.problems == ()
    assert len(library.corrections) == 9


def test_october_2020_moves_by_the_square_of_the_place_in_the_activity_and_by_sector(library: Library) -> None:
    """Four firms of 56.1 owe 500, 300, 100 and 0.5 per employee: places 1, ½, 0, and out; 25.1 has one alone."""
    found = run(
        library, "2020-10",
        {"debt_per_employee_eur": [500, 300, 100, 0.5, 80],
         "naf_group": ["56.1", "56.1", "56.1", "56.1", "25.1"],
         "survey_sector": ["pharmacie", "pharmacie", "hotellerie_restauration", "materiels_de_transport", "autre"]},
        [0.05] * 5, [""] * 5,
    )  # fmt: skip
    assert found.codes == ("dette_2020", "secteur_2020")
    assert found.effects[:, 0] == pytest.approx([1.0, 0.25, 0.0, 0.0, 1.0])
    assert found.effects[:, 1] == pytest.approx([-0.2, -0.2, 0.9, 0.6, 0.0])
    assert found.log_odds - logit(0.05) == pytest.approx([0.8, 0.05, 0.9, 0.6, 1.0])
    assert found.codes_applied()[3] == ["secteur_2020"]


def test_october_2020_stays_under_the_cap_of_the_sum(library: Library) -> None:
    """1.0 of debt and 0.9 of sector: 1.9 becomes 1.5, each bar shrinks alike."""
    found = run(
        library, "2020-12",
        {"debt_per_employee_eur": [9.0], "naf_group": ["55.1"], "survey_sector": ["hotellerie_restauration"]},
        [0.05], [""],
    )  # fmt: skip
    assert found.effects[0] == pytest.approx([1.5 * 1.0 / 1.9, 1.5 * 0.9 / 1.9])


def test_spring_2021_raises_by_one_level_those_whose_debt_grew_by_more_than_a_fifth(library: Library) -> None:
    """0.2 exactly does not count; green just under goes orange, orange goes red, red stays; far green stays green."""
    found = run(
        library, "2021-03",
        {"debt_change_since_2020_07_over_contribution_ratio": [0.5, 0.21, 0.3, 0.2, 0.9, NAN]},
        [0.09, 0.11, 0.30, 0.19, 0.001, 0.19], [""] * 6,
    )  # fmt: skip
    assert found.effects[:, 0] == pytest.approx([STEP, STEP, STEP, 0, STEP, 0])
    before = levels(logit(np.array([0.09, 0.11, 0.30, 0.19, 0.001, 0.19])), THRESHOLDS)
    assert before.tolist() == ["none", "moderate", "strong", "moderate", "none", "moderate"]
    assert levels(found.log_odds, THRESHOLDS).tolist() == [
        "moderate", "strong", "strong", "moderate", "none", "moderate",
    ]  # fmt: skip


COUNTER: dict[str, float] = {
    "old_debt_over_annual_contribution_ratio": 0, "recent_debt_over_old_debt_ratio": 1, "recent_debt_rises": 0,
    "short_time_work_longest_request_months": 0, "short_time_work_requested_workforce_ratio": 0,
    "short_time_work_requested_days": 0, "term_debt_over_caf": 1, "ebitda_eur": 10,
    "revenue_2022_over_2019_ratio": 1, "equity_eur": 10,
}  # fmt: skip
OLD_DEBT_PAID = {"old_debt_over_annual_contribution_ratio": 0.11, "recent_debt_over_old_debt_ratio": 0.09}
RISES = {"recent_debt_rises": 1.0}
SHORT_TIME = {"short_time_work_requested_days": 241.0, "short_time_work_requested_workforce_ratio": 0.51}
TWO_SIGNS = {"term_debt_over_caf": 4.0, "equity_eur": -1.0}
THREE_SIGNS = {**TWO_SIGNS, "ebitda_eur": -1.0, "revenue_2022_over_2019_ratio": 0.8}
NAMES = {
    "old": "dette_ancienne_en_baisse", "new": "dette_recente_en_hausse", "stw": "activite_partielle_elevee",
    "fin": "sante_financiere_degradee",
}  # fmt: skip
CASES: list[tuple[str, dict[str, float], str, float, list[str]]] = [
    ("nothing", {}, "finance", 0, []),
    ("old debt paid", OLD_DEBT_PAID, "finance", -1, ["old"]),
    (
        "old debt of a tenth exactly",
        {**OLD_DEBT_PAID, "old_debt_over_annual_contribution_ratio": 0.1},
        "finance",
        0,
        [],
    ),
    ("a tenth of it is left", {**OLD_DEBT_PAID, "recent_debt_over_old_debt_ratio": 0.1}, "finance", 0, []),
    ("old debt paid, new one rises", {**OLD_DEBT_PAID, **RISES}, "finance", 1, ["new"]),
    ("new debt rises", RISES, "finance", 1, ["new"]),
    ("new debt rises, already the first reason", RISES, "urssaf_debt", 0, []),
    ("old debt paid, new one rises, first reason", {**OLD_DEBT_PAID, **RISES}, "urssaf_debt", 0, []),
    ("short-time work", SHORT_TIME, "finance", 1, ["stw"]),
    ("240 days exactly", {**SHORT_TIME, "short_time_work_requested_days": 240.0}, "finance", 0, []),
    ("half of the staff exactly", {**SHORT_TIME, "short_time_work_requested_workforce_ratio": 0.5}, "finance", 0, []),
    ("one sign of three", {"term_debt_over_caf": 4.0}, "finance", 0, []),
    ("two signs of three", TWO_SIGNS, "finance", 1, ["fin"]),
    ("three signs of three: + 2, held at + 1", THREE_SIGNS, "finance", 1, ["fin"]),
    ("no rebound: two signs only", {**THREE_SIGNS, "revenue_2022_over_2019_ratio": 0.79}, "finance", 1, ["fin"]),
    ("two signs, old debt paid: 1 − 1", {**TWO_SIGNS, **OLD_DEBT_PAID}, "finance", 0, ["fin", "old"]),
    ("three signs, old debt paid: 2 − 1", {**THREE_SIGNS, **OLD_DEBT_PAID}, "finance", 1, ["fin", "old"]),
    ("everything up: + 4, held at + 1", {**THREE_SIGNS, **RISES, **SHORT_TIME}, "finance", 1, ["fin", "new", "stw"]),
    ("accounts unknown", {"term_debt_over_caf": NAN, "ebitda_eur": NAN, "equity_eur": NAN}, "finance", 0, []),
]


@pytest.mark.parametrize(("facts", "main", "steps", "names"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_the_counter_of_2021_to_2023(
    library: Library, facts: dict[str, float], main: str, steps: float, names: list[str]
) -> None:
    frame: dict[str, list[Any]] = {name: [value] for name, value in {**COUNTER, **facts}.items()}
    found = run(library, "2023-01", frame, [0.11], [main])
    assert found.log_odds[0] - logit(0.11) == pytest.approx(steps * STEP)
    assert sorted(found.codes_applied()[0]) == sorted(NAMES[name] for name in names)
    assert levels(found.log_odds, THRESHOLDS)[0] == {-1: "none", 0: "moderate", 1: "strong"}[int(steps)]


@pytest.mark.parametrize(("months", "share", "steps"), [(12.0, 0.51, 1), (11.0, 0.9, 0), (12.0, 0.5, 0)])
def test_the_version_of_may_2022_asks_for_twelve_months(
    library: Library, months: float, share: float, steps: int
) -> None:
    facts = {"short_time_work_longest_request_months": months, "short_time_work_requested_workforce_ratio": share}
    frame: dict[str, list[Any]] = {name: [value] for name, value in {**COUNTER, **facts}.items()}
    found = run(library, "2022-05", frame, [0.11], ["finance"])
    assert found.log_odds[0] - logit(0.11) == pytest.approx(steps * STEP)


def test_supplier_delays_of_december_2023_raise_by_one_level(library: Library) -> None:
    found = run(
        library, "2023-12", {"paydex_days": [30, 5, 5, NAN], "fpi_90_ratio": [0, 0.15, 0.1, NAN]}, [0.11] * 4, [""] * 4
    )
    assert found.codes == ("retards_fournisseurs",)
    assert found.effects[:, 0] == pytest.approx([STEP, STEP, 0, 0])


def test_the_rules_are_in_force_in_their_time_only(library: Library) -> None:
    codes = {
        month: [one.name for one in library.active(Month.parse(month))] for month in ("2020-09", "2021-04", "2022-11")
    }
    assert codes["2020-09"] == []
    assert codes["2021-04"] == ["dette_recente_2021.v1"]
    assert "activite_partielle_elevee.v1" in codes["2022-11"]
