"""The committed golden samples: one invented file per source, and what reading it must give.

`python -m tests.detection.sources.golden` writes them again; the difference is read before it is committed.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from vigie.detection.commands.read import plain, short_report
from vigie.detection.intake.reading import ROWS_FILE, read_file
from vigie.detection.sources.registry import SOURCES
from vigie.detection.sources.sample import file_name, sample
from vigie.detection.sources.table import Source

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "sources"
SEED = 1


def reading(source: Source, path: Path) -> dict[str, Any]:
    """What the product makes of a file, as the golden expectation is written."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows"
        report = read_file(source, path, out)
        rows = [] if report.is_fatal else pq.read_table(out / ROWS_FILE).to_pylist()
    kept = [{name: plain(value) for name, value in row.items() if value is not None} for row in rows]
    return {"rows": kept, "report": short_report(report), "notices": [one.message for one in report.notices]}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for source in SOURCES:
        path = FOLDER / file_name(source)
        path.write_bytes(sample(source, SEED))
        text = json.dumps(reading(source, path), ensure_ascii=False, indent=1)
        path.with_suffix(".expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
