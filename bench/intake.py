"""P-01 and P-02: reading three raw files with validation beside the bare engine, and the memory it takes.

    python -m bench.intake                         # invents scale M first
    python -m bench.intake --raw FOLDER            # a delivery that is already there
    python -m bench.intake --firms 1000 --rounds 1
    python -m bench.intake --large 350000          # P-02 at scale L too: the contributions alone, 21 million lines

In turns, each in a process of its own; rows and sums of both must be equal. Beside the seconds, the processor time:
the one figure that other jobs of the machine do not change much.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.limits.intake import FILES
from bench.measuring import MET, ROOT, Result, load, median_ratio, note, verdict, wait_for_quiet
from vigie.detection.intake.delivery import source_of
from vigie.detection.intake.reading import ROWS_FILE, read_file
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent
from vigie.kernel.period import Month

LAST = Month(2026, 10)
RATIO, GIB, GROWTH = 3.0, 1.5, 1.5
SUMMED = {
    "cotisation": ("due_eur",),
    "debit": ("employee_debt_eur", "employer_debt_eur"),
    "effectif_ent": ("workforce_count",),
}


def ours(raw: Path, out: Path, names: list[str]) -> dict[str, Any]:
    """Reads the files with the product; gives the seconds, rows and sums (cents, or heads)."""
    answer: dict[str, Any] = {}
    begun = time.perf_counter()
    for name in names:
        source = source_of(name)
        assert source is not None
        report = read_file(source, raw / name, out / source.code)
        assert not report.is_fatal, report.fatal
    answer["seconds"] = time.perf_counter() - begun
    for name in names:
        source = source_of(name)
        assert source is not None
        columns = SUMMED[source.code]
        table = pq.read_table(out / source.code / ROWS_FILE, columns=list(columns))
        total = sum(pc.sum(table.column(one)).as_py() for one in columns)
        answer[name] = (table.num_rows, int(total * (1 if source.code == "effectif_ent" else 100)))
    return answer


def theirs(raw: Path, out: Path, names: list[str]) -> dict[str, Any]:
    """The limit."""
    from bench.limits.intake import run

    assert list(FILES) == names
    return run(raw, out)


def apart(work: str, raw: Path, out: Path, names: list[str]) -> dict[str, Any]:
    """One piece of work in a fresh process: its answer, processor seconds and peak memory (GiB)."""
    command = [sys.executable, "-m", "bench.intake", "--only", work, "--raw", str(raw), "--out", str(out), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def only(work: str, raw: Path, out: Path, names: list[str]) -> None:
    """In the fresh process: the work, then its figures. VmHWM: ru_maxrss remembers the parent's size."""
    before = time.process_time()
    answer = {"ours": ours, "theirs": theirs}[work](raw, out, names)
    answer["processor"] = time.process_time() - before
    peak = Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0]
    print(json.dumps({**answer, "peak_gib": int(peak) / 1024**2}))


def measure(raw: Path, folder: Path, rounds: int) -> tuple[Result, float]:
    """P-01, and the peak memory at this scale."""
    names, pairs, processor, peaks = list(FILES), [], [], []
    quiet, same = True, True
    for _ in range(rounds):
        quiet = wait_for_quiet() and quiet
        mine = apart("ours", raw, folder / "typed", names)
        limit = apart("theirs", raw, folder / "limit", names)
        pairs.append((mine["seconds"], limit["seconds"]))
        processor.append((mine["processor"], limit["processor"]))
        peaks.append(mine["peak_gib"])
        same = same and all(list(mine[name]) == list(limit[name]) for name in names)
    ratio = median_ratio(pairs)
    figures = {
        "seconds": round(pairs[-1][0], 2),
        "limit_seconds": round(pairs[-1][1], 2),
        "processor_ratio": round(median_ratio(processor), 2),
        "same_rows_and_sums": same,
    }
    kept = same and ratio <= RATIO and pairs[-1][0] <= 20
    result = Result("P-01", "Lecture vérifiée de trois fichiers / le moteur nu", round(ratio, 2), RATIO, "×",
                    verdict(kept, quiet=quiet), figures, [round(a / b, 2) for a, b in pairs])  # fmt: skip
    return result, max(peaks)


def memory(folder: Path, small: float, firms: int, seed: int) -> Result:
    """P-02: the contributions of this many firms, in a stream."""
    figures: dict[str, Any] = {"small_gib": round(small, 2)}
    peak = small
    if firms:
        raw = folder / "large"
        invent(Options(firms=firms, months=60, seed=seed, last_month=LAST), raw, None)
        answer = apart("ours", raw / str(LAST), folder / "typed-large", ["sigfaible_cotisdues.csv"])
        peak = answer["peak_gib"]
        figures |= {"seconds": round(answer["seconds"], 1), "rows": answer["sigfaible_cotisdues.csv"][0]}
        figures["growth"] = round(peak / small, 2)
    kept = peak <= GIB and peak <= GROWTH * small
    return Result("P-02", "Mémoire de la lecture", round(peak, 2), GIB, "Gio", verdict(kept, quiet=True), figures)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path)
    parser.add_argument("--firms", type=int, default=30_000)
    parser.add_argument("--large", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("ours", "theirs"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        only(arguments.only, arguments.raw, arguments.out, arguments.names)
        return 0
    before = load()
    with tempfile.TemporaryDirectory(prefix="vigie-intake-") as name:
        folder, raw = Path(name), arguments.raw
        if raw is None:
            options = Options(firms=arguments.firms, months=60, seed=arguments.seed, last_month=LAST)
            invent(options, folder / "raw", None)
            raw = folder / "raw" / str(LAST)
        first, small = measure(raw, folder, arguments.rounds)
        results = [first, memory(folder, small, arguments.large, arguments.seed)]
    for result in results:
        note(result, before=before, scale=f"{arguments.firms} firms", seed=arguments.seed)
        print(f"{result.bar} {result.title} : {result.value} {result.unit} (limite {result.limit}) {result.ours}")
    return MET if all(one.verdict == MET for one in results) else max(one.verdict for one in results)


if __name__ == "__main__":
    sys.exit(main())
