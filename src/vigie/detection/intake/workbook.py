"""Spreadsheets: the one sheet of an .xlsx file as lines of text, values only, within bounds.

A workbook is an archive: its entries are weighed before anything is parsed, macros and outside links are refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from vigie.detection.intake.report import FileFacts
from vigie.kernel.errors import UnreadableFile
from vigie.kernel.workbooks import BROKEN_WORKBOOK

MAX_UNPACKED = 300 << 20
MAX_RATIO = 100
RATIO_FROM = 16 << 20
MAX_ENTRIES = 1_000
LINES_AT_ONCE = 5_000
FORBIDDEN = ("vbaproject", "externallink", "oleobject", "activex")


def workbook_chunks(source: str, path: Path, facts: FileFacts) -> Iterator[bytes]:
    """Gives the cells of the only sheet as CSV text (``;``), header first."""
    if path.is_symlink() or not path.is_file():
        raise UnreadableFile(source, "Le fichier n’existe pas ou n’est pas un fichier ordinaire.")
    facts.size, facts.compression = path.stat().st_size, "xlsx"
    with path.open("rb") as file:
        facts.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    _weigh(source, path, facts)
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                yield from _lines(source, book)
            finally:
                book.close()
    except UnreadableFile:
        raise
    except BROKEN_WORKBOOK as error:
        raise UnreadableFile(source, f"Le classeur est abîmé ({type(error).__name__}).") from error


def _weigh(source: str, path: Path, facts: FileFacts) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename.lower() for entry in entries]
            unpacked = sum(entry.file_size for entry in entries)
            declared = any(_declares_entities(archive, entry) for entry in entries)
    except BROKEN_WORKBOOK as error:
        raise UnreadableFile(source, "Le fichier n’est pas un classeur .xlsx lisible.") from error
    if (
        len(entries) > MAX_ENTRIES
        or unpacked > MAX_UNPACKED
        or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * facts.size)
    ):
        raise UnreadableFile(source, "Le classeur se décompresse en un volume anormal. Le fichier est refusé.")
    if path.name.lower().endswith(".xlsm") or any(word in name for name in names for word in FORBIDDEN):
        raise UnreadableFile(
            source, "Le classeur contient des macros ou des liens extérieurs ; seules des valeurs sont attendues."
        )
    if declared:
        raise UnreadableFile(source, "Le classeur déclare des entités XML. Le fichier est refusé.")


def _declares_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if not entry.filename.lower().endswith((".xml", ".rels")):
        return False
    with archive.open(entry) as file:
        head = file.read(8_192).replace(b"\0", b"").lower()
    return b"<!doctype" in head or b"<!entity" in head


def _lines(source: str, book: Any) -> Iterator[bytes]:
    if len(book.sheetnames) != 1:
        raise UnreadableFile(source, f"Le classeur compte {len(book.sheetnames)} feuilles, une seule est attendue.")
    sheet = book[book.sheetnames[0]]
    if not hasattr(sheet, "iter_rows"):
        raise UnreadableFile(source, "La feuille du classeur n’est pas un tableau.")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    for rank, row in enumerate(sheet.iter_rows(values_only=True), 1):
        writer.writerow([_text(value) for value in row])
        if rank % LINES_AT_ONCE == 0:
            yield text.getvalue().encode("utf-8")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8")


def _text(value: Any) -> str:
    """The cell as text: whole numbers without decimals, dates ISO, line ends as spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return " ".join(str(value).split())
