"""Sirene stock files of a few invented firms, written in any of the forms in which they may come."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pa_parquet

from tests.companies.factories import siren, siret
from vigie.companies import importer
from vigie.companies.importer import Account, Import
from vigie.companies.stock_rows import PLACES, UNITS

Line = dict[str, str]
UNUSED = {UNITS: ["categorieEntreprise", "unitePurgeeUniteLegale"], PLACES: ["longitude", "geo_adresse", "siret"]}


def unit(rank: int, name: str = "", **told: str) -> Line:
    """A legal unit as the register writes it: an open company of the given name, unless told otherwise."""
    return {
        "siren": siren(rank),
        "statutDiffusionUniteLegale": "O",
        "etatAdministratifUniteLegale": "A",
        "denominationUniteLegale": name,
        "categorieJuridiqueUniteLegale": "5499",
        "activitePrincipaleUniteLegale": "10.71C",
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
        "trancheEffectifsUniteLegale": "02",
        "anneeEffectifsUniteLegale": "2023",
        "dateCreationUniteLegale": "2015-04-01",
        **told,
    }


def place(rank: int, number: int = 1, **told: str) -> Line:
    """An establishment as the register writes it: an open head office in Lyon, unless told otherwise."""
    return {
        "siren": siren(rank),
        "nic": siret(rank, number)[9:],
        "statutDiffusionEtablissement": "O",
        "etatAdministratifEtablissement": "A",
        "etablissementSiege": "true" if number == 1 else "false",
        "codeCommuneEtablissement": "69383",
        "libelleCommuneEtablissement": "LYON 3EME",
        "codePostalEtablissement": "69003",
        "numeroVoieEtablissement": "12",
        "typeVoieEtablissement": "RUE",
        "libelleVoieEtablissement": "DES LILAS",
        "activitePrincipaleEtablissement": "10.71C",
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        "trancheEffectifsEtablissement": "02",
        "anneeEffectifsEtablissement": "2023",
        "dateCreationEtablissement": "2015-04-01",
        "dateDebut": "2019-01-01",
        **told,
    }


def columns_of(layout: Any, order: int = 0) -> list[str]:
    """The official columns and some that Vigie does not use, in the official order (0) or in another one."""
    names = [*layout.columns, *UNUSED.get(layout, [])]
    random.Random(order).shuffle(names)
    return [*layout.columns, *UNUSED.get(layout, [])] if order == 0 else names


def csv_bytes(columns: Sequence[str], lines: Sequence[Mapping[str, str]], *, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def parquet_bytes(columns: Sequence[str], lines: Sequence[Mapping[str, str]]) -> bytes:
    """Typed as the official Parquet files are: dates, truth values and whole numbers; an empty cell is null."""

    def typed(name: str, value: str) -> Any:
        if not value:
            return None
        if name.startswith("date"):
            return date.fromisoformat(value)
        if name == "etablissementSiege":
            return value == "true"
        return int(value) if name.startswith("annee") else value

    def kind(name: str) -> pa.DataType:
        if name == "etablissementSiege":
            return pa.bool_()
        return pa.date32() if name.startswith("date") else pa.int16() if name.startswith("annee") else pa.string()

    arrays = [pa.array([typed(name, line.get(name, "")) for line in lines], kind(name)) for name in columns]
    out = io.BytesIO()
    pa_parquet.write_table(pa.table(arrays, names=list(columns)), out, row_group_size=3)
    return out.getvalue()


def packed(content: bytes, name: str, compression: str) -> tuple[bytes, str]:
    """(bytes, file name) once compressed."""
    if compression == "gz":
        return gzip.compress(content), f"{name}.gz"
    if compression == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return out.getvalue(), f"{name}.zip"
    return content, name


def write_file(
    folder: Path, layout: Any, lines: Sequence[Line], *, form: str = "csv", compression: str = "", order: int = 0
) -> Path:
    """A stock file of these lines."""
    columns = columns_of(layout, order)
    content = csv_bytes(columns, lines) if form == "csv" else parquet_bytes(columns, lines)
    content, name = packed(content, f"{layout.source}_utf8.{form}", compression)
    path = folder / name
    path.write_bytes(content)
    return path


def import_units(folder: Path, lines: Sequence[Line], *, at: Any, resume: bool = False, **options: Any) -> Account:
    return Import(importer.UNITS, write_file(folder, UNITS, lines), at=at, **options).run(resume=resume)


def import_places(folder: Path, lines: Sequence[Line], *, at: Any, resume: bool = False, **options: Any) -> Account:
    return Import(importer.PLACES, write_file(folder, PLACES, lines), at=at, **options).run(resume=resume)


def import_stock(folder: Path, units: Sequence[Line], places: Sequence[Line], *, at: Any, **options: Any) -> None:
    """Both files through the real importer."""
    import_units(folder, units, at=at, **options)
    import_places(folder, places, at=at, **options)
