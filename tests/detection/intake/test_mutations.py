"""H-15: seeded mutations of good files never give an exception nor a wrong count, whatever the reader."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from vigie.detection.intake.reading import ROWS_FILE, read_file
from vigie.detection.sources.registry import SOURCES
from vigie.detection.sources.sample import file_name, sample
from vigie.detection.sources.table import Source

IN_ALL = int(os.environ.get("VIGIE_MUTATIONS", "300"))
EACH = -(-IN_ALL // len(SOURCES))
TOKENS = (
    b"",
    b'"',
    b";",
    b",",
    b"\r",
    b"\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"1e400",
    b"-",
    b"NaN",
    b"PK\x03\x04",
    b"\x1f\x8b",
)


def _mutated(data: bytes, random: Random) -> bytes:
    """One to four spoilings: bytes changed, cut, moved, repeated, or something nasty put in."""
    for _ in range(random.randint(1, 4)):
        first, second = sorted(random.randrange(len(data) + 1) for _ in range(2))
        kind = random.randrange(6)
        if kind == 0:
            data = data[:first] + bytes([random.randrange(256)]) + data[first + 1 :]
        elif kind == 1:
            data = data[:first] + data[min(second, first + 40) :]
        elif kind == 2:
            data = data[:first] + random.choice(TOKENS) + data[first:]
        elif kind == 3:
            data = data[:first] + data[first : first + 60] * random.randint(2, 5) + data[first + 60 :]
        elif kind == 4:
            data = data[:second]
        else:
            data = data[:first] + random.randbytes(8) + data[first + 8 :]
    return data


@pytest.mark.parametrize("source", SOURCES, ids=[one.code for one in SOURCES])
def test_mutated_files_are_read_or_refused_and_always_counted(source: Source, tmp_path: Path) -> None:
    good = sample(source, 7, lines=30)
    random = Random(f"mutations/{source.code}")
    path = tmp_path / file_name(source)
    for _ in range(EACH):
        path.write_bytes(_mutated(good, random))

        report = read_file(source, path, tmp_path / "rows")

        assert report.read == report.valid + report.filtered + report.rejected
        assert min(report.valid, report.filtered, report.rejected) >= 0
        assert report.rejected == sum(report.rejected_by.values()) or report.is_fatal
        if not report.is_fatal:
            rows = pq.read_metadata(tmp_path / "rows" / ROWS_FILE).num_rows
            assert rows == report.rows
            assert source.wide is not None or rows == report.valid
