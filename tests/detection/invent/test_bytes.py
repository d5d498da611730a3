"""Same options, same bytes: whatever the size of the pieces, the place, the language or the folder."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vigie.detection.invent.layouts import OFFICIAL, Layout
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent

SMALL = Options(firms=120, outside=50, months=24, seed=3)
GOLDEN = Path(__file__).parent / "golden_s.sha256"


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*.*"))
        if file.is_file()
    }


def test_scale_s_is_the_committed_one(tmp_path: Path) -> None:
    """A change of these bytes is a change of every measure: rebuild the file only on purpose (generator.md)."""
    invent(Options(), tmp_path)
    written = "".join(f"{digest}  {name}\n" for name, digest in fingerprints(tmp_path).items())
    assert written == GOLDEN.read_text()


def test_the_size_of_the_pieces_changes_no_byte(tmp_path: Path) -> None:
    invent(SMALL, tmp_path / "large")
    invent(replace(SMALL, chunk_rows=7), tmp_path / "small")
    assert fingerprints(tmp_path / "large") == fingerprints(tmp_path / "small")


def test_neither_the_clock_zone_nor_the_language_changes_a_byte(tmp_path: Path) -> None:
    invent(SMALL, tmp_path / "here")
    program = (
        "import sys; from pathlib import Path; from vigie.detection.invent.options import Options;"
        "from vigie.detection.invent.writing import invent;"
        "invent(Options(firms=120, outside=50, months=24, seed=3), Path(sys.argv[1]))"
    )
    far = {**os.environ, "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "12", "PYTHONPATH": "src"}
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "far")], env=far, cwd=root, check=True)
    assert fingerprints(tmp_path / "here") == fingerprints(tmp_path / "far")


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    invent(SMALL, tmp_path / "one")
    invent(replace(SMALL, seed=4), tmp_path / "two")
    one, two = fingerprints(tmp_path / "one"), fingerprints(tmp_path / "two")
    assert one.keys() == two.keys()
    assert not set(one.values()) & set(two.values())


def test_compressed_files_hold_the_same_bytes_without_name_nor_time(tmp_path: Path) -> None:
    invent(SMALL, tmp_path / "plain")
    invent(replace(SMALL, gz=True), tmp_path / "gz")
    packed = sorted((tmp_path / "gz").rglob("*.gz"))
    assert [file.name for file in packed] == sorted(each.name + ".gz" for each in OFFICIAL if each.compressible)
    for file in packed:
        plain = tmp_path / "plain" / "2026-10" / file.name.removesuffix(".gz")
        assert gzip.decompress(file.read_bytes()) == plain.read_bytes()
        assert file.read_bytes()[3:8] == b"\0" * 5


@pytest.mark.parametrize("layout", OFFICIAL, ids=lambda layout: layout.name)
def test_every_line_has_as_many_cells_as_the_header(two_deliveries: Path, layout: Layout) -> None:
    with (two_deliveries / "2021-03" / layout.name).open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, delimiter=layout.separator, strict=True)
        header = next(rows)
        assert header[: len(layout.header)] == list(layout.header)
        assert {len(row) for row in rows} == {len(header)}


def test_the_second_delivery_keeps_the_first_and_corrects_it(two_deliveries: Path) -> None:
    """Append and correct, as the Urssaf does: most lines stand, some amounts changed, more are there."""

    def lines(month: str, name: str) -> set[str]:
        return set((two_deliveries / month / name).read_text().splitlines())

    first, second = (lines(month, "sigfaible_cotisdues.csv") for month in ("2021-02", "2021-03"))
    assert len(second) > len(first)
    corrected = first - second
    assert 0 < len(corrected) < len(first) * 0.02
    assert lines("2021-02", "sigfaible_pcoll.csv") < lines("2021-03", "sigfaible_pcoll.csv")
