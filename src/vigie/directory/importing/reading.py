"""From bytes to lines of cells: encodings, separators, quotes, limits. Pure; raises UnreadableFile and nothing else.

Memory is bounded by the limits below, which are checked before or while reading.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vigie.directory.importing.columns import recognised
from vigie.directory.importing.remarks import Remarks, UnreadableFile
from vigie.directory.importing.workbook import looks_like_workbook, workbook_rows
from vigie.exports.cells import unguard
from vigie.kernel.text import clean_line, clean_text
from vigie.ui.formats import number

MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 30_000
MOST_COLUMNS = 400
CSV, XLSX = "csv", "xlsx"
SEPARATORS = (";", ",", "\t")
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_FORMULA = ("=", "@")  # « + » begins a telephone, « - » a list
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# UTF-8 read as Windows-1252: two encodings are mixed in the file.
_MIXED = re.compile("Ã[\u0080-\u00bf\u0152-\u0192\u02c6-\u2122]|â€")


@dataclass(frozen=True)
class FileText:
    """A file as text, to be kept. by_record: its lines are counted one a record (a workbook), not as written."""

    text: str
    separator: str
    encoding: str
    by_record: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the file, numbered as people see it, its cells cleaned and as many as there are headers."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The headers and the lines that hold something."""

    headers: tuple[str, ...]
    lines: tuple[Line, ...]


def read_text(data: bytes, file_name: str, kind: str, remarks: Remarks) -> FileText:
    """The text of a CSV file or of a workbook. kind: the columns expected, to choose the separator; empty: any."""
    if not data.strip():
        raise UnreadableFile("Ce fichier est vide.")
    if len(data) > MOST_BYTES:
        raise UnreadableFile(
            f"Ce fichier pèse plus de {MOST_BYTES // 1024 // 1024}\u00a0Mo. Découpez-le, par institution par exemple."
        )
    if looks_like_workbook(data, file_name):
        rows = _bounded(workbook_rows(data, remarks, MOST_COLUMNS))
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
        return FileText(out.getvalue(), ";", "classeur XLSX", by_record=True)
    text, encoding = decode(data)
    return FileText(text, _separator(text, kind), encoding)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; refused rather than read wrong."""
    name = _encoding(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        text, name = _windows(data), "windows-1252"
    if _CONTROL.search(text):
        raise UnreadableFile(
            "Ce fichier n’est pas un tableau lisible\u00a0: il contient des caractères qui n’ont pas de sens dans un "
            "texte. Enregistrez-le au format CSV ou XLSX."
        )
    return text, {"utf-8-sig": "UTF-8", "windows-1252": "Windows-1252"}.get(name, "UTF-16")


def _encoding(data: bytes) -> str:
    for mark, name in _UTF_16.items():
        if data.startswith(mark):
            return name
    head = data[:200]
    if len(head) > 3 and head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    if len(head) > 3 and head[0::2].count(0) > len(head) // 3:
        return "utf-16-be"
    return "utf-8-sig"


def _windows(data: bytes) -> str:
    try:
        text = data.decode("windows-1252")
    except UnicodeDecodeError:
        text = ""
    if not text or _MIXED.search(text):
        raise UnreadableFile(
            "L’encodage de ce fichier n’est pas reconnu, ou plusieurs y sont mélangés. Enregistrez-le en «\u00a0CSV "
            "UTF-8\u00a0» ou en XLSX."
        )
    return text


def _separator(text: str, kind: str) -> str:
    """The separator that makes the most of the first line: known columns first, then columns at all."""
    head = next((line for line in text.splitlines() if line.strip()), "")[:100_000]

    def weight(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([head], delimiter=separator), [])
        return len(recognised(kind, cells)) if kind else 0, len(cells)

    try:
        return max(SEPARATORS, key=weight)
    except csv.Error as error:
        raise UnreadableFile(f"La première ligne ne peut pas être lue\u00a0: {_reason(error)}.") from None


def parse(file: FileText, remarks: Remarks | None = None) -> Sheet:
    """The lines of a text that ``read_text`` gave. remarks: told of the cells that a spreadsheet would compute."""
    records = _records(file)
    headers: tuple[str, ...] = ()
    lines = []
    for at, cells in records:
        cleaned = tuple(unguard(_clean(cell)) for cell in cells)
        if not any(cleaned):
            continue
        if not headers:
            headers = tuple(clean_line(cell) for cell in cleaned)
            continue
        if remarks is not None and not file.by_record:  # a workbook says itself which of its cells are formulas
            _warn_formulas(cells, headers, at, remarks)
        lines.append(Line(at, _fitted(cleaned, len(headers), at)))
        if len(lines) > MOST_LINES:
            _refuse_length()
    if not headers:
        raise UnreadableFile("Ce fichier est vide.")
    if not lines:
        raise UnreadableFile("Ce fichier n’a que des titres de colonnes\u00a0: aucune ligne à lire.")
    return Sheet(*_without_blank_columns(headers, lines))


def _records(file: FileText) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each record; a record of several lines bears the number of the first."""
    reader = csv.reader(io.StringIO(file.text, newline=""), delimiter=file.separator, strict=True)
    count, begun = 0, 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(
                f"Ligne {number(begun)}\u00a0: {_reason(error)}. Le fichier n’a pas été lu au-delà."
            ) from None
        count += 1
        if len(cells) > MOST_COLUMNS:
            raise UnreadableFile(
                f"Ligne {number(begun)}\u00a0: plus de {MOST_COLUMNS} colonnes. Retirez celles qui ne servent pas."
            )
        yield (count if file.by_record else begun), cells
        begun = reader.line_num + 1


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text:
        return "une cellule est démesurée, un guillemet n’est sans doute pas fermé"
    if "unexpected end" in text:
        return "un guillemet ouvert n’est jamais fermé"
    return "les guillemets sont mal placés"


