"""Any table: read, split, learnt, judged; the judged part teaches nothing."""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.detection.model.factories import TINY, Table, table
from vigie.detection.commands import evaluate_table as command
from vigie.detection.model import challengers, table_evaluation
from vigie.detection.model.table_evaluation import Request, evaluate_table
from vigie.detection.model.table_reading import named, outcome, prepare, read_table

FAST = Request(parameters=TINY, models=("production",), draws=20)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challengers, "BOOSTING_ROUNDS", 20)
    monkeypatch.setattr(table_evaluation, "parameters_for", lambda rows: TINY)


def arrow(made: Table, **more: Any) -> pa.Table:
    columns = {name: pa.array(values, from_pandas=True) for name, values in made.columns.items()}
    return pa.table(
        {
            **columns, "year": 2015 + made.months, "siren": made.firms,
            "failed": made.labels.astype(int), **more,
        }
    )  # fmt: skip


def csv(tmp_path: Path, text: str, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(path), *options]))


def test_the_command_gives_every_figure_with_its_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "firms.parquet"
    pyarrow.parquet.write_table(arrow(table(firms=500, months=6)), path)

    options = (
        "--label",
        "failed",
        "--group",
        "siren",
        "--time",
        "year",
        "--test-from",
        "2019",
        "--calibrate-from",
        "2018",
    )
    assert run(path, *options, "--json", "--draws", "30") == 0

    found = json.loads(capsys.readouterr().out)
    assert list(found["models"]) == [
        "production", "blend", "reference_forest", "plain_forest", "logistic", "boosting_default", "boosting_monotone",
    ]  # fmt: skip
    for model in found["models"].values():
        for name in ("auc", "average_precision", "brier", "ece", "f05", "f2"):
            assert model[name]["low"] <= model[name]["high"]
        assert model["n"] == 1_000
        assert model["protocol"] == "time"
    assert found["models"]["production"]["auc"]["value"] > 0.7
    assert found["n"] == 1_000
    assert found["positives"] == round(found["base_rate"] * 1_000)
    assert found["left_out"] == {"failed": "résultat à prévoir", "year": "date", "siren": "groupe"}


def test_the_french_report_is_read_by_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "firms.parquet"
    pyarrow.parquet.write_table(arrow(table(firms=300, months=2)), path)

    assert run(path, "--label", "failed", "--id", "siren", "--models", "production,logistic", "--draws", "20") == 0

    said = capsys.readouterr().out
    assert "taux de base" in said
    assert "Modèle additif (production)" in said
    assert "Régression logistique" in said
    assert "Fiabilité par dixième" in said


def test_the_same_seed_gives_the_same_figures() -> None:
    columns = named(arrow(table(firms=300, months=2)), "failed", None, "siren", None)

    assert evaluate_table(columns, FAST).to_json() == evaluate_table(columns, FAST).to_json()


def test_a_column_that_is_the_label_in_the_test_part_only_does_not_help() -> None:
    """The leak test: what happens in the test part must not reach the model, its columns nor its thresholds."""
    made = table(firms=500, months=6)
    random = np.random.default_rng(0)
    test = made.months >= 4
    leak = np.where(test, made.labels, random.integers(0, 2, len(test)))
    constant = np.where(test, made.labels, 0.0)
    request = replace(FAST, test_from="2019", calibrate_from="2018")

    plain = evaluate_table(named(arrow(made), "failed", "year", "siren", None), request)
    leaking = evaluate_table(named(arrow(made, leak=leak, constant=constant), "failed", "year", "siren", None), request)

    before, after = plain.models[0].measures["auc"].value, leaking.models[0].measures["auc"].value
    assert after < before + 0.02
    assert "constant" in leaking.left_out


def test_outcomes_of_the_test_part_change_nothing_but_the_figures() -> None:
    made = table(firms=400, months=6)
    shuffled = made.labels.copy()
    test = made.months >= 4
    shuffled[test] = np.random.default_rng(1).permutation(shuffled[test])
    request = replace(FAST, test_from="2019", calibrate_from="2018")

    first = evaluate_table(named(arrow(made), "failed", "year", "siren", None), request)
    second = evaluate_table(
        named(arrow(made).set_column(8, "failed", pa.array(shuffled.astype(int))), "failed", "year", "siren", None),
        request,
    )

    for one, other in zip(first.models, second.models, strict=True):
        assert one.measures["share_strong"] == other.measures["share_strong"]
        assert [row["announced"] for row in one.reliability] == [row["announced"] for row in other.reliability]


