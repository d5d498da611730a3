"""The workbook of users that the administrations keep: read whole or refused, each fault with its sheet, line, column.

Nothing is executed: a formula, a macro, a broken or swollen archive is refused. Pure: bytes in, lines out.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from vigie.kernel.text import clean_email, clean_line
from vigie.kernel.workbooks import BROKEN_WORKBOOK

USERS, ZONES, REMOVED = "utilisateurs", "zones", "historique suppressions"
HEADER = (
    "NIVEAU HABILITATION", "ENTITES", "ACCES GEOGRAPHIQUE", "FONCTION", "SEGMENT", "PRENOM", "NOM", "ADRESSE MAIL",
    "GOUP", "SCOPE", "BOARDS", "TASKFORCE",
)  # fmt: skip
ZONES_HEADER = ("REGION", "ANCIENNE REGION", "DEPARTEMENT")
EMAIL_COLUMN = 8
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_PARTS, MOST_ROWS, MOST_FAULTS, LONGEST_CELL = 500, 20_000, 100, 400


@dataclass(frozen=True)
class Fault:
    """What is wrong, where: sheet, line and column as a person sees them; line 0: the file as a whole."""

    sheet: str
    line: int
    column: str
    text: str

    def __str__(self) -> str:
        if not self.line:
            return self.text
        return f"Feuille «\u00a0{self.sheet}\u00a0», ligne {self.line}, colonne {self.column}\u00a0: {self.text}"


class BookRefused(Exception):
    """The whole workbook is refused; ``faults``: why, at most a hundred."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults[:3])))
        self.faults = faults[:MOST_FAULTS]


@dataclass(frozen=True)
class UserLine:
    """A line of the sheet of users, as typed but for spaces. number: its line."""

    number: int
    level: str
    entity: str
    zone: str
    job: str
    segment: str
    first_name: str
    last_name: str
    email: str
    scopes: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    taskforces: tuple[str, ...] = ()


def read_book(data: bytes, file_name: str) -> tuple[UserLine, ...]:
    """The lines of the users; raises BookRefused. An address of the removed must not be among them."""
    _measure(data, file_name)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        return _read(book)
    except BROKEN_WORKBOOK:
        raise BookRefused(
            [_whole("Ce classeur est abîmé ou n’est pas au format XLSX. Enregistrez-le de nouveau.")]
        ) from None


def _read(book: Any) -> tuple[UserLine, ...]:
    faults: list[Fault] = []
    if USERS not in book.sheetnames:
        raise BookRefused([_whole(f"La feuille «\u00a0{USERS}\u00a0» manque.")])
    rows = list(_rows(book[USERS], HEADER, faults))
    if ZONES in book.sheetnames:
        list(_rows(book[ZONES], ZONES_HEADER, faults))
    removed = list(_rows(book[REMOVED], HEADER, faults)) if REMOVED in book.sheetnames else []
    lines = tuple(_line(number, cells) for number, cells in rows)
    gone = {clean_email(cells[EMAIL_COLUMN - 1]) for _number, cells in removed}
    seen: dict[str, int] = {}
    for line in lines:
        if line.email and line.email in seen:
            faults.append(_at(line.number, f"cette adresse est déjà à la ligne {seen[line.email]}."))
        elif line.email in gone:
            faults.append(_at(line.number, f"cette adresse est aussi dans «\u00a0{REMOVED}\u00a0»."))
        seen.setdefault(line.email, line.number)
    if not lines and not faults:
        faults.append(_whole(f"La feuille «\u00a0{USERS}\u00a0» n’a aucune ligne."))
    if faults:
        raise BookRefused(faults)
    return lines


