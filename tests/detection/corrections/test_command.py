"""vigie-batch correct, on a lake with one invented scored month."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vigie.detection.commands import correct
from vigie.detection.corrections.application import Thresholds
from vigie.detection.corrections.checks import CorrectionRefused
from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.files import written
from vigie.detection.features.registry import available
from vigie.detection.lake import Lake
from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.thresholds import Policy
from vigie.detection.model.train import Scores
from vigie.detection.panel import month_file, version
from vigie.detection.scored import ScoredMonth, save
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month
from vigie.kernel.siren import INVENTED_PREFIX

Make = Callable[..., Correction]
FEATURE = "age_years"
FIRMS = 300


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake where 2026-06 was scored."""
    found = Lake(tmp_path_factory.mktemp("lake"))
    put_scores(found, Month(2026, 6))
    return found


def put_scores(lake: Lake, month: Month, facts: dict[str, Any] | None = None) -> pa.Table:
    """A month scored in the lake: 300 firms, half of them in région 84, one feature."""
    random = np.random.default_rng(3)
    age = random.uniform(0, 40, FIRMS)
    by_feature = ((20 - age) / 20)[:, None]
    log_odds = -2.0 + by_feature[:, 0]
    firms = pa.table(
        {
            "siren": [INVENTED_PREFIX + str(rank).zfill(9 - len(INVENTED_PREFIX)) for rank in range(FIRMS)],
            "region": ["84" if rank % 2 else "11" for rank in range(FIRMS)],
            "departement": ["69" if rank % 2 else "75" for rank in range(FIRMS)],
            "naf_section": ["C" if rank % 3 else "F" for rank in range(FIRMS)],
            FEATURE: age,
        }
    )
    p18 = sigmoid(log_odds)
    made = Scores(
        p18, p18 * 0.8, p18 * 0.5, p18 * 0.9, p18, np.full(FIRMS, -2.0), log_odds, by_feature, by_feature,
        (FEATURE,), ("identity",),
    )  # fmt: skip
    facts = {"model_id": "essai", **(facts or {})}
    save(ScoredMonth(month, firms, made, Thresholds(0.25, 0.15), facts), lake.scores(month), lake.tmp)
    return firms


def called(lake: Lake, *options: Any) -> int:
    parser = argparse.ArgumentParser()
    correct.add_arguments(parser)
    return correct.run(parser.parse_args([str(one) for one in ("--lake", lake.root, *options)]))


def put(folder: Path, correction: Correction) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{correction.name}.json"
    path.write_bytes(written(correction))
    return path


@pytest.fixture
def proposal(correction: Make, tmp_path: Path) -> Path:
    """A curve drawn on the age, in région 84, not yet approved."""
    return put(
        tmp_path / "inbox",
        correction(
            kind="shape_edit", scope={"region": ["84"]}, status="proposed", approved_by=..., valid_from="2026-06",
            parameters={"feature": FEATURE, "points": [[0, 0.8], [10, 0.4], [20, 0]]},
        ),
    )  # fmt: skip


