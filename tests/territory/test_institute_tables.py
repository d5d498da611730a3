from __future__ import annotations

import gzip
import zipfile
from datetime import date
from pathlib import Path

import pytest

from tests.territory.worlds import MOVEMENTS_HEADER, areas_file, movement_line, movements_file
from vigie.kernel.errors import CheckFailed, MissingColumn, SourceError, UnreadableFile
from vigie.territory.institute_tables import (
    AreaOfCommune,
    NamedCode,
    read_employment_areas,
    read_movements,
)
from vigie.territory.rules import Movement, MovementKind


def test_movements_that_end_a_code_are_kept(tmp_path: Path) -> None:
    path = movements_file(
        tmp_path,
        movement_line(32, "2016-01-01", "01091", "01033", name="Châtillon"),
        movement_line(32, "2016-01-01", "01091", "01091", types=("COM", "COMD")),
        movement_line(32, "2016-01-01", "01033", "01033"),
        movement_line(41, "1976-01-01", "20004", "2A004", name="Ajaccio"),
        movement_line(34, "2019-01-01", "01120", "01262", types=("COMA", "COM")),
        movement_line(30, "1965-01-01", "01500", "01501"),
    )

    told = read_movements(path)

    assert told.ends == (
        Movement("01091", "01033", MovementKind.MERGED, date(2016, 1, 1), 2),
        Movement("20004", "2A004", MovementKind.RECODED, date(1976, 1, 1), 5),
        Movement("01120", "01262", MovementKind.MERGED, date(2019, 1, 1), 6),
        Movement("01500", "01501", MovementKind.SUPPRESSED, date(1965, 1, 1), 7),
    )
    assert told.names[:2] == (NamedCode("01091", "Châtillon"), NamedCode("20004", "Ajaccio"))


def test_a_re_establishment_or_a_creation_ends_nothing(tmp_path: Path) -> None:
    # After 21 both communes live: reading it as an end would send the needs of the one to the other.
    path = movements_file(
        tmp_path,
        movement_line(21, "2024-01-01", "85084", "85165"),
        movement_line(20, "1980-01-01", "38001", "38999"),
        movement_line(70, "2019-01-01", "01120", "01120", types=("COMA", "COMD")),
    )

    assert read_movements(path).ends == ()


def test_a_change_of_name_gives_a_former_name(tmp_path: Path) -> None:
    path = movements_file(tmp_path, movement_line(10, "1995-11-17", "51108", "51108", name="Châlons-sur-Marne"))

    told = read_movements(path)

    assert (told.ends, told.names) == ((), (NamedCode("51108", "Châlons-sur-Marne"),))


def test_french_dates_are_read_too(tmp_path: Path) -> None:
    path = movements_file(tmp_path, movement_line(31, "15/03/1964", "01091", "01033"))

    assert read_movements(path).ends[0].effective_on == date(1964, 3, 15)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (movement_line(32, "2016-02-30", "01091", "01033"), "line 3: DATE_EFF should be a date"),
        (movement_line(32, "soon", "01091", "01033"), "line 3: DATE_EFF should be a date"),
        (
            movement_line(32, "2016-01-01", "1091", "01033"),
            "line 3: COM_AV: '1091' is not the code of a zone 'commune'",
        ),
        (movement_line(32, "2016-01-01", "01091", ""), "line 3: COM_AP: '' is not"),
        (movement_line(32, "2016-01-01", "01091", "01033").replace('"32"', '"fusion"'), "line 3: MOD should be"),
        ('"32","2016-01-01"', "line 3: 2 columns, but 14 in the header"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: str, message: str) -> None:
    path = movements_file(tmp_path, movement_line(32, "2016-01-01", "01090", "01033"), line)

    with pytest.raises(CheckFailed, match=message):
        read_movements(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("CODGEO;LIBGEO;ZE2020;LIBZE2020", "01053;Bourg-en-Bresse;8404;Bourg-en-Bresse l’été"),
        ("CODGEO,LIBGEO,ZE2020,LIBZE2020", "01053,Bourg-en-Bresse,8404,Bourg-en-Bresse l’été"),
        ("LIBZE2020\tZE2020\tREG\tCODGEO", "Bourg-en-Bresse l’été\t8404\t84\t01053"),
        ("ze2020 ; libze2020 ; codgeo", "8404;Bourg-en-Bresse l’été;1053"),
    ],
)
def test_employment_areas_in_any_order_separator_and_encoding(
    tmp_path: Path, header: str, line: str, encoding: str
) -> None:
    path = areas_file(tmp_path, line, header=header, encoding=encoding)

    assert read_employment_areas(path) == (AreaOfCommune("01053", "8404", "Bourg-en-Bresse l’été", 2),)


