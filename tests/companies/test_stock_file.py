"""Every form in which a stock file may come gives the same rows; what is not one is refused whole, and says why."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest

from tests.companies.stock import Line, columns_of, csv_bytes, packed, place, unit, write_file
from vigie.companies import stock_file
from vigie.companies.stock_file import Row, StockFile
from vigie.companies.stock_rows import PLACES, UNITS
from vigie.kernel.errors import MissingColumn, UnreadableFile

LINES = [unit(rank, f"BOULANGERIE N° {rank}, « L'ÉPI »") for rank in range(1, 8)]


def rows_of(path: Path, after: int = 0) -> list[Row]:
    return [row for rows in StockFile(path, UNITS).batches(after=after) for row in rows]


def a_file(folder: Path, content: bytes, name: str = "StockUniteLegale_utf8.csv") -> StockFile:
    path = folder / name
    path.write_bytes(content)
    return StockFile(path, UNITS)


def content(lines: list[Line] = LINES, encoding: str = "utf-8") -> bytes:
    return csv_bytes(columns_of(UNITS), lines, encoding=encoding)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("compression", ["", "gz", "zip"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_form_gives_the_same_rows(tmp_path: Path, form: str, compression: str, order: int) -> None:
    path = write_file(tmp_path, UNITS, LINES, form=form, compression=compression, order=order)

    assert StockFile(path, UNITS).check().rows == len(LINES)
    rows = [tuple(cell or "" for cell in row) for row in rows_of(path)]
    assert rows == [tuple(line.get(name, "") for name in UNITS.columns) for line in LINES]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_same_content_has_the_same_fingerprint_however_packed(tmp_path: Path, form: str) -> None:
    paths = [
        write_file(tmp_path, UNITS, LINES, form=form, compression=compression) for compression in ("", "gz", "zip")
    ]
    assert len({StockFile(path, UNITS).check().fingerprint for path in paths}) == 1


@pytest.mark.parametrize("after", [0, 1, 2, 3, 6, 7, 99])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_already_done_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, after: int
) -> None:
    monkeypatch.setattr(stock_file, "BATCH_ROWS", 2)
    path = write_file(tmp_path, UNITS, LINES, form=form)
    assert rows_of(path, after) == rows_of(path)[after:]


def test_byte_order_mark_quotes_and_line_ends_of_windows_are_accepted(tmp_path: Path) -> None:
    plain = rows_of(a_file(tmp_path, content(), "plain.csv").path)
    dressed = content().replace(b"\n", b"\r\n").replace(b"siren,", b'"siren",', 1)
    assert rows_of(a_file(tmp_path, b"\xef\xbb\xbf" + dressed).path) == plain


def test_names_of_columns_are_read_whatever_their_case(tmp_path: Path) -> None:
    header, _, rest = content().partition(b"\n")
    assert rows_of(a_file(tmp_path, header.upper() + b"\n" + rest).path) == rows_of(
        a_file(tmp_path, content(), "b.csv").path
    )


def test_last_line_without_end_is_read(tmp_path: Path) -> None:
    assert a_file(tmp_path, content().rstrip(b"\n")).check().rows == len(LINES)


def test_line_with_too_few_cells_is_counted_apart(tmp_path: Path) -> None:
    found = a_file(tmp_path, content() + b"123456789,O,A\n").check()
    assert (found.rows, found.malformed) == (len(LINES), 1)
    assert found.first_malformed == ["3 cells, 18 expected"]


# --- refused ----------------------------------------------------------------------------------------------------------
def zipped(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, data)
    return out.getvalue()


GZ = gzip.compress(content())
REFUSED = {
    "empty": (b"", "x.csv", "the file is empty"),
    "header alone": (content([]), "x.csv", "no row under the header"),
    "gzip cut": (GZ[:-20], "x.csv.gz", "truncated or damaged"),
    "gzip cut in its header": (GZ[:5], "x.csv.gz", "truncated or damaged"),
    "gzip damaged": (GZ[:60] + b"\x00" * 20 + GZ[80:], "x.csv.gz", "truncated or damaged"),
    "gzip and more": (GZ + b"something else", "x.csv.gz", "truncated or damaged"),
    "gzip of gzip": (gzip.compress(GZ), "x.csv.gz", "an archive inside an archive"),
    "zip of zip": (zipped(("x.zip", zipped(("x.csv", content())))), "x.zip", "an archive inside an archive"),
    "not a gzip": (content(), "x.csv.gz", "but it is not such an archive"),
    "not a zip": (content(), "x.zip", "but it is not such an archive"),
    "zip cut": (zipped(("x.csv", content()))[:-40], "x.zip", "truncated or damaged"),
    "zip of two": (zipped(("a.csv", content()), ("b.csv", content())), "x.zip", "2 files in the archive"),
    "zip of none": (zipped(), "x.zip", ""),
    "path that climbs": (zipped(("../../x.csv", content())), "x.zip", "leaves its folder"),
    "path that climbs, Windows": (zipped(("..\\x.csv", content())), "x.zip", "leaves its folder"),
    "absolute path": (zipped(("/etc/x.csv", content())), "x.zip", "leaves its folder"),
    "link": (zipped(("x.csv", content()), mode=stat.S_IFLNK | 0o777), "x.zip", "leaves its folder"),
    "bomb": (gzip.compress(content() + b"\n" * (80 << 20)), "x.csv.gz", "beyond all proportion"),
    "Windows-1252": (content(encoding="cp1252"), "x.csv", "line 2: not in UTF-8"),
    "cut in a character": (content() + "é".encode()[:1], "x.csv", "not in UTF-8"),
    "UTF-16": (content(encoding="utf-16"), "x.csv", "encoded in UTF-16"),
    "NUL": (content().replace(b"BOULANGERIE", b"BOU\x00GERIE", 1), "x.csv", "line 2: NUL bytes"),
    "quote never closed": (content() + b'999,O,A,"ABC\n', "x.csv", "a quote is opened and never closed"),
    "endless line": (content() + b"x" * (9 << 20), "x.csv", "a line of more than 8 MB"),
    "twice": (content().replace(b"siren,", b"siren,siren,", 1), "x.csv", "column 'siren' is there twice"),
    "Parquet cut": (b"PAR1 and nothing of the kind", "x.parquet", "cannot be read as a table"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "x.csv", ""),
    "endless header": (b"a," * (1 << 20), "x.csv", "its first line is not a header"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_a_stock_file_is_refused_whole(tmp_path: Path, case: str) -> None:
    data, name, why = REFUSED[case]
    with pytest.raises(UnreadableFile) as refused:
        a_file(tmp_path, data, name).check()
    assert why in str(refused.value)
    assert name in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        StockFile(tmp_path / "absent.csv", UNITS).check()


def test_nothing_is_written_outside_by_an_archive(tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    with pytest.raises(UnreadableFile):
        a_file(inside, zipped(("../../evil.csv", content())), "x.zip").check()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "x.zip"]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_missing_column_is_named(tmp_path: Path, form: str) -> None:
    path = write_file(tmp_path, PLACES, [place(1)], form=form)
    with pytest.raises(MissingColumn, match=r"not a StockUniteLegale file: no column statutDiffusionUniteLegale, "):
        StockFile(path, UNITS).check()


def test_semicolons_make_it_another_file(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="no column siren"):
        a_file(tmp_path, content().replace(b",", b";")).check()


def test_columns_by_the_thousand_do_not_matter(tmp_path: Path) -> None:
    header, _, rest = content().partition(b"\n")
    wide = header + b"".join(b",c%d" % n for n in range(10_000)) + b"\n"
    wide += b"".join(line + b"," * 10_000 + b"\n" for line in rest.splitlines())
    assert a_file(tmp_path, wide).check().rows == len(LINES)


@pytest.mark.parametrize("form", ["csv", "csv.gz"])
def test_a_file_cut_anywhere_is_refused_or_read_to_its_last_whole_line(tmp_path: Path, form: str) -> None:
    whole = content() if form == "csv" else GZ
    for cut in range(0, len(whole), max(1, len(whole) // 64)):
        file = a_file(tmp_path, whole[:cut], f"x.{form}")
        try:
            rows = file.check().rows
        except (UnreadableFile, MissingColumn):
            continue
        assert form == "csv"
        assert rows <= len(LINES)


def test_packing_is_told_by_the_first_bytes_not_by_the_name(tmp_path: Path) -> None:
    data, _name = packed(content(), "x.csv", "gz")
    assert a_file(tmp_path, data, "without-suffix").check().rows == len(LINES)
