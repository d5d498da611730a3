"""The OpenDocument spreadsheet, taken apart and read again: its package, its types, what nothing executes."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from defusedxml.ElementTree import fromstring

from tests.exports.factories import LOCKED_ROW, MARK, UNKNOWN_ROW, Row, long_sheet, sheet_of
from tests.exports.test_files import PAYLOADS, kept
from vigie.exports.cells import unguard
from vigie.exports.formats import BY_CODE, FOR_DOCUMENTS, FOR_SHEETS, FORMATS
from vigie.exports.models import ExportRecord
from vigie.exports.offers import of_sheets
from vigie.exports.tables import Column, Sheet
from vigie.exports.writers import opendocument, workbook

URN = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE, TABLE, TEXT = (f"{{{URN}:{name}:1.0}}" for name in ("office", "table", "text"))


def package_of(sheet: Sheet, *, marked: bool = True) -> zipfile.ZipFile:
    file = io.BytesIO()
    opendocument.write(sheet, file, MARK if marked else None)
    return zipfile.ZipFile(file)


def said(paragraph: ElementTree.Element) -> str:
    """A paragraph as a program reads it: its runs of spaces, its tabs."""
    text = paragraph.text or ""
    for inner in paragraph:
        text += "\t" if inner.tag == f"{TEXT}tab" else " " * int(inner.get(f"{TEXT}c", "1"))
        text += inner.tail or ""
    return text


def tabs_of(sheet: Sheet, *, marked: bool = True) -> dict[str, list[list[tuple[str, str]]]]:
    """tab → lines → (type, value) of the cells; the value as it is typed."""
    root = fromstring(package_of(sheet, marked=marked).read("content.xml"))
    return {
        tab.get(f"{TABLE}name", ""): [
            [_cell(cell) for cell in row.iter(f"{TABLE}table-cell")] for row in tab.iter(f"{TABLE}table-row")
        ]
        for tab in root.iter(f"{TABLE}table")
    }


def _cell(cell: ElementTree.Element) -> tuple[str, str]:
    assert cell.get(f"{TABLE}formula") is None
    kind = cell.get(f"{OFFICE}value-type", "")
    value = cell.get(f"{OFFICE}date-value") or cell.get(f"{OFFICE}value")
    return kind, value or "\n".join(map(said, cell.iter(f"{TEXT}p")))


def test_the_package_begins_by_its_type_stored_and_declares_all_its_files() -> None:
    package = package_of(sheet_of())
    first = package.infolist()[0]
    manifest = fromstring(package.read("META-INF/manifest.xml"))
    name, kind = (f"{{{URN}:manifest:1.0}}{word}" for word in ("full-path", "media-type"))
    declared = {entry.get(name): entry.get(kind) for entry in manifest}

    assert package.testzip() is None
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert package.read("mimetype").decode() == BY_CODE["ods"].content_type == declared["/"]
    assert {*declared} - {"/"} == {*package.namelist()} - {"mimetype", "META-INF/manifest.xml"}
    for file in package.namelist()[1:]:
        fromstring(package.read(file))


def test_every_style_that_is_named_exists() -> None:
    root = fromstring(package_of(sheet_of()).read("content.xml"))
    style = f"{{{URN}:style:1.0}}"
    used = {one.get(f"{TABLE}style-name") for one in root.iter()} | {
        one.get(f"{style}data-style-name") for one in root.iter()
    }

    assert used - {None} <= {one.get(f"{style}name") for one in root.iter()}


def test_numbers_and_dates_are_numbers_and_dates_when_read_again() -> None:
    assert tabs_of(sheet_of())["Données"][1] == [
        ("string", "Menuiserie Durand"), ("float", "12"), ("currency", "1234.50"), ("percentage", "0.032"),
        ("date", "2026-03-18"), ("date", "2026-03-18T10:30:00"), ("string", "oui"),
    ]  # fmt: skip


def test_negative_numbers_stay_numbers_and_none_is_empty() -> None:
    assert tabs_of(sheet_of([Row("a", -12, -1), Row("b", float("nan"))]))["Données"][1][1:3] == [
        ("float", "-12"), ("currency", "-1")
    ]  # fmt: skip
    unknown, locked = tabs_of(sheet_of([UNKNOWN_ROW, LOCKED_ROW]))["Données"][1:]
    assert [value for _kind, value in unknown] == ["inconnu", "", "", "", "", "", "inconnu"]
    assert {value for _kind, value in locked} == {"verrouillé"}


@pytest.mark.parametrize("payload", [*PAYLOADS, "<text:p>a</text:p>", "a & b", "]]>", "a  b   c", "of:=1+1"])
def test_no_payload_is_a_formula_and_each_is_read_again(payload: str) -> None:
    kind, value = tabs_of(sheet_of([Row(payload)]))["Données"][1][0]

    assert kind == ("string" if kept(payload) else "")
    assert unguard(value) == kept(payload)


def test_titles_filters_author_and_tab_are_guarded_like_the_rest() -> None:
    columns = (Column("=col", lambda row: "a"),)
    sheet = sheet_of(filters=(("=filtre", "@valeur"),), title='=titre<&"', columns=columns, name="L'an <2026>")
    file = io.BytesIO()
    opendocument.write(sheet, file, replace(MARK, author="<b>+auteur&"))
    package = zipfile.ZipFile(file)

    for name in package.namelist()[1:]:
        fromstring(package.read(name))
    root = fromstring(package.read("content.xml"))
    assert [tab.get(f"{TABLE}name") for tab in root.iter(f"{TABLE}table")] == ["Présentation", "L'an <2026>"]
    ranges = [one.get(f"{TABLE}target-range-address") for one in root.iter(f"{TABLE}database-range")]
    assert ranges == ["'L''an <2026>'.A1:'L''an <2026>'.A2"]


def test_it_presents_itself_on_its_first_tab_with_its_mark_at_the_foot() -> None:
    sheet = sheet_of([Row(), Row()])
    cover = {label: value for (_l, label), (_v, value) in tabs_of(sheet)["Présentation"]}

    assert cover == {
        "Contenu": "Liste de détection de juin 2026", "Version": "2026-06.1",
        "Demandé par": "Ada Liste (ada@antenne.example)", "Date": "18/03/2026 10:30", "Département": "35",
        "Alerte": "élevée", "Confidentialité": sheet_of().confidentiality, "Numéro d’export": "EXP-7K2M-9QRT",
        "Lignes": "2",
    }  # fmt: skip
    assert "EXP-7K2M-9QRT" in package_of(sheet).read("styles.xml").decode()
    assert "EXP-7K2M-9QRT" in package_of(sheet).read("meta.xml").decode()
    assert list(tabs_of(sheet, marked=False)) == ["Données"]


def test_an_empty_table_an_old_day_and_a_long_text() -> None:
    assert len(tabs_of(sheet_of([]))["Données"]) == 1
    assert tabs_of(sheet_of([Row(seen=date(1850, 1, 2))]))["Données"][1][4] == ("string", "02/01/1850")
    value = tabs_of(sheet_of([Row("a" * 40_000)]))["Données"][1][0][1]
    assert (len(value), value[-4:]) == (workbook.MOST_CHARACTERS, " […]"[-4:])


def test_too_many_rows_are_refused_and_nothing_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)

    with pytest.raises(workbook.TooManyRows):
        package_of(long_sheet(4))
    assert list(tmp_path.iterdir()) == []


def test_all_that_names_the_formats_comes_from_one_table() -> None:
    codes = {one.code for one in FORMATS}

    assert {*FOR_SHEETS} | {*FOR_DOCUMENTS} == codes
    assert {code for code, _label in ExportRecord._meta.get_field("file_format").choices} == codes
    assert [code for code, _label, _style in of_sheets()] == ["xlsx", "ods", "csv"]
    assert [style for _code, _label, style in of_sheets()] == ["secondary", "tertiary", "tertiary"]
