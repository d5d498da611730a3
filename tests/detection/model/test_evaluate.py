"""Rolling backtests on a small invented panel: embargo, splits, the report and the card."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.detection.model.factories import FEATURES, TINY
from vigie.detection.commands import evaluate as command
from vigie.detection.model import beside, calibrate, card, challengers, report
from vigie.detection.model.backtest_figures import _churn, _persistence, lead_summary
from vigie.detection.model.document import markdown
from vigie.detection.model.evaluate import EMBARGO_MONTHS, EvaluationRefused, Options, backtest, origins, touches_crisis
from vigie.detection.model.results import figures, results_of
from vigie.detection.model.thresholds import Thresholds
from vigie.detection.model.train import group_hashes
from vigie.kernel.period import Month

LAST = Month(2026, 6)
MONTHS = [LAST.plus(back) for back in range(-55, 1)]
FIRMS = 150
MODELS = ("production", "hazard", "boosting_monotone", "blend", "reference_forest", "sector_and_size")


@dataclass
class SmallRows:
    """What a reader gives."""

    frame: pa.Table
    labels: Any
    months_to_event: Any
    months_to_closure: Any
    known_months: Any

    @property
    def siren(self) -> Any:
        return self.frame["siren"].to_numpy(zero_copy_only=False)

    @property
    def month(self) -> Any:
        return self.frame["month"].to_numpy(zero_copy_only=False)


class Panel:
    """An invented panel: each firm has a latent state; failures follow it. Notes what was asked of it."""

    def __init__(self, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.level = random.normal(size=FIRMS)
        self.failed_at = np.where(
            random.random(FIRMS) < 1 / (1 + np.exp(0.5 - 1.8 * self.level)), random.integers(10, 70, FIRMS), 10_000
        )
        self.asked: list[tuple[Month, Month]] = []

    def __call__(self, months: Sequence[Month], known_until: Month, *, thin: bool) -> SmallRows:
        self.asked.append((months[-1], known_until))
        parts = [self._month(month, known_until) for month in months]
        frame = pa.concat_tables([part[0] for part in parts])
        labels, event, known = (np.concatenate([part[i] for part in parts]) for i in (1, 2, 3))
        return SmallRows(frame, labels, event, np.full(len(labels), np.nan), known)

    def _month(self, month: Month, known_until: Month) -> tuple[pa.Table, Any, Any, Any]:
        index = MONTHS.index(month)
        alive = self.failed_at > index
        ahead = (self.failed_at - index)[alive]
        known = MONTHS.index(known_until) - index - 2
        event = np.where(ahead <= known, ahead, np.nan)
        labels = np.where(known >= 18, (event <= 18).astype(float), np.nan)
        random = np.random.default_rng(index)
        firms = np.flatnonzero(alive)
        near = np.where(ahead < 24, 24 - ahead, 0)
        table = pa.table(
            {
                "siren": [f"9{firm:08d}" for firm in firms],
                "month": [month.first_day] * len(firms),
                "debt": 4_000 * self.level[alive] + 900 * near + 3_000 * random.normal(size=len(firms)),
                "debt_months": random.integers(0, 6, len(firms)).astype(float),
                "equity": -self.level[alive] + random.normal(size=len(firms)),
                "margin": random.normal(size=len(firms)),
                "late": (random.random(len(firms)) < 0.2).astype(float),
                "naf_section": np.where(firms % 2 == 0, "C", "F"),
                "size_band": np.where(firms % 3 == 0, "10-19", "20-49"),
                "region": np.where(firms % 5 == 0, "Bretagne", "Normandie"),
                "departement": np.where(firms % 5 == 0, "29", "14"),
                "age_years": (firms % 30).astype(float),
                "accounts_public": firms % 4 != 0,
            }
        )
        return table, labels, event, np.full(len(firms), float(np.clip(known, 0, 18)))


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challengers, "BOOSTING_ROUNDS", 20)


def one_in_two(month: Month, firms: Any) -> Any:
    """A partner that scores one firm in two."""
    return np.where(np.arange(len(firms)) % 2 == 0, 0.5, np.nan)


def options(**changed: Any) -> Options:
    return replace(Options(seed=1, origins=2, draws=20, models=MODELS, parameters=TINY), **changed)


def test_training_stops_twenty_months_before_the_month_judged() -> None:
    """Rule L2: the embargo; and the outcomes learnt are those known at the month judged, no later."""
    panel = Panel()

    found = backtest(panel, MONTHS, LAST, FEATURES, options(models=("production",), splits=("A",)))

    for one in found.origins:
        assert one.train_last == one.month.plus(-EMBARGO_MONTHS)
        assert (one.train_last, one.month) in panel.asked
        assert (one.month, LAST) in panel.asked
    assert [str(one.month) for one in found.origins] == ["2024-10", "2024-04"]


class FallingPanel(Panel):
    """The same firms; from the thirtieth month on, three openings in four no longer happen."""

    def __init__(self) -> None:
        super().__init__()
        spared = (self.failed_at > 24) & (np.arange(FIRMS) % 4 != 0)
        self.failed_at = np.where(spared, 10_000, self.failed_at)


def test_the_production_is_judged_at_the_rate_expected_then_too() -> None:
    """It was judged at the rate of months twenty months older only: nobody saw what a forecast would change."""
    found = backtest(
        FallingPanel(), MONTHS, LAST, FEATURES, options(models=("production", "with_forecast"), splits=("A",))
    )

    told = found.splits["A"].models
    moved = [
        ours - plain for ours, plain in zip(told["with_forecast"].log_odds, told["production"].log_odds, strict=True)
    ]
    assert moved[0].max() < -0.05  # the rate fell, and it was seen
    assert all(np.ptp(shift) < 1e-9 for shift in moved)  # the ranking is the same


def test_the_rate_expected_then_knows_nothing_of_later() -> None:
    """No look-ahead: another future, the same probabilities at the month judged."""
    calm, storm = Panel(), Panel()
    judged = MONTHS.index(Month(2024, 10))
    later = storm.failed_at > judged
    storm.failed_at = np.where(later, np.where(np.arange(FIRMS) % 2 == 0, judged + 1, 10_000), storm.failed_at)
    calm.failed_at = np.where(later, 10_000, calm.failed_at)

    found = [
        backtest(
            panel, MONTHS, LAST, FEATURES, options(models=("production", "with_forecast"), splits=("A",), origins=1)
        )
        for panel in (calm, storm)
    ]

    shifts = [
        (one.splits["A"].models["with_forecast"].log_odds[0] - one.splits["A"].models["production"].log_odds[0])[0]
        for one in found
    ]
    assert shifts[0] == pytest.approx(shifts[1], abs=1e-12)


def test_a_panel_too_short_for_the_embargo_is_refused() -> None:
    with pytest.raises(EvaluationRefused, match="Allongez le panel"):
        origins(MONTHS[-30:], LAST, 4)


def test_the_months_of_the_health_crisis_are_told_apart() -> None:
    told = [touches_crisis(Month(*one)) for one in ((2018, 8), (2018, 9), (2021, 12), (2022, 1))]

    assert told == [False, True, True, False]


def test_split_b_judges_firms_that_nobody_learnt_from() -> None:
    found = backtest(Panel(), MONTHS, LAST, FEATURES, options(models=("production",), splits=("A", "B"), origins=1))

    new = found.splits["B"].firms[0]
    assert 0 < len(new) < len(found.splits["A"].firms[0]) / 3
    assert (group_hashes(new, 2) % 5 == 0).all()


def test_the_report_the_card_and_the_figures_are_written_and_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for place in ("one", "two"):
        command.write(results_of(Panel(), MONTHS, LAST, FEATURES, options(), None), tmp_path / place)

    first, second = tmp_path / "one", tmp_path / "two"
    names = sorted(path.name for path in first.iterdir())
    assert {"rapport.md", "rapport.html", "CARD.md", "figures.json", "fiabilite.svg", "comparaison.svg"} <= set(names)
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()
    text = (first / "rapport.md").read_text(encoding="utf-8")
    for said in ("taux de base", "Forêt de référence", "Découpage B", "Avance de l’alerte", "Région", "Dérive"):
        assert said in text
    html = (first / "rapport.html").read_text(encoding="utf-8")
    assert html.count("<svg") == html.count("<figure>")
    assert "<script" not in html
    assert "Carte du modèle" in (first / "CARD.md").read_text(encoding="utf-8")


def test_every_figure_has_its_interval_and_stands_beside_the_base_rate() -> None:
    asked = options(splits=("A",), models=(*MODELS, "previous_list", "with_partner"), partner=one_in_two)
    results = results_of(Panel(), MONTHS, LAST, FEATURES, asked, None)

    found = json.loads(json.dumps(figures(results)))

    assert set(found["models"]["A"]) == {*MODELS, "previous_list", "with_partner"}
    assert "la liste précédente telle quelle" in markdown(report.blocks(results))
    assert "avec le score du partenaire (poids 0,5)" in markdown(card.blocks(results, {}))
    for model in found["models"]["A"].values():
        assert model["average_precision"]["low"] <= model["average_precision"]["value"]
        assert model["base_rate"]["value"] == found["models"]["A"]["production"]["base_rate"]["value"]
    assert found["models"]["A"]["production"]["auc"]["value"] > 0.6
    assert {one["dimension"] for one in found["slices"]} == {
        "region", "naf_section", "size_band", "age", "accounts_public",
    }  # fmt: skip
    assert found["lead"]["failed"] > 0
    assert all(len(one["fingerprint"]) == 64 for one in found["origins"])


def accompanied(calls: list[tuple[Month | None, Month]]) -> Callable[[Any, Month | None, Month], Any]:
    """One firm in three, from a month of its own on; notes what was asked."""

    def followed(sirens: Any, after: Month | None, until: Month) -> Any:
        calls.append((after, until))
        numbers = np.array([int(str(one)[1:]) for one in sirens])
        since = np.where(numbers % 3 == 0, numbers % 60, 10_000)
        low = -1 if after is None else MONTHS.index(after)
        return (since > low) & (since <= MONTHS.index(until))

    return followed


def test_agents_opinions_stand_apart_and_help_is_learnt_from_what_was_known_then() -> None:
    calls: list[tuple[Month | None, Month]] = []
    said = [{"list": "2026-05.1", "useful": 3, "useless": 1, "share_useful": 0.75, "reasons": [["trop tard", 1]]}]
    asked = options(splits=("A",), models=("production",), origins=1, followed=accompanied(calls))

    results = results_of(Panel(), MONTHS, LAST, FEATURES, asked, None, said)

    origin = results.backtest.origins[0].month
    (need,) = figures(results)["agents"]["needs"]
    assert (None, origin) in calls  # learnt from
    assert (origin, origin.plus(18)) in calls  # judged on
    assert need["known"] > 0
    assert need["later"] > 0
    text = markdown(report.blocks(results))
    assert "| 2026-05.1 | 3 | 1 | 75,0\u00a0% | trop tard (1) |" in text
    assert "non accompagnées" in {one.value for one in results.slices if one.dimension == "accompanied"}
    silent = results_of(Panel(), MONTHS, LAST, FEATURES, replace(asked, followed=None), None)
    assert silent.tables == results.tables
    assert "Aucun retour reçu" in markdown(report.blocks(silent))


def test_former_list_keeps_its_alerts_and_knows_nothing_of_the_others() -> None:
    former = np.array([calibrate.logit(one) for one in (0.4, 0.2, 0.02, 0.04)])

    found = calibrate.sigmoid(
        beside.previous_list(["a", "b", "c", "d"], former, ["b", "c", "z", "a"], Thresholds(0.3, 0.1))
    )

    assert found == pytest.approx([0.2, 0.03, 0.03, 0.4])


def test_partner_moves_only_the_firms_that_it_scored() -> None:
    ours, partner = np.array([-2.0, -1.0]), np.array([np.nan, 1.0])

    assert beside.combined(ours, partner, 0.25) == pytest.approx([-2.0, -0.5])
    assert beside.combined(ours, partner, 0.0) == pytest.approx([-2.0, -1.0])


def test_lead_and_churn_are_counted_as_a_person_would() -> None:
    assert lead_summary([3.0, 12.0, 7.0], failed=6) == {
        "seen": 0.5, "median": 7.0, "at_least_6": pytest.approx(1 / 3), "at_least_12": pytest.approx(1 / 6),
    }  # fmt: skip
    lists = [{"a", "b"}, {"b", "c"}, {"b", "c"}]
    assert _churn(lists) == (pytest.approx(1 / 3), 1.0)
    assert _persistence(lists) == 0.75
