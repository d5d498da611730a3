"""The files themselves: what is read again with another program is what was said."""

from __future__ import annotations

import csv
import io
import tempfile
import tracemalloc
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.exports.factories import LOCKED_ROW, MARK, UNKNOWN_ROW, Row, long_sheet, sheet_of
from vigie.exports.cells import unguard
from vigie.exports.tables import Column, Kind, Sheet
from vigie.exports.writers import opendocument, separated, workbook

# H-09, and what was seen to get past simple guards.
PAYLOADS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "  +1", "\"=1", "'=1", "''=1", "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example";"clic")', "+33 1 23 45 67 89", "-12,50", "@a", "=1;=2", 'a";=1', "a\r\n=1", "a\n=1",
    "\u202e=1", "\ufeff=1", "é=1", "http://x.example", "{=1}", "'l’été", "",
)  # fmt: skip


def book_of(sheet: Sheet, *, marked: bool = True) -> Any:
    file = io.BytesIO()
    workbook.write(sheet, file, MARK if marked else None)
    return openpyxl.load_workbook(file)


def lines_of(sheet: Sheet, *, marked: bool = False) -> list[list[str]]:
    text = "".join(separated.pieces(sheet, MARK if marked else None))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=";"))


def kept(payload: str) -> str:
    """What remains of a payload once what disguises it is taken away."""
    return payload.replace("\r\n", "\n").replace("\r", "\n").replace("\u202e", "").replace("\ufeff", "").strip()


# --- what a spreadsheet would execute -------------------------------------------------------------------------------
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_is_a_formula_in_a_workbook_and_each_is_read_again(payload: str) -> None:
    cell = book_of(sheet_of([Row(payload)]))["Données"]["A2"]

    assert cell.data_type in ("s", "n")
    assert cell.hyperlink is None
    assert unguard(cell.value or "") == kept(payload)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_begins_a_cell_of_a_text_file_and_each_is_read_again(payload: str) -> None:
    lines = lines_of(sheet_of([Row(payload), Row("suite")]))

    assert unguard(lines[1][0]) == kept(payload)
    assert lines[1][0].lstrip("\"' \t\r\n")[:1] not in tuple("=+-@") or lines[1][0].startswith("'")
    assert lines[2][0] == "suite"


def test_titles_filters_and_author_are_guarded_like_the_rest() -> None:
    sheet = sheet_of(filters=(("=filtre", "@valeur"),), title="=titre", columns=(Column("=col", lambda row: "a"),))
    mark = replace(MARK, author="+auteur")
    text = "".join(separated.pieces(sheet, mark))
    file = io.BytesIO()
    workbook.write(sheet, file, mark)

    assert {"'=titre", "'+auteur", "'=filtre", "'@valeur", "'=col"} <= {
        cell for line in csv.reader(io.StringIO(text), delimiter=";") for cell in line
    }
    assert {cell.data_type for tab in openpyxl.load_workbook(file) for row in tab for cell in row} <= {"s", "n"}


def test_negative_numbers_and_amounts_stay_numbers() -> None:
    book = book_of(sheet_of([Row("a", -12, Decimal("-0.50"), -0.5)]))["Données"]

    assert (book["B2"].value, book["C2"].value, book["D2"].value) == (-12, -0.5, -0.5)
    assert lines_of(sheet_of([Row("a", -12, Decimal("-0.50"), -0.5)]))[1][1:4] == ["-12", "-0,50", "-50%"]


# --- types ----------------------------------------------------------------------------------------------------------
def test_numbers_and_dates_are_numbers_and_dates_when_read_again() -> None:
    row = next(book_of(sheet_of())["Données"].iter_rows(min_row=2))

    assert [cell.value for cell in row] == [
        "Menuiserie Durand", 12, 1234.5, 0.032, datetime(2026, 3, 18), datetime(2026, 3, 18, 10, 30), "oui",
    ]  # fmt: skip
    assert [cell.number_format for cell in row[1:6]] == [
        "General", '#,##0.00 "€"', "0.0%", "dd/mm/yyyy", "dd/mm/yyyy hh:mm",
    ]  # fmt: skip


def test_text_file_gives_what_a_french_spreadsheet_reads() -> None:
    assert lines_of(sheet_of())[1] == [
        "Menuiserie Durand", "12", "1234,50", "3,2%", "2026-03-18", "2026-03-18 10:30", "oui"
    ]  # fmt: skip


