"""Reads two tables that the national institute publishes beside the code: movements of communes, employment areas.

Columns are found by name, in any order; the separator and the encoding are recognised. A file that is not the
expected one is refused whole, with the line at fault: half a table would route needs to the wrong place.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vigie.kernel.errors import CheckFailed, MissingColumn, UnreadableFile
from vigie.kernel.text import clean_line
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType
from vigie.territory.rules import ENDING_EVENTS, RENAMING_EVENT, Movement

MOVEMENT_COLUMNS = ("MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "LIBELLE_AV", "TYPECOM_AP", "COM_AP", "LIBELLE_AP")
EMPLOYMENT_AREA_COLUMNS = ("CODGEO", "ZE2020", "LIBZE2020")

MAX_BYTES = 64 * 1024 * 1024
_HEADER_WITHIN = 10  # the institute's spreadsheets put a title above the header
_WRONG_KINDS = {
    b"PK": "a zip archive or an Excel workbook; unzip it, or save the sheet as CSV",
    b"\x1f\x8b": "a gzip archive; unzip it",
    b"%PDF": "a PDF document; the table is published as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
    b"PAR1": "a Parquet file; the table is published as CSV",
}


@dataclass(frozen=True)
class NamedCode:
    """A name that a code bore."""

    code: str
    name: str


@dataclass(frozen=True)
class Movements:
    """What the table of movements says: the ends of codes, and the names they bore."""

    ends: tuple[Movement, ...]
    names: tuple[NamedCode, ...]


@dataclass(frozen=True)
class AreaOfCommune:
    """The employment area of a commune, as one line of the table says it."""

    commune: str
    area: str
    area_name: str
    line: int


def read_movements(path: Path) -> Movements:
    """The movements after which a code is no longer a commune's, in the order of the file."""
    ends: list[Movement] = []
    names: list[NamedCode] = []
    for line, row in read_table(path, MOVEMENT_COLUMNS):
        event = row["MOD"]
        if not (event.isascii() and event.isdigit()):
            raise CheckFailed(str(path), f"MOD should be an event code such as 32, not {event!r:.40}", line=line)
        old, new = (_code(path, line, column, row[column], ZoneType.COMMUNE) for column in ("COM_AV", "COM_AP"))
        if event == RENAMING_EVENT and old == new:
            names.append(NamedCode(old, clean_line(row["LIBELLE_AV"])))
        elif event in ENDING_EVENTS and old != new and row["TYPECOM_AP"] == "COM":
            ends.append(Movement(old, new, ENDING_EVENTS[event], _date(path, line, row["DATE_EFF"]), line))
            names.append(NamedCode(old, clean_line(row["LIBELLE_AV"])))
    return Movements(tuple(ends), tuple(named for named in names if named.name))


def read_employment_areas(path: Path) -> tuple[AreaOfCommune, ...]:
    """The area of each commune, in the order of the file."""
    areas: list[AreaOfCommune] = []
    seen: dict[str, tuple[int, str]] = {}
    for line, row in read_table(path, EMPLOYMENT_AREA_COLUMNS):
        commune = _code(path, line, "CODGEO", row["CODGEO"].upper().zfill(5), ZoneType.COMMUNE)
        area = _code(path, line, "ZE2020", row["ZE2020"].zfill(4), ZoneType.EMPLOYMENT_AREA)
        name = clean_line(row["LIBZE2020"])
        if not name:
            raise CheckFailed(str(path), f"the area {area} has no name", line=line)
        first_line, other = seen.setdefault(commune, (line, area))
        if other != area:
            raise CheckFailed(str(path), f"{commune} is in area {area}, but in {other} at line {first_line}", line=line)
        areas.append(AreaOfCommune(commune, area, name, line))
    return tuple(areas)


def read_table(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, the asked columns) of each row that is not blank."""
    text = _text(path)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text, columns), strict=True)
    try:
        places, width = _header(path, lines, columns)
        empty = True
        for fields in lines:
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != width:
                raise CheckFailed(
                    str(path),
                    f"{len(fields)} columns, but {width} in the header; is the file cut short?",
                    lines.line_num,
                )
            empty = False
            yield lines.line_num, {column: fields[place].strip() for column, place in places.items()}
        if empty:
            raise CheckFailed(str(path), "no row under the header", line=lines.line_num)
    except csv.Error as fault:
        raise UnreadableFile(str(path), f"not a CSV file: {fault}", line=lines.line_num) from fault


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(str(path), f"larger than {MAX_BYTES // 2**20} MB: not one of the institute's tables")
        content = path.read_bytes()
    except OSError as fault:
        raise UnreadableFile(str(path), fault.strerror or str(fault)) from fault
    for magic, kind in _WRONG_KINDS.items():
        if content.startswith(magic):
            raise UnreadableFile(str(path), f"this is {kind}")
    if not content.strip():
        raise UnreadableFile(str(path), "the file is empty")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise UnreadableFile(str(path), "this is not text (it holds null bytes); save it as CSV in UTF-8", line=line)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as fault:
            line = content[: fault.start].count(b"\n") + 1
    raise UnreadableFile(str(path), "neither UTF-8 nor cp1252; save it as CSV in UTF-8", line=line)


def _separator(text: str, columns: Sequence[str]) -> str:
    """The separator of the line that names the columns."""
    top = text.split("\n", _HEADER_WITHIN)[:_HEADER_WITHIN]
    header = next((line for line in top if all(column in line.upper() for column in columns)), top[0])
    return max(",;\t", key=header.count)


def _header(path: Path, lines: Iterator[list[str]], columns: Sequence[str]) -> tuple[dict[str, int], int]:
    """The place of each asked column, and the number of columns."""
    best: list[str] = []
    for _rank, fields in zip(range(_HEADER_WITHIN), lines, strict=False):
        names = [field.strip().upper() for field in fields]
        if all(column in names for column in columns):
            return {column: names.index(column) for column in columns}, len(names)
        best = max(best, names, key=lambda found: sum(column in found for column in columns))
    missing = [column for column in columns if column not in best]
    raise MissingColumn(
        str(path),
        f"no column {', '.join(missing)} in the first {_HEADER_WITHIN} lines (wanted: {', '.join(columns)}); "
        "is it the right table?",
        line=1,
    )


def _code(path: Path, line: int, column: str, text: str, kind: ZoneType) -> str:
    if not ZONE_CODE_SHAPES[kind].fullmatch(text):
        raise CheckFailed(str(path), f"{column}: {text!r:.40} is not the code of a zone {kind.value!r}", line=line)
    return text


def _date(path: Path, line: int, text: str) -> date:
    """An ISO date, or day/month/year as the editions before 2020 wrote it."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII)
    parts = found.groups() if found else ()
    if not parts and (found := re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", text, re.ASCII)):
        parts = found.groups()[::-1]
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        raise CheckFailed(
            str(path), f"DATE_EFF should be a date such as 2019-01-01, not {text!r:.40}", line=line
        ) from None
