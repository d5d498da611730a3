"""Rows that a model may learn from: firms of the perimeter, in bonis, at months whose outcome is known.

Read from the month files of the panel, thinned while reading so that memory depends on the sample, not on the country:
one month in `thinning` of each firm, its place drawn by the firm's hash, and whole firms up to `max_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vigie.detection import target
from vigie.detection.engine import Engine, index_of
from vigie.detection.features.registry import CONTEXT
from vigie.detection.model.columns import Floats
from vigie.detection.model.train import group_hashes
from vigie.detection.panel import month_file
from vigie.kernel.period import Month

HASHES = 1 << 32


@dataclass(frozen=True)
class TrainingSet:
    """Rows with their outcome, in the order of months then SIREN.

    frame: siren, month (date), features, context. labels: 1 failed within 18 months, 0 not, NaN unknown.
    months_to_event, months_to_closure: NaN when none is known. known_months: months ahead that are known.
    """

    frame: pa.Table
    labels: Floats
    months_to_event: Floats
    months_to_closure: Floats
    known_months: Floats

    @property
    def siren(self) -> np.ndarray:
        return self.frame["siren"].to_numpy(zero_copy_only=False)

    @property
    def month(self) -> np.ndarray:
        return self.frame["month"].to_numpy(zero_copy_only=False)


def eligible(rows: pa.Table) -> np.ndarray:
    """Firms that a list may hold: in the perimeter, and in no proceeding, nor a plan."""
    inside = np.asarray(rows["in_perimeter"].fill_null(False), dtype=bool)
    state = rows["proceedings_state"].to_numpy(zero_copy_only=False)
    return inside & (state == "in_bonis")


def read(
    engine: Engine,
    panel_folder: Path,
    months: Sequence[Month],
    sources: Mapping[str, Path],
    columns: Sequence[str],
    *,
    known_until: Month,
    seed: int = 0,
    thinning: int = 1,
    max_rows: int | None = None,
) -> TrainingSet:
    """The eligible rows of some months, with what is known of their outcome at the delivery of known_until.

    sources: typed rows of `procol`, and of `sirene_histo` for the closures. thinning = 1 and no max_rows: every row.
    """
    wanted = list(dict.fromkeys(["siren", "month", *columns, *CONTEXT]))
    share = _share(panel_folder, months, thinning, max_rows)
    tables = []
    for rank, month in enumerate(months):
        rows = pq.read_table(month_file(panel_folder, month), columns=wanted)
        rows = rows.filter(pa.array(eligible(rows)))
        tables.append(rows.filter(pa.array(_drawn(rows, rank, seed, thinning, share))))
    frame = pa.concat_tables(tables).combine_chunks()
    outcome = _outcomes(engine, frame, months, sources, known_until)
    return TrainingSet(
        frame, _floats(outcome, "failure_18m"), _floats(outcome, "months_to_event"),
        _floats(outcome, "months_to_closure"), _floats(outcome, "known_months"),
    )  # fmt: skip


def _outcomes(
    engine: Engine, frame: pa.Table, months: Sequence[Month], sources: Mapping[str, Path], known_until: Month
) -> pa.Table:
    """The labels of the rows, in their order."""
    firms = engine.load(pa.table({"siren": frame["siren"].unique()}))
    closures = target.closures(engine.read(sources["sirene_histo"])) if "sirene_histo" in sources else None
    found = target.labels(engine, engine.read(sources["procol"]), firms, months, known_until, closures=closures)
    rows = engine.load(frame.select(["siren", "month"]).append_column("row", pa.array(np.arange(frame.num_rows))))
    joined = rows.left_join(found, ["siren", "month"]).order_by("row")
    outcome = engine.arrow(
        joined.select("failure_18m", "months_to_event", "months_to_closure", "known_months")
    )  # fmt: skip
    return outcome


def _floats(table: pa.Table, name: str) -> Floats:
    return table[name].cast(pa.float64()).to_numpy() if name != "failure_18m" else _flags(table[name])


def _flags(column: pa.ChunkedArray) -> Floats:
    return column.cast(pa.int8()).cast(pa.float64()).to_numpy()


def matured(months: Sequence[Month], known_until: Month) -> list[Month]:
    """The months whose outcome at 18 months is known, reporting delay included."""
    last = index_of(known_until) - target.HORIZON_MONTHS - target.REPORTING_DELAY_MONTHS
    return [month for month in months if index_of(month) <= last]


def _share(folder: Path, months: Sequence[Month], thinning: int, max_rows: int | None) -> float:
    """Share of the firms kept so that about max_rows rows remain."""
    if max_rows is None or not months:
        return 1.0
    count = sum(pq.read_metadata(month_file(folder, month)).num_rows for month in months) / thinning
    return min(1.0, max_rows / max(count, 1.0))


def _drawn(rows: pa.Table, rank: int, seed: int, thinning: int, share: float) -> np.ndarray:
    if thinning == 1 and share >= 1.0:
        return np.ones(rows.num_rows, dtype=bool)
    hashes = group_hashes(rows["siren"].to_numpy(zero_copy_only=False), seed)
    return ((rank + hashes) % thinning == 0) & (hashes < share * HASHES)


def facts(made: TrainingSet) -> Mapping[str, float]:
    """Rows, firms and base rate, for the record."""
    known = ~np.isnan(made.labels)
    return {
        "rows": int(known.sum()),
        "firms": len(np.unique(made.siren[known])),
        "failures": int(np.nansum(made.labels)),
        "base_rate": float(np.nanmean(made.labels)) if known.any() else float("nan"),
    }