def test_what_is_not_known_and_what_is_locked_are_not_the_same() -> None:
    book = book_of(sheet_of([UNKNOWN_ROW, LOCKED_ROW]))["Données"]
    unknown, locked = ([cell.value for cell in row] for row in book.iter_rows(min_row=2))

    assert unknown == ["inconnu", None, None, None, None, None, "inconnu"]
    assert set(locked) == {"verrouillé"}
    assert lines_of(sheet_of([UNKNOWN_ROW, LOCKED_ROW]))[1:] == [
        ["inconnu", "", "", "", "", "", "inconnu"], ["verrouillé"] * 7
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), [(Kind.NUMBER, "12"), (Kind.NUMBER, True), (Kind.DATE, "2026-03-18")])
def test_a_value_that_is_not_of_its_kind_is_refused(kind: Kind, value: object) -> None:
    sheet = sheet_of(columns=(Column("A", lambda row: value, kind),))

    with pytest.raises(TypeError, match="column A"):
        "".join(separated.pieces(sheet))


def test_a_number_that_is_none_is_an_empty_cell() -> None:
    assert lines_of(sheet_of([Row("a", float("nan"), float("inf"))]))[1][1:3] == ["", ""]


def test_days_older_than_the_calendar_of_workbooks_are_texts() -> None:
    assert book_of(sheet_of([Row(seen=date(1850, 1, 2))]))["Données"]["E2"].value == "02/01/1850"


def test_a_very_long_text_is_cut_and_says_so() -> None:
    value = book_of(sheet_of([Row("a" * 40_000)]))["Données"]["A2"].value

    assert len(value) == workbook.MOST_CHARACTERS
    assert value.endswith(" […]")


def test_a_workbook_refuses_more_rows_than_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)

    with pytest.raises(workbook.TooManyRows):
        book_of(long_sheet(4))


def test_a_workbook_that_fails_leaves_nothing_behind_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)

    with pytest.raises(workbook.TooManyRows):
        book_of(long_sheet(4))
    assert list(tmp_path.iterdir()) == []


# --- what the file says of itself -----------------------------------------------------------------------------------
def test_workbook_presents_itself_on_its_first_tab() -> None:
    book = book_of(sheet_of([Row(), Row()]))
    cover = {row[0].value: row[1].value for row in book["Présentation"].iter_rows()}

    assert book.sheetnames == ["Présentation", "Données"]
    assert cover == {
        "Contenu": "Liste de détection de juin 2026", "Version": "2026-06.1",
        "Demandé par": "Ada Liste (ada@antenne.example)", "Date": "18/03/2026 10:30", "Département": "35",
        "Alerte": "élevée", "Confidentialité": sheet_of().confidentiality, "Numéro d’export": "EXP-7K2M-9QRT",
        "Lignes": "2",
    }  # fmt: skip
    assert (book.properties.keywords, book.properties.title) == ("EXP-7K2M-9QRT", "Liste de détection de juin 2026")
    assert "EXP-7K2M-9QRT" in book["Données"].oddFooter.left.text
    assert book["Données"].freeze_panes == "B2"
    assert book["Données"].auto_filter.ref == "A1:G3"


def test_text_file_presents_itself_before_an_empty_line() -> None:
    lines = lines_of(sheet_of(), marked=True)
    gap = lines.index([])

    assert {line[0] for line in lines[:gap]} >= {"Contenu", "Demandé par", "Confidentialité", "Numéro d’export"}
    assert ["Numéro d’export", "EXP-7K2M-9QRT"] in lines[:gap]
    assert lines[gap + 1][0] == "Nom"
    assert len(lines) == gap + 3


def test_files_without_mark_hold_the_table_alone() -> None:
    assert book_of(sheet_of(), marked=False).sheetnames == ["Données"]
    assert lines_of(sheet_of())[0][0] == "Nom"


def test_an_empty_table_is_a_file_with_its_titles() -> None:
    assert book_of(sheet_of([]))["Données"].max_row == 1
    assert len(lines_of(sheet_of([]))) == 1


# --- memory ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("file_format", ["csv", "xlsx", "ods"])
def test_memory_does_not_grow_with_the_rows(file_format: str) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        if file_format == "csv":
            for _piece in separated.pieces(long_sheet(count), MARK):
                pass
        else:
            writer = workbook if file_format == "xlsx" else opendocument
            with tempfile.TemporaryFile() as file:
                writer.write(long_sheet(count), file, MARK)
        _now, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(200)  # what is read once
    few, many = peak(2_500), peak(20_000)

    assert many < few * 1.5 + 200_000  # twenty bytes a row
