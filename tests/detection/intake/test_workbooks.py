"""Spreadsheets (H-07, H-08): one sheet of values, nothing that runs, nothing that swells."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from tests.detection.intake.factories import SIREN, read_bytes
from vigie.detection.intake.reading import ROWS_FILE
from vigie.detection.sources.registry import source

HEADER = [column.raw for column in source("ellisphere").columns]


def _book(*rows: list[object], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    for _ in range(sheets - 1):
        book.create_sheet()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _line(**changes: object) -> list[object]:
    cells: dict[str, object] = dict.fromkeys(HEADER)
    cells |= {"GRP Code": 1234567, "GRP Personne PouM": "M", "Niveau de détention": 1, "FIL SIREN 9": int(SIREN)}
    return list({**cells, **changes}.values())


def _with(data: bytes, name: str, content: bytes, *, replace: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if not (replace and entry.filename == name):
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


def test_values_are_read_and_the_header_is_no_line(tmp_path: Path) -> None:
    report = read_bytes(
        "ellisphere", _book(_line(**{"% Financier": 90.2}), _line(**{"% Financier": 150})), tmp_path, "g.xlsx"
    )

    assert (report.read, report.valid, report.rejected) == (2, 1, 1)
    row = pq.read_table(tmp_path / "rows" / ROWS_FILE).to_pylist()[0]
    assert (row["siren"], row["group_code"], row["holding_level"], row["holding_percent"]) == (
        SIREN,
        "1234567",
        1,
        90.2,
    )


def test_a_formula_or_a_date_is_only_its_value(tmp_path: Path) -> None:
    lines = [_line(**{"GRP Raison Sociale": "=1+1"}), _line(**{"GRP Raison Sociale": datetime(2020, 5, 1)})]

    read_bytes("ellisphere", _book(*lines), tmp_path, "g.xlsx")

    assert [row["head_name"] for row in pq.read_table(tmp_path / "rows" / ROWS_FILE).to_pylist()] == [
        None,
        "2020-05-01",
    ]


@pytest.mark.parametrize(
    ("spoil", "name", "said"),
    [
        (lambda data: _with(data, "xl/vbaProject.bin", b"x"), "g.xlsx", "macros"),
        (lambda data: _with(data, "xl/externalLinks/externalLink1.xml", b"<x/>"), "g.xlsx", "liens"),
        (lambda data: data, "g.xlsm", "macros"),
        (
            lambda data: _with(data, "xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', replace=True),
            "g.xlsx",
            "entités",
        ),
        (lambda data: _with(data, "xl/media/zero.bin", b"0" * (40 << 20)), "g.xlsx", "volume"),
        (lambda data: data[:-40], "g.xlsx", "classeur"),
        (lambda data: b"siren;x", "g.xlsx", "classeur"),
    ],
    ids=["macro", "outside link", "xlsm", "entities", "bomb", "cut", "text"],
)
def test_h08_a_dangerous_or_broken_workbook_is_refused(spoil, name: str, said: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    report = read_bytes("ellisphere", spoil(_book(_line())), tmp_path, name)

    assert said in (report.fatal or "")


def test_two_sheets_are_refused(tmp_path: Path) -> None:
    assert "2 feuilles" in (read_bytes("ellisphere", _book(_line(), sheets=2), tmp_path, "g.xlsx").fatal or "")
