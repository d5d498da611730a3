"""Workbooks (XLSX) as rows of text: values only, no formula executed, no macro, no bomb. Pure.

openpyxl reads with defusedxml, row by row; the archive is measured before anything is opened.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from vigie.directory.importing.remarks import Remarks, UnreadableFile
from vigie.kernel.workbooks import BROKEN_WORKBOOK

MOST_UNPACKED = 50 * 1024 * 1024
MOST_RATIO = 100
SMALL = 1024 * 1024  # under this size a high ratio harms nobody
MOST_PARTS = 1_000
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


def looks_like_workbook(data: bytes, file_name: str) -> bool:
    """True of an archive, which a workbook is; refuses the old format and what a wrong name announces."""
    if data.startswith(_OLD_WORKBOOK):
        raise UnreadableFile(
            "Ce classeur est à l’ancien format (.xls) ou protégé par un mot de passe. Enregistrez-le en .xlsx."
        )
    if file_name.lower().endswith((".xlsm", ".xlsb", ".xltm")):
        raise UnreadableFile("Les classeurs avec macros ne sont pas acceptés. Enregistrez-le en .xlsx.")
    return data.startswith(b"PK")


def workbook_rows(data: bytes, remarks: Remarks, most_columns: int) -> Iterator[list[str]]:
    """The rows of the first visible sheet, as text, empty ones included: their numbers are those that people see."""
    _measure(data)
    try:
        values = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = _sheet(values, remarks)
        formulas = _formulas(data, sheet.title) if _has_formulas(data) else None
        for number, row in enumerate(sheet.iter_rows(), start=1):
            written = next(formulas, ()) if formulas is not None else ()
            if len(row) > most_columns and any(cell.value is not None for cell in row[most_columns:]):
                raise UnreadableFile(f"Ligne {number}\u00a0: plus de {most_columns} colonnes.")
            yield [_text(cell, number, remarks) for cell in row[:most_columns]]
            for cell in written:
                _warn_formula(cell, number, remarks)
    except BROKEN_WORKBOOK:
        raise UnreadableFile("Ce classeur est abîmé ou n’est pas au format XLSX. Enregistrez-le de nouveau.") from None


def _measure(data: bytes) -> None:
    """Refuses what would fill the memory or is not a plain workbook."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except BROKEN_WORKBOOK:
        raise UnreadableFile("Ce classeur est abîmé ou incomplet. Enregistrez-le de nouveau.") from None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS or (unpacked > SMALL and unpacked > MOST_RATIO * len(data)):
        raise UnreadableFile("Ce classeur est trop volumineux une fois ouvert. Découpez-le, ou enregistrez-le en CSV.")
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise UnreadableFile("Les classeurs avec macros ne sont pas acceptés. Enregistrez-le en .xlsx.")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise UnreadableFile("Cette archive n’est pas un classeur XLSX.")


def _sheet(book: Any, remarks: Remarks) -> Any:
    visible = [one for one in book.worksheets if one.sheet_state == "visible"]
    if not visible:
        raise UnreadableFile("Ce classeur n’a aucune feuille visible.")
    if len(visible) > 1:
        remarks.warn(
            0, "", "", f"Seule la première feuille est lue\u00a0: «\u00a0{visible[0].title}\u00a0» sur {len(visible)}."
        )
    visible[0].reset_dimensions()  # what the file declares of its own size is not believed
    return visible[0]


def _has_formulas(data: bytes) -> bool:
    """True when a sheet holds a formula; read by pieces."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as part:
                    tail = b""
                    while piece := part.read(1 << 20):
                        if b"<f>" in tail + piece or b"<f " in tail + piece or b"<f/" in tail + piece:
                            return True
                        tail = piece[-2:]
    return False


def _formulas(data: bytes, title: str) -> Iterator[list[Any]]:
    """The cells that hold a formula, row by row."""
    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)[title]
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield [cell for cell in row if getattr(cell, "data_type", "") == "f"]


def _warn_formula(cell: Any, number: int, remarks: Remarks) -> None:
    remarks.warn(
        number,
        f"colonne {get_column_letter(cell.column)}",
        str(cell.value),
        "Cette cellule contient une formule\u00a0: seule la dernière valeur calculée est lue.",
    )


def _text(cell: Any, number: int, remarks: Remarks) -> str:
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "e":
        remarks.error(
            number,
            f"colonne {get_column_letter(cell.column)}",
            str(value),
            "Cette cellule est en erreur dans le classeur. Corrigez-la.",
        )
        return ""
    if isinstance(value, bool):
        return "oui" if value else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)
