"""Communes where invented firms are: a small built-in table, or a file given by the caller."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from vigie.kernel.errors import MissingColumn

COLUMNS = ("code", "departement", "postcode", "name")
# A code that Sirene still carries though its commune was merged: Annecy-le-Vieux, in Annecy since 2017.
MERGED = ("74011", "74", "74940", "ANNECY")


@dataclass(frozen=True)
class Places:
    """Four lists of the same length, ordered by commune code."""

    code: tuple[str, ...]
    departement: tuple[str, ...]
    postcode: tuple[str, ...]
    name: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.code)


def read(file: Path | None = None) -> Places:
    """The communes of a CSV file with columns code, departement, postcode, name; the built-in table by default."""
    source = file or files("vigie.detection.invent").joinpath("communes.csv")
    with source.open("r", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
        if missing:
            raise MissingColumn("communes", f"colonne « {missing[0]} » absente.")
        rows = sorted({tuple(row[column] for column in COLUMNS) for row in reader} | {MERGED})
    code, departement, postcode, name = zip(*rows, strict=True)
    return Places(code, departement, postcode, tuple(word.upper().replace("'", "’") for word in name))
