"""The official geographic code as committed with Vigie: three compact tables and the card of their source.

Reads and writes ``data/``; knows no database. Written the same way from the same rows, to the byte.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vigie.kernel.errors import CheckFailed, UnreadableFile
from vigie.kernel.zones import ZoneType
from vigie.territory.rules import MovementKind

DATA = Path(__file__).resolve().parent / "data"
SOURCE_CARD = "source.json"

_TABLES: dict[str, tuple[str, ...]] = {
    "communes.csv.gz": ("code", "name", "parent", "departement", "epci", "population", "postal_codes"),
    "zones.csv.gz": ("zone_type", "code", "name", "departement", "region"),
    "former_communes.csv.gz": ("code", "commune", "kind", "name"),
}


@dataclass(frozen=True)
class CommuneRow:
    """A commune, or a municipal district when ``parent`` names its city. An unknown population is None."""

    code: str
    name: str
    departement: str
    parent: str = ""
    epci: str = ""
    population: int | None = None
    postal_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ZoneRow:
    """An EPCI, a département or a région, and the parents where most of its people live."""

    zone_type: ZoneType
    code: str
    name: str
    departement: str = ""
    region: str = ""


@dataclass(frozen=True)
class FormerRow:
    """A code inside a commune of today: delegated, associated or merged. The name of a merged one is not known here.

    A delegated commune may keep the code of the commune itself: then only its name matters.
    """

    code: str
    commune: str
    kind: MovementKind
    name: str = ""


@dataclass(frozen=True)
class Source:
    """Where the tables come from. ``vintage`` is the year of the edition."""

    package: str
    version: str
    vintage: int
    licence: str
    producers: str


@dataclass(frozen=True)
class OfficialCode:
    """One edition of the code, rows sorted."""

    source: Source
    communes: tuple[CommuneRow, ...]
    zones: tuple[ZoneRow, ...]
    formers: tuple[FormerRow, ...]


def write_official_code(code: OfficialCode, folder: Path = DATA) -> None:
    """Replaces the tables of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Iterable[Sequence[Any]]] = {
        "communes.csv.gz": (
            (c.code, c.name, c.parent, c.departement, c.epci, _text(c.population), " ".join(c.postal_codes))
            for c in code.communes
        ),
        "zones.csv.gz": ((z.zone_type.value, z.code, z.name, z.departement, z.region) for z in code.zones),
        "former_communes.csv.gz": ((f.code, f.commune, f.kind.value, f.name) for f in code.formers),
    }
    for name, header in _TABLES.items():
        _write_table(folder / name, header, rows[name])
    card = asdict(code.source) | {
        "rows": {"communes": len(code.communes), "zones": len(code.zones), "former_communes": len(code.formers)}
    }
    (folder / SOURCE_CARD).write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_official_code(folder: Path = DATA, *, only_departements: Collection[str] | None = None) -> OfficialCode:
    """The edition of the folder; with ``only_departements``, their communes and the EPCI that hold one of them."""
    card = _read_card(folder)
    tables = {name.removesuffix(".csv.gz"): list(_read_table(folder, name)) for name in _TABLES}
    counts = {name: len(rows) for name, rows in tables.items()}
    if counts != card.pop("rows", None):
        raise CheckFailed(str(folder / SOURCE_CARD), f"the tables hold {counts}: not what the card says; rebuild them")
    communes = tuple(
        _commune(row) for row in tables["communes"] if only_departements is None or row[3] in only_departements
    )
    codes, epcis = {commune.code for commune in communes}, {commune.epci for commune in communes}
    zones = (ZoneRow(ZoneType(row[0]), *row[1:]) for row in tables["zones"])
    return OfficialCode(
        source=Source(**card),
        communes=communes,
        zones=tuple(
            zone
            for zone in zones
            if only_departements is None or zone.zone_type is not ZoneType.EPCI or zone.code in epcis
        ),
        formers=tuple(
            FormerRow(row[0], row[1], MovementKind(row[2]), row[3])
            for row in tables["former_communes"]
            if row[1] in codes
        ),
    )


def read_zone_rows(folder: Path = DATA) -> tuple[ZoneRow, ...]:
    """EPCI, départements and régions alone."""
    return tuple(ZoneRow(ZoneType(row[0]), *row[1:]) for row in _read_table(folder, "zones.csv.gz"))


def _commune(row: list[str]) -> CommuneRow:
    code, name, parent, departement, epci, population, postal_codes = row
    return CommuneRow(
        code=code,
        name=name,
        parent=parent,
        departement=departement,
        epci=epci,
        population=int(population) if population else None,
        postal_codes=tuple(postal_codes.split()),
    )


def _read_card(folder: Path) -> dict[str, Any]:
    path = folder / SOURCE_CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise UnreadableFile(str(path), f"{fault}; run manage.py build_territory_data") from fault
    if not isinstance(card, dict):
        raise UnreadableFile(str(path), "not the card of an official code")
    return card


def _read_table(folder: Path, name: str) -> Iterator[list[str]]:
    path = folder / name
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = csv.reader(file, strict=True)
            if tuple(next(rows, ())) != _TABLES[name]:
                raise UnreadableFile(str(path), f"the columns should be {', '.join(_TABLES[name])}", line=1)
            yield from rows
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as fault:
        raise UnreadableFile(str(path), f"{fault}; run manage.py build_territory_data") from fault


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    # No name and no time in the gzip header: the same rows give the same file.
    path.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0))


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
