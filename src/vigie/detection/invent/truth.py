"""The truth behind a delivery, computed from the simulation's state and never from its files.

One row per firm and month of the window: what a correct reading of the delivery must find, to the cent, and what no
reading can know (latent distress, months to failure). Never given to the batch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vigie.detection.invent.block import Block, extraction_day
from vigie.detection.invent.contributions import spread
from vigie.detection.invent.debts import stock
from vigie.detection.invent.firms import INSIDE
from vigie.detection.invent.options import Options
from vigie.detection.invent.other_files import used_and_known
from vigie.detection.invent.proceedings import STATES, states
from vigie.detection.invent.rows import days_of
from vigie.detection.invent.urssaf_files import WORKFORCE_DELAY, revised

SCHEMA = pa.schema(
    [
        ("siren", pa.string()),
        ("month", pa.date32()),
        ("in_design", pa.bool_()),
        ("workforce_count", pa.int32()),
        ("contribution_due_cents", pa.int64()),
        ("employee_debt_cents", pa.int64()),
        ("employer_debt_cents", pa.int64()),
        ("used_hours", pa.float64()),
        ("proceedings_state", pa.dictionary(pa.int8(), pa.string())),
        ("proceedings_state_first_day", pa.dictionary(pa.int8(), pa.string())),
        ("months_to_failure", pa.int32()),
        ("latent_distress", pa.float32()),
    ]
)


class TruthFile:
    """truth.parquet of one delivery, written block after block."""

    def __init__(self, path: Path, options: Options, delivery: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._options = options
        self._delivery = delivery

    def add(self, block: Block) -> None:
        """Adds the rows of a block."""
        self._writer.write_table(_table(self._options, block, self._delivery))

    def close(self) -> None:
        self._writer.close()


def _table(options: Options, block: Block, delivery: int) -> pa.Table:
    count = len(block.firms)
    months = slice(options.window_start - options.start, delivery - options.start + 1)
    number = options.start + np.arange(options.length)[months]
    limit = extraction_day(delivery)
    events = block.life.proceedings.events
    known = (events.known_on <= limit) & (events.day <= limit)
    cents, lines = spread(options, count, block.accounts, block.due, delivery)
    employee, employer = stock(options, count, block.accounts, block.debts, delivery)
    counted = block.life.counted & (np.arange(options.length)[:, None] <= delivery - WORKFORCE_DELAY - options.start)
    failure = _months_to_failure(block.life.proceedings.opened_at)

    def flat(matrix: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(matrix[months].T).ravel()

    def state(at_end: bool) -> pa.DictionaryArray:
        codes = flat(states(options, count, events, known, at_end))
        return _named(np.array([0, 1, 2, 3, 4], np.int8)[codes])

    siren = pa.array(np.arange(count, dtype=np.int32).repeat(len(number)))
    names = pa.array([f"{each:09d}" for each in block.firms.siren.tolist()])
    return pa.table(
        [
            names.take(siren),
            pa.array(np.tile(days_of(number).astype(np.int32), count)).cast(pa.date32()),
            pa.array(np.repeat(block.firms.kind == INSIDE, len(number))),
            pa.array(flat(revised(block, delivery)), mask=~flat(counted)),
            pa.array(flat(cents), mask=flat(lines) == 0),
            pa.array(flat(employee)),
            pa.array(flat(employer)),
            pa.array(flat(_hours(options, block, delivery))),
            state(at_end=True),
            state(at_end=False),
            pa.array(flat(failure), mask=flat(failure) < 0),
            pa.array(flat(block.life.distress)),
        ],
        schema=SCHEMA,
    )


def _named(codes: NDArray[np.generic]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(STATES))


def _hours(options: Options, block: Block, delivery: int) -> NDArray[np.float64]:
    asked = block.requests
    keep = used_and_known(block, delivery)
    at = asked.use_month[keep] - options.start
    quarters = np.zeros((options.length, len(block.firms)), np.int64)
    np.add.at(quarters, (at, asked.firm[asked.use_request[keep]]), asked.use_quarters[keep])
    return quarters / 4


def _months_to_failure(opened_at: NDArray[np.int32]) -> NDArray[np.int32]:
    """Months from each month to the next opening after it, -1 when the simulation ends before."""
    out = np.full(opened_at.shape, -1, np.int32)
    ahead: NDArray[np.int32] = np.full(opened_at.shape[1], -1, np.int32)
    for row in range(len(opened_at) - 1, -1, -1):
        out[row] = ahead
        ahead = np.where(opened_at[row] == 1, 1, np.where(ahead >= 0, ahead + 1, -1)).astype(np.int32)
    return out
