"""The official cases of calculation, when they are at hand, and small tables written by hand.

The cases stand outside the project (see their own README); without them, the tests of the same rules on examples worked
by hand remain.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from vigie.detection.engine import Engine, Table, index_of
from vigie.detection.features.facts import NEEDED, Facts
from vigie.kernel.period import Month

ROOT = Path(os.environ.get("VIGIE_SOURCE_SAMPLES", Path(__file__).parents[4] / "shared" / "data" / "sources"))
CASES = ROOT / "calculs"


def case(name: str) -> Any:
    """The content of one official case."""
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def lines(name: str) -> list[dict[str, str]]:
    """The lines of an official CSV."""
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> date:
    return date.fromisoformat(text)


def months_between(first: str, last: str) -> list[int]:
    """The whole numbers of the months from one to another, both included."""
    return list(range(index_of(Month.parse(first[:7])), index_of(Month.parse(last[:7])) + 1))


def grid(opened: Engine, months: Iterable[int], siren: str = "1") -> Table:
    """The complete grid of one firm."""
    numbers = list(months)
    return opened.load(pa.table({"siren": [siren] * len(numbers), "month": pa.array(numbers, pa.int32())}))


def by_month(opened: Engine, table: Table) -> dict[int, dict[str, Any]]:
    """The rows of a one-firm table, by month."""
    return {row["month"]: row for row in opened.arrow(table).to_pylist()}


def typed(opened: Engine, source: str, rows: list[dict[str, Any]]) -> Table:
    """Typed rows with the key `siren` « 1 » where none is given."""
    columns = {"siren": pa.string(), **NEEDED[source]}
    numbered = [{"siren": "1", "line": number, **row} for number, row in enumerate(rows, 1)]
    data = {
        name: pa.array([_decimal(row.get(name), kind) for row in numbered], kind) for name, kind in columns.items()
    }  # fmt: skip
    return opened.load(pa.table(data))


def _decimal(value: Any, kind: pa.DataType) -> Any:

    return Decimal(str(value)) if value is not None and pa.types.is_decimal(kind) else value


def facts(opened: Engine, first: str, last: str, tables: dict[str, list[dict[str, Any]]]) -> Facts:
    """The facts of firm « 1 » from one month to another, delivered in the last."""
    months = months_between(first, last)
    return Facts(
        opened,
        grid(opened, months),
        months[0],
        months[-1],
        {source: typed(opened, source, rows) for source, rows in tables.items()},
        frozenset(tables),
        dict.fromkeys(tables, months[-1]),
    )
