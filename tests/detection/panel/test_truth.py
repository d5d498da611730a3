"""The panel against the truth of an invented world: from the raw files, every row, no difference in cents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from vigie.detection import panel, perimeter
from vigie.detection.engine import engine, month_of
from vigie.detection.features import debts
from vigie.detection.intake.delivery import read_delivery, recognise
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent
from vigie.kernel.period import Month

LAST, MONTHS = Month(2026, 10), 30
Truth = dict[tuple[str, Month], dict[str, Any]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw files of 60 firms and their truth, typed rows, and the panel of every month."""
    folder = tmp_path_factory.mktemp("world")
    invent(Options(firms=60, months=MONTHS, seed=3, last_month=LAST, truth=True), folder / "raw", None)
    read_delivery(recognise(folder / "raw" / str(LAST)), folder / "typed", LAST)
    # A file without any row (no CCSF in so small a world) is refused: its source has no delivery.
    inputs = {path.parts[-3]: {LAST: path} for path in (folder / "typed").glob("*/*/rows.parquet")}
    months = [LAST.plus(-back) for back in range(MONTHS)]
    panel.build(inputs, months, folder / "panel", perimeter.in_force(LAST), threads=1)
    return folder


def truth(world: Path) -> Truth:
    rows = pq.read_table(world / "raw" / "truth" / str(LAST) / "truth.parquet").to_pylist()
    return {(row["siren"], Month.of(row["month"])): row for row in rows}


def ours(world: Path) -> list[dict[str, Any]]:
    rows = [pq.read_table(path).to_pylist() for path in sorted((world / "panel").glob("*.parquet"))]
    return [row for month in rows for row in month]


def test_debts_are_true_to_the_cent(world: Path) -> None:
    known, found = truth(world), ours(world)

    assert len(found) > 40 * MONTHS
    for row in found:
        true = known[row["siren"], Month.of(row["month"])]
        assert round(row["employee_debt_eur"] * 100) == true["employee_debt_cents"]
        assert round(row["employer_debt_eur"] * 100) == true["employer_debt_cents"]
    assert any(row["employer_debt_eur"] > 0 for row in found)


def test_the_state_of_proceedings_is_true(world: Path) -> None:
    known = truth(world)

    for row in ours(world):
        assert row["proceedings_state"] == known[row["siren"], Month.of(row["month"])]["proceedings_state"]


def test_workforce_and_hours_are_those_of_the_month_before(world: Path) -> None:
    known = truth(world)

    for row in ours(world):
        true = known.get((row["siren"], Month.of(row["month"]).plus(-1)))
        if true is None:
            continue
        assert row["ap_used_hours"] == pytest.approx(true["used_hours"], abs=1e-6)
        if row["workforce_count"] is not None and not row["workforce_carried"]:
            assert row["workforce_count"] == true["workforce_count"]
        else:
            assert true["workforce_count"] is None


def test_contributions_are_true_to_the_cent(world: Path) -> None:
    known = truth(world)
    with engine(threads=1) as opened:
        rows = opened.read(world / "typed" / "cotisation" / f"batch={LAST}" / "rows.parquet")
        rows = rows.mutate(siren=rows.siret.substr(0, 9))
        found = opened.arrow(debts.contributions_by_month(rows, as_known=False)).to_pylist()

    spread = {(row["siren"], month_of(row["month"])): round(row["due_micro"] / 10_000) for row in found}
    expected = {key: row["contribution_due_cents"] for key, row in known.items()}
    assert {key: value for key, value in expected.items() if value is not None} == {
        key: value for key, value in spread.items() if key in expected
    }
