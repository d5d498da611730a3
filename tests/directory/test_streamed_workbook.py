"""Tests of ``directory.streamed_workbook``: read back as written, sent before it is whole, never held whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from defusedxml import ElementTree
from openpyxl import load_workbook

from vigie.directory.streamed_workbook import SENT_FROM, workbook_bytes

HEADERS = ["Nom", "Codes", "Remarque"]


def written(rows: list[list[str]], headers: list[str] = HEADERS) -> bytes:
    return b"".join(workbook_bytes("Annuaire & co", headers, rows))


def test_what_is_written_is_read_back_as_text() -> None:
    rows = [['Équipe <b>&</b> "x"', "01 2A", ""], ["", "=1+1", " deux\nlignes "], ["007", "1e5", "😀"]]

    book = load_workbook(io.BytesIO(written(rows)))

    sheet = book.worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Annuaire & co", "C2", "A1:C4")
    assert [[cell.value or "" for cell in row] for row in sheet.iter_rows()] == [HEADERS, *rows]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} <= {"s", "inlineStr"}
    assert sheet["A1"].font.bold


def test_every_part_is_well_formed_and_the_same_rows_give_the_same_file() -> None:
    data = written([["a", "b", "c"]])

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    assert data == written([["a", "b", "c"]])


def test_columns_go_beyond_z() -> None:
    headers = [f"Colonne {rank}" for rank in range(703)]

    sheet = load_workbook(io.BytesIO(written([], headers))).worksheets[0]

    assert (sheet.max_column, sheet["AAA1"].value) == (703, "Colonne 702")


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_the_first_bytes_leave_before_the_rows_are_read_and_pieces_stay_small(count: int) -> None:
    read = 0

    def rows() -> Iterator[list[str]]:
        nonlocal read
        for rank in range(count):
            read += 1
            yield [f"Nom {rank * 7919}", f"{rank**3:x}", f"{rank**5:x}"]

    pieces = workbook_bytes("Annuaire", HEADERS, rows())
    assert next(pieces)
    assert read == 0

    sizes = [len(piece) for piece in pieces]

    assert read == count
    assert max(sizes) < 3 * SENT_FROM
