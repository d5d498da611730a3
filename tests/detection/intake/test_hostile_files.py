"""Hostile and broken files (H-01, H-03 to H-07): refused whole, at once, within bounds, with what to do."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.detection.intake.factories import DEBIT_HEADER, SIREN, debit_file, debit_line, read_bytes
from vigie.detection.intake.reading import REPORT_FILE, ROWS_FILE, read_file
from vigie.detection.sources.registry import source

ROOT = Path(__file__).resolve().parents[3]
GOOD = debit_file(debit_line(), debit_line(Num_Ecn="102"))


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"\n\n", "aucune ligne"),
        (DEBIT_HEADER.encode() + b"\n", "en-tête"),
        (GOOD.replace(b"Mt_PP", b"Mt_XX", 1), "« Mt_PP »"),
        (GOOD.replace(b"Cd_pro_col", b"MT_PP", 1), "« Mt_PP » figure deux fois"),
        (GOOD.replace(b";", b","), "séparateur attendu est « ; »"),
    ],
    ids=["empty", "blank", "header only", "column missing", "column twice", "wrong separator"],
)
def test_h01_the_file_is_refused_and_the_column_named(data: bytes, said: str, tmp_path: Path) -> None:
    report = read_bytes("debit", data, tmp_path)

    assert report.is_fatal
    assert said in (report.fatal or "")


def test_h01_a_refused_file_leaves_the_last_good_one(tmp_path: Path) -> None:
    read_bytes("debit", GOOD, tmp_path)
    before = (tmp_path / "rows" / ROWS_FILE).read_bytes()
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"")

    report = read_file(source("debit"), bad, tmp_path / "rows")

    assert report.is_fatal
    assert (tmp_path / "rows" / ROWS_FILE).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "delivery.csv", "rows"]


def test_h03_unreadable_months_of_a_header_are_refused_one_by_one(tmp_path: Path) -> None:
    data = f"siren;eff;eff20;eff202199;eff202111;rais_soc\n{SIREN};1;2;3;4;X\n".encode()

    report = read_bytes("effectif_ent", data, tmp_path)

    assert [notice.code for notice in report.notices] == ["column_refused"] * 3
    rows = pq.read_table(tmp_path / "rows" / ROWS_FILE).to_pylist()
    assert [(str(row["month"]), row["workforce_count"]) for row in rows] == [("2021-01-01", 4)]


def test_h03_a_header_without_any_readable_month_refuses_the_file(tmp_path: Path) -> None:
    report = read_bytes("effectif_ent", f"siren;eff;eff20;eff202199\n{SIREN};1;2;3\n".encode(), tmp_path)

    assert "Aucune colonne de mois" in (report.fatal or "")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (gzip.compress(GOOD * 500)[:-20], "d.csv.gz", "tronquée"),
        (gzip.compress(GOOD) + b"garbage", "d.csv.gz", "octets étrangers"),
        (gzip.compress(gzip.compress(GOOD)), "d.csv.gz", "autre archive"),
        (GOOD, "d.csv.gz", "n’en est pas une"),
        (gzip.compress(GOOD)[:5], "d.csv.gz", "tronquée"),
        (b"\x1f\x8b\x08" + b"\xff" * 60, "d.csv.gz", "gzip"),
    ],
    ids=["truncated", "trailing garbage", "gzip of gzip", "not gzip", "header of gzip only", "broken gzip"],
)
def test_h04_a_broken_gzip_is_refused_at_once(data: bytes, name: str, said: str, tmp_path: Path) -> None:
    report = read_bytes("debit", data, tmp_path, name)

    assert said in (report.fatal or "")


@pytest.mark.parametrize(
    ("data", "name"), [(gzip.compress(GOOD), "d.csv.gz"), (_zip(d=GOOD), "d.zip"), (GOOD, "d.csv")]
)
def test_the_three_packagings_give_the_same_rows(data: bytes, name: str, tmp_path: Path) -> None:
    report = read_bytes("debit", data, tmp_path, name)

    assert (report.valid, report.rows) == (2, 2)


@pytest.mark.parametrize(
    ("encode", "encoding", "warned"),
    [
        (lambda text: text.encode(), "utf-8", False),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "utf-8-sig", False),
        (lambda text: text.encode("cp1252"), "windows-1252", True),
        (lambda text: text.encode("utf-16"), "utf-16", False),
        (lambda text: text.replace("\n", "\r\n").encode(), "utf-8", False),
        (lambda text: text.encode() + text.split("\n")[1].encode("cp1252"), "mixed", True),
    ],
    ids=["utf-8", "bom", "windows-1252", "utf-16", "crlf", "mixed"],
)
def test_h05_text_is_decoded_and_the_encoding_said(encode, encoding: str, warned: bool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = f"siren;score;month;provider\n{SIREN};0,5;2026-01-01;Été à Œting – « Noël »\n"

    report = read_bytes("score_partenaire", encode(text), tmp_path)

    assert report.files[0].encoding == encoding
    rows = pq.read_table(tmp_path / "rows" / ROWS_FILE).to_pylist()
    assert {row["provider"] for row in rows} == {"Été à Œting – « Noël »"}
    assert ("encoding" in [notice.code for notice in report.notices]) is warned


@pytest.mark.parametrize("bad", [b"\x00", b"\x81\x8d\xff", b"\r"])
def test_h05_a_line_that_is_no_text_is_rejected(bad: bytes, tmp_path: Path) -> None:
    lines = GOOD.split(b"\n")
    lines.insert(2, lines[1].replace(b"427;", b"4" + bad + b";", 1))

    report = read_bytes("debit", b"\n".join(lines), tmp_path)

    assert (report.read, report.rejected, report.valid) == (3, 1, 2)
    assert [one.line for one in report.first_rejections] == [2]


def test_h05_a_byte_order_mark_in_the_middle_is_said(tmp_path: Path) -> None:
    report = read_bytes("debit", GOOD + b"\xef\xbb\xbf" + debit_line(Num_Ecn="103").encode(), tmp_path)

    assert report.valid == 3
    assert "inner_mark" in [notice.code for notice in report.notices]


def test_h05_utf16_without_its_mark_is_refused(tmp_path: Path) -> None:
    assert read_bytes("debit", GOOD.decode().encode("utf-16-le"), tmp_path).is_fatal


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (DEBIT_HEADER.encode() + b"\n" + b"1" * 5_000_000, "dépasse"),
        (b"x" * 100_000_000, "dépasse"),
        (";".join(f"c{rank}" for rank in range(10_000)).encode() + b"\n1\n", "10000 colonnes"),
        (GOOD.replace(b"\n", b"\r"), "fins de ligne"),
    ],
    ids=["endless line", "endless header", "10 000 columns", "carriage returns alone"],
)
def test_h06_what_is_no_table_is_refused_in_bounds(data: bytes, said: str, tmp_path: Path) -> None:
    report = read_bytes("debit", data, tmp_path)

    assert said in (report.fatal or "")


def test_h06_a_quote_never_closed_swallows_nothing(tmp_path: Path) -> None:
    lines = [debit_line(Num_Ecn=str(rank)) for rank in range(50)]
    lines[10] = '"' + lines[10]

    report = read_bytes("debit", debit_file(*lines), tmp_path)

    assert (report.read, report.rejected, report.valid) == (50, 1, 49)
    assert [one.line for one in report.first_rejections] == [11]


def test_h06_quotes_that_pair_across_fields_swallow_nothing(tmp_path: Path) -> None:
    """An even number of quotes, one in the middle of a field: the parser would join this line and the next ones."""
    lines = [f"{SIREN};0,5;2026-01-01;x{rank}" for rank in range(40)]
    lines[7] = f'{SIREN}"";"0,5;2026-01-01;y'
    lines[8] = f'{SIREN};0,5;2026-01-01";"y'
    data = "\n".join(("siren;score;month;provider", *lines)) + "\n"

    report = read_bytes("score_partenaire", data.encode(), tmp_path)

    assert report.read == 40
    assert {row["line"] for row in pq.read_table(tmp_path / "rows" / ROWS_FILE).to_pylist()} >= {
        *range(1, 8),
        *range(10, 41),
    }


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress((b"0" * 99 + b"\n") * 1_000_000, 9), "bomb.csv.gz"),
        (_zip(a=(b"0" * 99 + b"\n") * 1_000_000), "bomb.zip"),
        (_zip(a=_zip(a=GOOD)), "nested.zip"),
        (_zip(**{"a.zip": GOOD}), "nested-name.zip"),
        (_zip(**{"../../x.csv": GOOD}), "climbs.zip"),
        (_zip(**{"/etc/x.csv": GOOD}), "absolute.zip"),
        (_zip(**{"C:\\x.csv": GOOD}), "drive.zip"),
        (_zip(a=GOOD, b=GOOD), "two.zip"),
        (_zip(**{f"f{rank}": b"" for rank in range(2_000)}), "crowd.zip"),
        (_zip(a=GOOD)[:-30], "cut.zip"),
        (_zip(), "nothing.zip"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_h07_bombs_and_traps_are_refused(data: bytes, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()

    report = read_bytes("debit", data, folder, name)

    assert report.is_fatal
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    assert [path.name for path in folder.iterdir()] == [name]


def test_h07_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(GOOD)
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")

    assert read_file(source("debit"), tmp_path / "link.csv", tmp_path / "rows").is_fatal

    entry = zipfile.ZipInfo("link.csv")
    entry.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert read_bytes("debit", out.getvalue(), tmp_path, "link.zip").is_fatal


# VmHWM rather than ru_maxrss: the latter remembers the size of the process that started this one.
MEASURED = """
import sys
from pathlib import Path
from vigie.detection.intake.reading import read_file
from vigie.detection.sources.registry import source
for path in sys.argv[2:]:
    assert read_file(source("debit"), Path(path), Path(sys.argv[1])).is_fatal, path
print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])
"""


def test_hostile_files_are_refused_within_512_mib(tmp_path: Path) -> None:
    (tmp_path / "endless.csv").write_bytes(b"x" * 100_000_000)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress((b"0" * 99 + b"\n") * 1_000_000, 9))
    (tmp_path / "line.csv").write_bytes(DEBIT_HEADER.encode() + b"\n" + b"1" * 100_000_000)
    files = [str(path) for path in tmp_path.iterdir()]

    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / "rows"), *files],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )

    assert int(done.stdout) < 512 << 10


def test_the_folder_appears_complete_with_its_report(tmp_path: Path) -> None:
    read_bytes("debit", GOOD, tmp_path)

    assert sorted(path.name for path in (tmp_path / "rows").iterdir()) == [REPORT_FILE, ROWS_FILE]
