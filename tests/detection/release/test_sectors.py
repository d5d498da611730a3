"""Quartiles of a sector, worked by hand on the accounts of a dozen firms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vigie.detection.engine import Engine, engine
from vigie.detection.release.sectors import one_a_year, sector_ratios
from vigie.kernel.period import Month
from vigie.publication.schema import BY_NAME

LAST = Month(2026, 6)


@pytest.fixture
def opened() -> Iterator[Engine]:
    with engine() as made:
        yield made


def sheet(siren: str, closed_on: date = date(2024, 12, 31), kind: str | None = "C", **values: Any) -> dict[str, Any]:
    return {"siren": siren, "closed_on": closed_on, "balance_type": kind, **values}


def accounts(folder: Path, rows: Iterable[dict[str, Any]]) -> Path:
    path = folder / "dossier_accounts.parquet"
    pq.write_table(pa.Table.from_pylist(list(rows), BY_NAME["dossier_accounts"].arrow()), path)
    return path


def firms(*places: tuple[str, str, str, str]) -> pa.Table:
    names = ["siren", "naf", "naf_section", "size_band"]
    return pa.Table.from_pylist([dict(zip(names, place, strict=True)) for place in places])


def test_quartiles_by_division_section_and_size(opened: Engine, tmp_path: Path) -> None:
    """Eleven firms at 0, 10… 100 days of stock: the quartiles are the third, the sixth and the ninth."""
    small = [(f"{n:09d}", "62.01Z", "J", "10-19") for n in range(11)]
    large = ("000000099", "63.11Z", "J", "250+")
    rows = [sheet(siren, stock_days=10.0 * n) for n, (siren, *_) in enumerate(small)]
    path = accounts(tmp_path, [*rows, sheet(large[0], stock_days=1_000.0)])

    found = sector_ratios(opened, path, firms(*small, large), LAST).to_pylist()

    told = {(one["sector"], one["size_band"]): one for one in found if one["ratio"] == "stock_days"}
    assert told.keys() == {("62", "10-19"), ("62", "all"), ("J", "10-19"), ("J", "all")}  # one firm of 63 says nothing
    one = told["62", "10-19"]
    assert (one["year"], one["q1"], one["median"], one["q3"], one["firms_count"]) == (2024, 25.0, 50.0, 75.0, 11)
    assert told["J", "all"]["firms_count"] == 12
    assert {one["ratio"] for one in found} == {"stock_days"}


def test_one_sheet_a_year_consolidated_first_then_the_latest(opened: Engine, tmp_path: Path) -> None:
    path = accounts(
        tmp_path,
        [
            sheet("1", kind="S", revenue_eur=1.0), sheet("1", kind="K", revenue_eur=2.0),
            sheet("2", date(2025, 6, 30), revenue_eur=3.0), sheet("2", date(2024, 9, 30), revenue_eur=4.0),
            sheet("3", date(2025, 7, 31), None, revenue_eur=5.0),
        ],
    )  # fmt: skip

    found = opened.arrow(one_a_year(opened.read(path)).order_by("siren")).to_pylist()

    assert [(one["siren"], one["year"], one["revenue_eur"]) for one in found] == [
        ("1", 2024, 2.0), ("2", 2024, 3.0), ("3", 2025, 5.0),
    ]  # fmt: skip


def test_old_accounts_are_left_out(opened: Engine, tmp_path: Path) -> None:
    places = [(f"{n:09d}", "62.01Z", "J", "10-19") for n in range(10)]
    path = accounts(tmp_path, [sheet(siren, date(2019, 12, 31), stock_days=1.0) for siren, *_ in places])

    assert sector_ratios(opened, path, firms(*places), LAST).num_rows == 0