def _measure(data: bytes, file_name: str) -> None:
    """Refuses what would fill the memory or is not a plain workbook."""
    if len(data) > MOST_BYTES:
        raise BookRefused([_whole("Ce classeur pèse plus de 5\u00a0Mo.")])
    if file_name.lower().endswith((".xlsm", ".xlsb", ".xltm", ".xls")):
        raise BookRefused([_whole("Enregistrez ce classeur en .xlsx\u00a0: les macros ne sont pas acceptées.")])
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except BROKEN_WORKBOOK:
        raise BookRefused([_whole("Ce fichier n’est pas un classeur XLSX, ou il est incomplet.")]) from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BookRefused([_whole("Ce classeur est trop volumineux une fois ouvert.")])
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise BookRefused([_whole("Enregistrez ce classeur en .xlsx\u00a0: les macros ne sont pas acceptées.")])


def _rows(sheet: Any, header: tuple[str, ...], faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The rows under the header that hold something, as text; what is wrong goes to ``faults``."""
    sheet.reset_dimensions()  # what the file declares of its own size is not believed
    title = sheet.title
    for number, row in enumerate(sheet.iter_rows(max_col=len(header) + 10), start=1):
        if number > MOST_ROWS:
            most = f"{MOST_ROWS:,}".replace(",", "\u202f")
            raise BookRefused([_whole(f"La feuille «\u00a0{title}\u00a0» a plus de {most} lignes.")])
        cells = [_text(cell, title, number, rank, faults) for rank, cell in enumerate(row, start=1)]
        cells += [""] * (len(header) - len(cells))
        if number == 1:
            _check_header(title, cells, header)
        elif any(cells):
            yield number, cells[: len(header)]


def _check_header(title: str, cells: list[str], header: tuple[str, ...]) -> None:
    """Every column, in its place; else the whole file is refused with the name and the place."""
    for rank, expected in enumerate(header, start=1):
        if cells[rank - 1] != expected:
            said = f"«\u00a0{cells[rank - 1]}\u00a0»" if cells[rank - 1] else "rien"
            text = f"l’en-tête doit être «\u00a0{expected}\u00a0», et non {said}."
            raise BookRefused([Fault(title, 1, get_column_letter(rank), text)])
    extra = next((rank for rank in range(len(header), len(cells)) if cells[rank]), None)
    if extra is not None:
        text = f"cette colonne n’est pas attendue\u00a0: «\u00a0{cells[extra]}\u00a0»."
        raise BookRefused([Fault(title, 1, get_column_letter(extra + 1), text)])


def _text(cell: Any, title: str, number: int, rank: int, faults: list[Fault]) -> str:
    value, kind = cell.value, getattr(cell, "data_type", "")
    if value is None:
        return ""
    told = ""
    if kind == "f" or (isinstance(value, str) and value.lstrip().startswith(("=", "@", "+", "\t"))):
        told = "cette cellule contient une formule. Remplacez-la par sa valeur."
    elif kind == "e":
        told = "cette cellule est en erreur dans le classeur."
    elif len(str(value)) > LONGEST_CELL:
        told = f"cette cellule compte plus de {LONGEST_CELL} caractères."
    if told:
        if len(faults) < MOST_FAULTS:
            faults.append(Fault(title, number, get_column_letter(rank), told))
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean_line(str(value))


def _line(number: int, cells: list[str]) -> UserLine:
    level, entity, zone, job, segment, first, last, email, _group, scopes, boards, forces = cells
    return UserLine(
        number, level, entity, zone, job, segment, first, last, clean_email(email), _list(scopes), _list(boards),
        _list(forces),
    )  # fmt: skip


def _list(text: str) -> tuple[str, ...]:
    return tuple(word for word in (part.strip() for part in text.split(",")) if word)


def _whole(text: str) -> Fault:
    return Fault("", 0, "", text)


def _at(number: int, text: str, column: int = EMAIL_COLUMN) -> Fault:
    return Fault(USERS, number, get_column_letter(column), text)


def fault_at(number: int, column: str, text: str) -> Fault:
    """A fault of a value that the base does not know. column: its header."""
    return _at(number, text, HEADER.index(column) + 1)