def test_no_group_is_on_both_sides_of_a_fold() -> None:
    """Rule L3: rows of one firm stay together; without a group, identical rows do."""
    made = arrow(table(firms=60, months=1))
    doubled = pa.concat_tables([made, made])
    columns = named(doubled, "failed", None, None, None)
    prepared = prepare(columns, np.ones(doubled.num_rows, dtype=bool))

    groups = table_evaluation.row_hashes(prepared.frame, prepared.features)

    assert np.array_equal(groups[:60], groups[60:])
    assert len(np.unique(groups)) == 60


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--time", "year", "--test-from", "2050"), "Aucune ligne ne porte « 2050 » ou plus tard"),
        (("--time", "year", "--test-from", "1990"), "rien à apprendre"),
        (("--time", "year"), "--test-from (où le test commence)"),
        (("--test-from", "2019"), "donnez --time"),
        (("--calibrate-from", "2019"), "donnez --time"),
    ],
)
def test_dates_that_cannot_serve_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    """--calibrate-from alone was ignored, and the table judged by folds without a word."""
    path = tmp_path / "firms.parquet"
    pyarrow.parquet.write_table(arrow(table(firms=60, months=6)), path)

    assert run(path, "--label", "failed", "--group", "siren", *options) == 2

    assert told in capsys.readouterr().err


def test_rows_without_outcome_are_left_out_and_counted() -> None:
    made = arrow(table(firms=300, months=2))
    labels = made["failed"].to_pylist()
    labels[:50] = [None] * 50
    columns = named(made.set_column(8, "failed", pa.array(labels)), "failed", None, "siren", None)

    found = evaluate_table(columns, FAST)

    assert found.unknown == 50
    assert found.judged == 550


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        (["0", "1", "0", ""], "1"),
        (["true", "false", "false", ""], "1"),
        (["alive", "failed", "alive", ""], "failed"),
        (["saine", "en cours", "saine", ""], "en cours"),
        (["oui", "non", "non", ""], "oui"),
        (["1", "2", "1", ""], "2"),
    ],
)
def test_outcomes_are_read_in_every_usual_form(tmp_path: Path, values: list[str], positive: str) -> None:
    path = csv(tmp_path, "failed;x\n" + "".join(f"{value};1\n" for value in values))

    labels, found = outcome(named(read_table(path), "failed", None, None, None))

    assert found == positive
    assert sorted(labels[:3]) == [0.0, 0.0, 1.0]
    assert np.isnan(labels[3])


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", ("--label", "failed"), "est vide"),
        ("failed;x\n", ("--label", "failed"), "aucune ligne"),
        ("failed;x\n1;2\n", ("--label", "echec"), "« echec »"),
        ("failed;x\n1;2\n1;3\n", ("--label", "failed"), "ne porte qu’une valeur (1)"),
        ("failed;x\n1;2\n2;3\n3;4\n", ("--label", "failed"), "porte 3 valeurs (1, 2, 3)"),
        ("failed;x;x\n1;2;3\n0;3;4\n", ("--label", "failed"), "même nom : x"),
        (
            "failed;an\n1;2001\n0;2002\n",
            ("--label", "failed", "--time", "an", "--test-from", "1990"),
            "antérieure à « 1990 »",
        ),
        ("failed;an\n1;2001\n0;2002\n", ("--label", "failed", "--time", "an", "--test-from", "mai"), "« mai »"),
        ("failed;an\n1;2001\n0;2002\n", ("--label", "failed", "--protocol", "time"), "demande --time et --test-from"),
        ("failed;x\n1;2\n0;3\n", ("--label", "failed", "--models", "oracle"), "Modèles inconnus : oracle"),
        ("failed;x\n1;7\n0;7\n", ("--label", "failed"), "Aucune colonne ne peut servir"),
        ("failed;x\n1;2\n0;3\n", ("--label", "failed"), "au moins 5 groupes"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_plain_french(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: tuple[str, ...], said: str
) -> None:
    assert run(csv(tmp_path, text), *options) == 2

    assert said in capsys.readouterr().err


def test_a_file_that_is_no_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.csv.gz"
    path.write_bytes(gzip.compress(b"failed;x\n1;2\n" * 1_000)[:60])

    assert run(path, "--label", "failed") == 2
    assert "ne se lit" in capsys.readouterr().err
    assert run(tmp_path / "absent.csv", "--label", "failed") == 2
    assert "n’existe pas" in capsys.readouterr().err


def test_compressed_windows_and_decimal_comma_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    rows = "".join(f"{i % 2};{i},5;{'été' if i % 3 else 'hiver'};A{i}\n" for i in range(300))
    path.write_bytes(gzip.compress(("échec;dette;saison;code\n" + rows).encode("cp1252")))

    columns = named(read_table(path), "échec", None, None, None)
    prepared = prepare(columns, np.ones(300, dtype=bool))

    assert {one.code: one.kind for one in prepared.features} == {"dette": "number", "saison": "category"}
    assert prepared.frame["dette"][3] == 3.5
    assert "identifiant" in prepared.left_out["code"]


def test_a_column_that_becomes_text_only_in_the_test_part_stays_a_number(tmp_path: Path) -> None:
    path = csv(tmp_path, "failed;x\n" + "".join(f"{i % 2};{i}\n" for i in range(100)) + "1;n.c.\n")
    columns = named(read_table(path), "failed", None, None, None)
    learning = np.arange(101) < 100

    prepared = prepare(columns, learning)

    assert prepared.features[0].kind == "number"
    assert np.isnan(prepared.frame["x"][100])