def test_a_proposal_is_simulated_for_a_machine(
    lake: Lake, proposal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(lake.root.rglob("*"))
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["firms"] == FIRMS
    assert 60 < found["concerned"] < 90  # half of the firms are in the région, half of them under 20
    assert found["up"] > 0
    assert found["down"] == 0
    assert [row["code"] for row in found["by_region"]] == ["84", "11"]
    assert found["by_region"][1]["up"] == 0
    assert found["curve"]["feature"] == FEATURE
    assert found["correction"]["scope_fr"] == "région : 84"
    assert found["backtest"]["possible"] is False
    assert sorted(lake.root.rglob("*")) == before, "a dry run writes nothing"


def test_a_proposal_is_simulated_for_a_person(lake: Lake, proposal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal) == 0
    said = capsys.readouterr().out
    assert "Redressement essai.v1 : région : 84." in said
    assert "Changent de niveau" in said
    assert f"Courbe de {FEATURE}" in said
    assert "non mesuré" in said


def test_without_a_file_those_in_force_are_shown(
    lake: Lake, correction: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "corrections"
    put(folder, correction(code="en_vigueur", valid_from="2026-05"))
    put(folder, correction(code="echue", valid_from="2025-01"))
    (folder / "mauvaise.v1.json").write_text("{")
    assert called(lake, "--dry-run", "--month", "2026-06", "--corrections", folder, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["in_force"] == ["en_vigueur.v1"]
    assert found["concerned"] == FIRMS
    assert [one["file"] for one in found["problems"]] == ["mauvaise.v1.json"]
    assert called(lake, "--list", "--month", "2026-06", "--corrections", folder) == 0
    said = capsys.readouterr().out
    assert "en_vigueur.v1  2026-05 → 2026-10  approuvé, en vigueur" in said
    assert "Écarté : mauvaise.v1.json" in said


def test_the_list_is_given_to_a_machine(
    lake: Lake, correction: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "corrections", correction())
    assert called(lake, "--list", "--corrections", tmp_path / "corrections", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["in_force"], one["scope_fr"]) for one in found["corrections"]] == [
        ("essai", False, "toutes les entreprises")
    ]


def test_an_empty_folder_is_told(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(lake, "--list") == 0
    assert capsys.readouterr().out == "Aucun redressement.\n"


def test_a_file_is_checked_alone(lake: Lake, proposal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(lake, "--check", "--file", proposal) == 0
    assert capsys.readouterr().out == "essai.v1 : lisible. Portée : région : 84.\n"
    assert called(lake, "--check", "--file", proposal, "--json") == 0
    assert json.loads(capsys.readouterr().out)["correction"]["code"] == "essai"


def test_an_unavailable_fact_is_refused_by_name(
    lake: Lake, correction: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, correction(scope={"feature": "nobody_knows", "above": 1}))
    with pytest.raises(CorrectionRefused, match="« nobody_knows »"):
        called(lake, "--dry-run", "--month", "2026-06", "--file", path)
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", path, "--json") == 1
    assert "« nobody_knows »" in json.loads(capsys.readouterr().out)["refused"]


def test_a_draft_is_checked_as_strictly_when_simulated(lake: Lake, correction: Make, tmp_path: Path) -> None:
    path = put(tmp_path, correction(status="draft", approved_by=..., scope={"feature": "nobody_knows", "above": 1}))
    with pytest.raises(CorrectionRefused, match="« nobody_knows »"):
        called(lake, "--dry-run", "--month", "2026-06", "--file", path)


def test_a_month_that_was_not_scored_is_told(lake: Lake) -> None:
    with pytest.raises(CheckFailed, match="pas été calculé"):
        called(lake, "--dry-run", "--month", "2026-07")


def test_a_missing_option_is_told(lake: Lake) -> None:
    with pytest.raises(CorrectionRefused, match="--month"):
        called(lake, "--dry-run")


def put_panel(lake: Lake, month: Month, firms: pa.Table, failing: set[str]) -> None:
    """The panel of a month, and the proceedings that opened six months later for some of its firms."""
    count = firms.num_rows
    columns: dict[str, Any] = {"siren": firms["siren"], "month": [month.first_day] * count}
    columns |= {one.code: np.full(count, np.nan) for one in available()}
    columns |= {name: firms[name] for name in ("region", "departement", "naf_section")}
    columns |= {"naf_division": ["10"] * count, "size_band": ["10-19"] * count, "in_perimeter": [True] * count}
    columns |= {"proceedings_state": ["in_bonis"] * count}
    columns |= {name: [False] * count for name in ("plan_running", "payment_plan_running", "accounts_public")}
    path = month_file(lake.panel / version(), month)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    later = month.plus(6).first_day
    sirens = sorted(failing)
    rows = pa.table(
        {
            "siret": [f"{siren}00011" for siren in sirens], "siren": sirens, "effective_on": [later] * len(sirens),
            "kind": ["redressement"] * len(sirens), "stage": ["ouverture"] * len(sirens),
            "category": ["x"] * len(sirens), "label": ["x"] * len(sirens), "file": ["f"] * len(sirens),
            "line": list(range(len(sirens))),
        }
    )  # fmt: skip
    folder = lake.delivery("procol", Month(2026, 6))
    folder.mkdir(parents=True)
    pq.write_table(rows, folder / "rows.parquet")
    (folder / "report.json").write_text("{}")


def test_the_effect_on_a_month_whose_outcome_is_known_is_measured(
    tmp_path: Path, proposal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = Lake(tmp_path / "lake")
    put_scores(lake, Month(2026, 6))
    firms = put_scores(lake, Month(2024, 6), {"policy": Policy().to_json()})
    ages = zip(firms["siren"].to_pylist(), firms[FEATURE].to_pylist(), strict=True)
    failing = {siren for siren, age in ages if age < 3}
    put_panel(lake, Month(2024, 6), firms, failing)
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal, "--json") == 0
    found = json.loads(capsys.readouterr().out)["backtest"]
    assert (found["possible"], found["month"], found["firms"]) == (True, "2024-06", FIRMS)
    assert found["failures"] == len(failing)
    assert "époque" in found["provenance_fr"]
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal) == 0
    assert "Précision moyenne" in capsys.readouterr().out


def test_a_month_that_is_not_matured_is_not_measured(
    tmp_path: Path, proposal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """18 months and the two of the reporting delay: in June 2026, November 2024 is not known yet."""
    lake = Lake(tmp_path / "lake")
    firms = put_scores(lake, Month(2026, 6))
    put_panel(lake, Month(2024, 11), firms, {firms["siren"].to_pylist()[0]})
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal, "--json") == 0
    assert "issue connue" in json.loads(capsys.readouterr().out)["backtest"]["reason_fr"]


def test_without_the_model_an_old_month_cannot_be_judged(
    tmp_path: Path, proposal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = Lake(tmp_path / "lake")
    firms = put_scores(lake, Month(2026, 6))
    put_panel(lake, Month(2024, 10), firms, {firms["siren"].to_pylist()[0]})
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal, "--json") == 0
    assert "relancez le calcul" in json.loads(capsys.readouterr().out)["backtest"]["reason_fr"]


def test_a_panel_of_another_version_is_told(tmp_path: Path, proposal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = Lake(tmp_path / "lake")
    put_panel(lake, Month(2024, 6), put_scores(lake, Month(2026, 6)), set())
    (lake.panel / version()).rename(lake.panel / "0123456789ab")
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal, "--json") == 0
    assert "autre version" in json.loads(capsys.readouterr().out)["backtest"]["reason_fr"]


def test_an_answer_is_written_whole_in_a_file(lake: Lake, proposal: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers" / "answer.json"
    assert called(lake, "--dry-run", "--month", "2026-06", "--file", proposal, "--out", out) == 0
    assert json.loads(out.read_text())["correction"]["code"] == "essai"
    assert called(lake, "--dry-run", "--month", "2026-07", "--out", out) == 1
    assert "pas été calculé" in json.loads(out.read_text())["refused"]
    assert [path.name for path in out.parent.iterdir()] == ["answer.json"]
