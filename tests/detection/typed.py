"""Typed tables of a few invented firms, written by hand: what a test of the panel reads instead of raw files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vigie.detection.features.facts import NEEDED
from vigie.kernel.period import Month
from vigie.kernel.siren import INVENTED_PREFIX, with_key

Row = dict[str, Any]


def siren(number: int) -> str:
    """The invented firm of a number."""
    return with_key(f"{INVENTED_PREFIX}{number:06d}")


def siret(number: int, nic: int = 1) -> str:
    """An establishment of the invented firm."""
    return siren(number) + with_key(f"{siren(number)}{nic:04d}")[-5:]


def rows(source: str, values: Iterable[Row]) -> pa.Table:
    """The typed table of a source; a column that a row does not give is null."""
    lines = list(values)
    columns = {}
    for name, kind in NEEDED[source].items():
        given = [line.get(name) for line in lines]
        if pa.types.is_decimal(kind):
            given = [None if value is None else Decimal(str(value)) for value in given]
        columns[name] = pa.array(given, kind)
    if "line" in columns:
        columns["line"] = pa.array(range(1, len(lines) + 1), pa.int64())
    return pa.table(columns)


def write(folder: Path, source: str, batch: Month, values: Iterable[Row]) -> Path:
    """Writes the typed file of one delivery where the lake would hold it."""
    path = folder / "typed" / source / f"batch={batch}" / "rows.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows(source, values), path)
    return path


def deliver(folder: Path, batch: Month, world: Mapping[str, list[Row]]) -> dict[str, dict[Month, Path]]:
    """Writes one delivery of every source of a world; gives the inputs of `panel.build`."""
    return {source: {batch: write(folder, source, batch, values)} for source, values in world.items()}


def months(first: str, last: str) -> list[Month]:
    """The months from one to another, both included."""
    found = [Month.parse(first)]
    while found[-1] < Month.parse(last):
        found.append(found[-1].plus(1))
    return found


def firm(
    number: int, first: str, last: str, *, workforce: int = 20, due: float = 1000.0, **unit: Any
) -> dict[str, list[Row]]:
    """A plain firm: head office in the Cher, machining, active since 2010, the same workforce and dues every month."""
    sirens = {"siren": siren(number), "siret": siret(number)}
    span = months(first, last)
    return {
        "sirene": [{**sirens, "is_head_office": True, "departement": unit.get("departement", "18"), "state": "A"}],
        "sirene_ul": [{
            "siren": siren(number), "legal_category": "5710", "naf": "25.62B", "created_on": date(2010, 3, 4),
            "state": "A", **{key: value for key, value in unit.items() if key != "departement"},
        }],
        "sirene_histo": [{"siret": siret(number), "valid_from": date(2010, 3, 4), "is_active": True,
                          "state_changed": False}],
        "effectif_ent": [
            {"siren": siren(number), "month": month.first_day, "workforce_count": workforce} for month in span
        ],
        "cotisation": [
            {"siret": siret(number), "period_start": month.first_day, "period_end": month.plus(1).first_day,
             "due_eur": due}
            for month in span
        ],
    }  # fmt: skip


def together(*worlds: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """One world of several."""
    merged: dict[str, list[Row]] = {}
    for world in worlds:
        for source, lines in world.items():
            merged.setdefault(source, []).extend(lines)
    return merged
