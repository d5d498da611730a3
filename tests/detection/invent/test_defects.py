"""Realistic defects are all there, and the truth still stands once the bad lines are rejected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from vigie.detection.intake.reading import read_file
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent
from vigie.detection.sources.registry import source

CLEAN = Options(firms=400, months=30, seed=5, truth=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("defects")
    invent(replace(CLEAN, defects="realistic"), place / "dirty")
    invent(CLEAN, place / "clean")
    return place


def test_each_defect_is_in_the_delivery(folder: Path) -> None:
    dirty, clean = folder / "dirty" / "2026-10", folder / "clean" / "2026-10"
    assert not (dirty / "sigfaible_ccsf.csv").exists()
    assert (dirty / "sigfaible_delais.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    wide = (dirty / "sigfaible_effectif_siren.csv").read_bytes()
    assert wide.decode("cp1252") == (clean / "sigfaible_effectif_siren.csv").read_text(encoding="utf-8")
    with pytest.raises(UnicodeDecodeError):
        wide.decode("utf-8")
    assert b"\r\n" in (dirty / "sigfaible_pcoll.csv").read_bytes()
    assert b";74;" in (dirty / "sigfaible_debits.csv").read_bytes()


def test_three_uses_of_ten_of_the_last_month_come_late(folder: Path) -> None:
    def last(kind: str) -> int:
        return (folder / kind / "2026-10" / "consommation_ap.csv").read_text().count('"2026-09-01"')

    assert 0.5 < last("dirty") / last("clean") < 0.9


@pytest.mark.parametrize("code", ["cotisation", "debit"])
def test_bad_lines_are_one_in_a_thousand_and_all_rejected(folder: Path, code: str, tmp_path: Path) -> None:
    name = {"cotisation": "sigfaible_cotisdues.csv", "debit": "sigfaible_debits.csv"}[code]
    dirty = read_file(source(code), folder / "dirty" / "2026-10" / name, tmp_path / "dirty")
    clean = read_file(source(code), folder / "clean" / "2026-10" / name, tmp_path / "clean")
    assert clean.rejected == 0
    assert dirty.rejected == max(round(clean.read * 0.001), 1)
    repeated = dirty.valid - clean.valid
    assert repeated == (0 if code == "cotisation" else max(round(clean.read * 0.001), 1))


def test_the_truth_stands_under_the_defects(folder: Path, tmp_path: Path) -> None:
    place = folder / "dirty" / "2026-10"
    read_file(source("cotisation"), place / "sigfaible_cotisdues.csv", tmp_path / "due")
    read_file(source("debit"), place / "sigfaible_debits.csv", tmp_path / "debt")
    due = pq.read_table(tmp_path / "due" / "rows.parquet", columns=["due_eur"])["due_eur"].to_pylist()
    debts = pq.read_table(tmp_path / "debt" / "rows.parquet").to_pylist()
    last = {
        (row["account"], row["period_start"], row["period_end"], row["ecn_number"]): row
        for row in sorted(debts, key=lambda row: row["history_number"])
    }
    owed = sum(row["employee_debt_eur"] + row["employer_debt_eur"] for row in last.values())
    rows = pq.read_table(folder / "dirty" / "truth" / "2026-10" / "truth.parquet").to_pylist()
    told = [row for row in rows if row["month"] == date(2026, 10, 1)]
    assert sum(due) * 100 == sum(row["contribution_due_cents"] or 0 for row in rows)
    assert owed * 100 == sum(row["employee_debt_cents"] + row["employer_debt_cents"] for row in told)
