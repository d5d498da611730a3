"""The invented groups: read by the real intake, the same to the byte, and no other file the worse for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from tests.detection.intake.factories import read_bytes
from tests.detection.invent.test_bytes import SMALL, fingerprints
from vigie.detection.intake.reading import ROWS_FILE
from vigie.detection.invent.groups import HEADER, NAME
from vigie.detection.invent.writing import invent
from vigie.detection.sources.registry import source

GROUPS = replace(SMALL, groups=True, batches=2)


def test_groups_change_no_other_file_and_are_the_same_each_time(tmp_path: Path) -> None:
    invent(replace(SMALL, batches=2), tmp_path / "without")
    invent(GROUPS, tmp_path / "with")
    invent(replace(GROUPS, chunk_rows=7), tmp_path / "again")

    told = fingerprints(tmp_path / "with")
    assert {name: one for name, one in told.items() if not name.endswith(NAME)} == fingerprints(tmp_path / "without")
    assert fingerprints(tmp_path / "again") == told


def test_the_intake_reads_every_line(tmp_path: Path) -> None:
    (_before, last) = invent(GROUPS, tmp_path / "made")
    (tmp_path / "read").mkdir()
    report = read_bytes("ellisphere", (last / NAME).read_bytes(), tmp_path / "read", NAME)
    rows = pq.read_table(tmp_path / "read" / "rows" / ROWS_FILE).to_pylist()

    assert tuple(column.raw for column in source("ellisphere").columns) == HEADER
    assert (report.fatal, report.rejected, report.valid) == (None, 0, len(rows))
    assert 15 <= len(rows) <= 30  # a quarter of 120 firms, those that may be in none and those not born yet apart
    by_group: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_group.setdefault(str(row["group_code"]), []).append(row)
    assert all(len({one["head_name"] for one in group}) == 1 for group in by_group.values())
    assert len({row["siren"] for row in rows}) == len(rows)  # a firm is in one group
    for row in rows:
        assert (row["holding_level"] == 0) == (row["head_siren"] == row["siren"])