def test_a_title_above_the_header_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = areas_file(
        tmp_path,
        ";;;",
        "Zones d’emploi 2020, géographie au 1er janvier 2026;;;",
        "CODGEO;LIBGEO;ZE2020;LIBZE2020",
        ";;;",
        "1001;Abergement;51;Alençon",
        header="Découpage en zones d’emploi;;;",
    )

    assert read_employment_areas(path) == (AreaOfCommune("01001", "0051", "Alençon", 6),)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["01053;B;84 04;Bourg"], "line 2: ZE2020: '84 04' is not"),
        (["0105X;B;8404;Bourg"], "line 2: CODGEO: '0105X' is not"),
        (["01053;B;8404;"], "line 2: the area 8404 has no name"),
        (["01053;B;8404;Bourg", "01053;B;8405;Lyon"], "line 3: 01053 is in area 8405, but in 8404 at line 2"),
    ],
)
def test_a_bad_line_of_areas_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        read_employment_areas(areas_file(tmp_path, *lines))


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("v_mvt_commune_2026.csv", "MOD")


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", UnreadableFile, "the file is empty"),
        (b" \r\n\r\n", UnreadableFile, "the file is empty"),
        (gzip.compress(b"MOD,DATE_EFF", mtime=0), UnreadableFile, "gzip archive; unzip it"),
        (b"%PDF-1.7", UnreadableFile, "PDF document"),
        (b"PAR1....", UnreadableFile, "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", UnreadableFile, "old Excel workbook"),
        ("MOD;DATE_EFF".encode("utf-16"), UnreadableFile, "null bytes"),
        (b"MOD\n\x00", UnreadableFile, "line 2: this is not text"),
        (b"MOD,caf\xc3\xa9\n\x81\x8d", UnreadableFile, "line 2: neither UTF-8 nor cp1252"),
        (b"<html><body>404</body></html>", MissingColumn, "line 1: no column MOD, DATE_EFF.*right table"),
        (b"CODGEO;LIBGEO;ZE2020;LIBZE2020\n01053;B;8404;B\n", MissingColumn, "no column MOD"),
        (MOVEMENTS_HEADER.replace('"COM_AP"', '"COMMUNE"').encode(), MissingColumn, "no column COM_AP in the first"),
        ((MOVEMENTS_HEADER + "\n\n").encode(), CheckFailed, "no row under the header"),
        ((MOVEMENTS_HEADER + '\n"32,"x\n').encode(), UnreadableFile, "line 2: not a CSV file"),
        ((MOVEMENTS_HEADER + '\n"' + "a" * 200_000 + '"\n').encode(), UnreadableFile, "line 2: not a CSV file"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused(
    tmp_path: Path, content: bytes, error: type[SourceError], message: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    with pytest.raises(error, match=message) as refusal:
        read_movements(path)
    assert str(path) in str(refusal.value)


def test_a_zip_a_folder_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    _zip(tmp_path / "mvt.zip")

    with pytest.raises(UnreadableFile, match="zip archive or an Excel workbook"):
        read_movements(tmp_path / "mvt.zip")
    with pytest.raises(UnreadableFile, match="directory"):
        read_movements(tmp_path)
    with pytest.raises(UnreadableFile, match="No such file"):
        read_employment_areas(tmp_path / "absent.csv")


def test_a_file_too_large_to_be_such_a_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.territory.institute_tables.MAX_BYTES", 10)

    with pytest.raises(UnreadableFile, match="larger than"):
        read_movements(movements_file(tmp_path))