def _clean(cell: str) -> str:
    return clean_text(cell) if cell else ""


def _warn_formulas(cells: list[str], headers: tuple[str, ...], at: int, remarks: Remarks) -> None:
    """A cell that the export would have guarded is one that it did not write."""
    for cell, header in zip(cells, headers, strict=False):
        if cell.lstrip()[:1] in _FORMULA:
            remarks.warn(
                at,
                header,
                cell,
                "Ceci ressemble à une formule\u00a0: c’est lu comme un texte, sans calcul.",
            )


def _fitted(cells: tuple[str, ...], width: int, at: int) -> tuple[str, ...]:
    if any(cells[width:]):
        raise UnreadableFile(
            f"Ligne {number(at)}\u00a0: plus de cellules que de titres de colonnes. Vérifiez les séparateurs."
        )
    return cells[:width] + ("",) * (width - len(cells))


def _without_blank_columns(headers: tuple[str, ...], lines: list[Line]) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    """The same without the columns that have neither title nor content."""
    untitled = [place for place, header in enumerate(headers) if not header]
    if not untitled:
        return headers, tuple(lines)
    for place in untitled:
        filled = next((line for line in lines if line.cells[place]), None)
        if filled is not None:
            raise UnreadableFile(
                f"La colonne {place + 1} n’a pas de titre, mais la ligne {number(filled.number)} la remplit."
            )
    keep = [place for place in range(len(headers)) if place not in untitled]
    kept = tuple(Line(line.number, tuple(line.cells[place] for place in keep)) for line in lines)
    return tuple(headers[place] for place in keep), kept


def _bounded(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for count, row in enumerate(rows):
        if count > MOST_LINES:
            _refuse_length()
        yield row


def _refuse_length() -> None:
    raise UnreadableFile(
        f"Ce fichier compte plus de {number(MOST_LINES)} lignes. Découpez-le, par institution par exemple."
    )
