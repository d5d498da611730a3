"""P-03, P-04, P-05: the panel beside the limit, its memory, and the debt stock when events or months grow.

    python -m bench.panel --typed FOLDER     # typed rows of an invented world (invent, then the intake)
    python -m bench.panel                    # invents scale M and reads it first
    python -m bench.panel --firms 1000 --rounds 1

P-03 is a ratio of seconds per feature column, ours over the limit's, in turns; the debts of both are compared. The same
ratio of processor time stands beside it: on a machine shared with other work it is the steadier figure.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.limits import panel as limit
from bench.measuring import MET, NOT_MET, Result, load, median_ratio, note, verdict, wait_for_quiet
from vigie.detection import panel, perimeter
from vigie.detection.engine import engine, index_of, months_grid
from vigie.detection.features import debts
from vigie.detection.features.registry import available
from vigie.detection.intake.delivery import read_delivery, recognise
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent
from vigie.kernel.period import Month

LAST, MONTHS = Month(2026, 10), 60
RATIO, GIB, MONTHS_GROWTH, EVENTS_GROWTH = 2.5, 6.0, 1.4, 2.4


def apart(work: Callable[..., Any], *arguments: Any) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak memory (GiB) of a piece of work in a process of its own, imports left out."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (work, arguments))


def _timed(work: Callable[..., Any], arguments: Sequence[Any]) -> tuple[float, float, float]:
    begun, processor = time.monotonic(), time.process_time()
    work(*arguments)
    seconds, spent = time.monotonic() - begun, time.process_time() - processor
    return seconds, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def ours(typed: Path, out: Path) -> None:
    """The product's panel of sixty months, from nothing."""
    shutil.rmtree(out, ignore_errors=True)
    inputs = {path.name: {LAST: path / f"batch={LAST}" / "rows.parquet"} for path in typed.iterdir()}
    months = [LAST.plus(-back) for back in range(MONTHS)]
    panel.build(inputs, months, out, perimeter.in_force(LAST), temp_directory=out.parent / "spill")


def theirs(typed: Path, out: Path) -> None:
    """The limit's."""
    limit.build(typed, out, index_of(LAST) - MONTHS + 1, index_of(LAST))


def same_debts(out: Path, limit_file: Path) -> bool:
    """Whether both panels give every common firm the same debt at the last month."""
    mine = pq.read_table(panel.month_file(out, LAST), columns=["siren", "employee_debt_eur", "employer_debt_eur"])
    other = pq.read_table(limit_file, columns=["siren", "m", "po", "pp"], filters=[("m", "=", index_of(LAST))])
    both = mine.join(other, "siren", join_type="inner")
    gaps = [
        pc.max(pc.abs(pc.subtract(both[a], both[b].cast(pa.float64())))).as_py()
        for a, b in (("employee_debt_eur", "po"), ("employer_debt_eur", "pp"))
    ]
    return both.num_rows > 0 and max(gaps) < 0.005


def stock_seconds(events: int, months: int, firms: int = 500) -> float:
    """Seconds of the debt stock of some firms: so many operations on debts, over so many months."""
    first = LAST.plus(1 - months)
    span = 60 // 4
    rows = {
        "siren": pa.array([number % firms for number in range(events)], pa.int32()),
        "siret": [f"{number % firms:014d}" for number in range(events)],
        "account": ["a"] * events,
        "period_start": [date(2021, 1, 1)] * events, "period_end": [date(2021, 2, 1)] * events,
        "ecn_number": [str(number // firms // 3) for number in range(events)],
        "history_number": pa.array([number // firms % 3 for number in range(events)], pa.int32()),
        "line": list(range(events)),
        "counted_month": [LAST.plus(-(number * 7 % span)).first_day for number in range(events)],
        "employee_debt_eur": [float(number % 97) for number in range(events)],
        "employer_debt_eur": [float(number % 89) for number in range(events)],
    }  # fmt: skip
    with engine() as opened:
        table = opened.load(pa.table(rows))
        firm_keys = opened.load(pa.table({"siren": pa.array(range(firms), pa.int32())}))
        grid = opened.keep(months_grid(opened, firm_keys, first, LAST))
        seconds = []
        for _ in range(5):
            begun = time.monotonic()
            stock = debts.debt_stock(grid, debts.debt_events(table), index_of(first))
            opened.arrow(stock.agg(total=stock.employee_cents.sum()))
            seconds.append(time.monotonic() - begun)
    return min(seconds)


def world(folder: Path, firms: int, seed: int) -> Path:
    """An invented world of this many firms, read: the folder of its typed rows."""
    invent(Options(firms=firms, months=MONTHS, seed=seed, last_month=LAST), folder / "raw", None)
    read_delivery(recognise(folder / "raw" / str(LAST)), folder / "typed", LAST)
    return folder / "typed"


def measure(typed: Path, folder: Path, rounds: int) -> list[Result]:
    """The three bars."""
    quiet = wait_for_quiet()
    pairs, processor, peaks = [], [], []
    for _ in range(rounds):
        seconds, spent, peak = apart(ours, typed, folder / "panel")
        other, other_spent, _peak = apart(theirs, typed, folder / "limit.parquet")
        pairs.append((seconds / len(available()), other / limit.COLUMNS))
        processor.append((spent / len(available()), other_spent / limit.COLUMNS))
        peaks.append(peak)
    same = same_debts(folder / "panel", folder / "limit.parquet")
    ratio, peak = median_ratio(pairs), max(peaks)
    figures = {"seconds": round(pairs[-1][0] * len(available()), 2), "limit_seconds": round(pairs[-1][1] * 21, 2)}
    base = stock_seconds(300_000, 60)
    by_months, by_events = stock_seconds(300_000, 120) / base, stock_seconds(600_000, 60) / base
    grown = max(by_months / MONTHS_GROWTH, by_events / EVENTS_GROWTH)
    return [
        Result("P-03", "panel, secondes par colonne / limite", round(ratio, 2), RATIO, "x",
               verdict(ratio <= RATIO and same, quiet=quiet),
               figures | {"processor_ratio": round(median_ratio(processor), 2), "same_debts": same}, pairs),
        Result("P-04", "panel, mémoire au plus", round(peak, 2), GIB, "Gio", MET if peak <= GIB else NOT_MET),
        Result("P-05", "stock de dette, croissance rapportée à sa limite", round(grown, 2), 1.0, "x",
               verdict(grown <= 1, quiet=quiet), {"months": round(by_months, 2), "events": round(by_events, 2)}),
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints one line per bar; the exit code is the worst verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--typed", type=Path, help="typed rows already read (folder of sources)")
    parser.add_argument("--firms", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    before = load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        typed = options.typed or world(folder, options.firms, options.seed)
        results = measure(typed, folder, options.rounds)
    for result in results:
        note(result, before=before, scale=str(options.typed or options.firms), seed=options.seed)
        print(f"{result.bar} {result.title} : {result.value} {result.unit} (limite {result.limit}) {result.ours}")
    return max(result.verdict for result in results)


if __name__ == "__main__":
    sys.exit(main())
