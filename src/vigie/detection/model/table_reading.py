"""Any table of firms, or of firms and years, made ready to learn from: CSV, Parquet, compressed or not.

What a column is (number, category, identifier to leave out) is decided on learning rows only: nothing of the test part
shapes what is learnt. Errors are for people: French, with what was found and what to do.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from vigie.detection.model.columns import CATEGORY, FLAG, NUMBER, Floats, ModelFeature
from vigie.kernel.errors import InvalidInput

EMPTY = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "NULL", "#N/A")
SEPARATORS = ";,\t|"
FAMILY = "table"
MAX_CATEGORIES = 500
POSITIVE_WORDS = ("1", "true", "vrai", "oui", "yes", "y", "o", "t", "failed", "bankrupt", "defaillant", "défaillant")
GZIP_MAGIC, PARQUET_MAGIC = b"\x1f\x8b", b"PAR1"
HEAD_BYTES = 65_536


@dataclass(frozen=True)
class TableColumns:
    """The columns of the table that are not features, and the outcome. time, groups: None when not given."""

    table: pa.Table
    label: str
    time: str | None
    group: str | None
    identifier: str | None


def refuse(code: str, message: str, field: str | None = None) -> InvalidInput:
    """The error of a table that cannot be used."""
    return InvalidInput(code, message, field)


def read_table(path: Path) -> pa.Table:
    """The whole table; text stays text, an empty cell is missing."""
    if path.is_dir():
        raise refuse("no_file", f"« {path} » est un dossier : donnez le fichier de la table.")
    if not path.is_file():
        raise refuse("no_file", f"Le fichier « {path} » n’existe pas. Vérifiez son chemin.")
    with path.open("rb") as opened:
        magic = opened.read(4)
    if not magic:
        raise refuse("empty_file", f"Le fichier « {path.name} » est vide.")
    try:
        table = pyarrow.parquet.read_table(path) if magic == PARQUET_MAGIC else _read_csv(path, magic)
    except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
        first = str(error).splitlines()[0]
        raise refuse("unreadable", f"Le fichier « {path.name} » ne se lit ni en CSV ni en Parquet : {first}") from error
    if table.num_rows == 0:
        raise refuse("no_row", f"Le fichier « {path.name} » n’a aucune ligne sous son en-tête.")
    doubled = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if doubled:
        raise refuse("doubled_column", f"Des colonnes portent le même nom : {', '.join(doubled)}. Renommez-les.")
    return table


def _read_csv(path: Path, magic: bytes) -> pa.Table:
    zipped = magic[:2] == GZIP_MAGIC
    with gzip.open(path, "rb") if zipped else path.open("rb") as opened:
        head = opened.read(HEAD_BYTES)
    line = head.split(b"\n", 1)[0].decode("utf-8", "replace")
    separator = max(SEPARATORS, key=line.count)
    encoding = "utf8" if _is_utf8(head) else "cp1252"
    try:
        return _parsed(path, zipped, separator, encoding, typed=True)
    except pa.ArrowInvalid:
        # A column that looks numeric at first and is not further on: read all as text, decided later.
        return _parsed(path, zipped, separator, encoding, typed=False)


def _parsed(path: Path, zipped: bool, separator: str, encoding: str, *, typed: bool) -> pa.Table:
    options = {"strings_can_be_null": True, "null_values": list(EMPTY), "quoted_strings_can_be_null": True}
    source = pa.input_stream(str(path), compression="gzip" if zipped else None)
    with source:
        if not typed:
            names = pyarrow.csv.open_csv(
                source, pyarrow.csv.ReadOptions(encoding=encoding), pyarrow.csv.ParseOptions(delimiter=separator)
            ).schema.names
            return pyarrow.csv.read_csv(
                pa.input_stream(str(path), compression="gzip" if zipped else None),
                pyarrow.csv.ReadOptions(encoding=encoding),
                pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
                pyarrow.csv.ConvertOptions(column_types={name: pa.string() for name in names}, **options),
            )
        return pyarrow.csv.read_csv(
            source, pyarrow.csv.ReadOptions(encoding=encoding),
            pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            pyarrow.csv.ConvertOptions(**options),
        )  # fmt: skip


def _is_utf8(head: bytes) -> bool:
    try:
        head.rsplit(b"\n", 1)[0].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def named(table: pa.Table, label: str, time: str | None, group: str | None, identifier: str | None) -> TableColumns:
    """The columns asked for, checked to be there."""
    for name, what in ((label, "--label"), (time, "--time"), (group, "--group"), (identifier, "--id")):
        if name is not None and name not in table.column_names:
            known = ", ".join(table.column_names[:20]) + ("…" if table.num_columns > 20 else "")
            raise refuse(
                "missing_column", f"La colonne « {name} » ({what}) n’est pas dans le fichier. Colonnes : {known}.", name
            )
    return TableColumns(table, label, time, group, identifier)


def plain(column: pa.ChunkedArray) -> Any:
    """A column as numpy: numbers as float64 (NaN missing), the rest as text objects ("" missing)."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if (
        pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
    ):
        return column.cast(pa.float64()).to_numpy()
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    text = pc.fill_null(column.cast(pa.string()), "")
    return text.combine_chunks().dictionary_encode().to_numpy(zero_copy_only=False).astype(object)


def outcome(columns: TableColumns) -> tuple[Floats, str]:
    """Labels as 0, 1 or NaN (unknown), and the value that counts as a failure.

    Of two numbers the greater; of two words the one that says yes, else the rarer.
    """
    values = plain(columns.table[columns.label])
    numbers = values if values.dtype == np.float64 else as_numbers(values)
    if numbers is not None:
        known = np.unique(numbers[~np.isnan(numbers)])
        if len(known) == 2:
            return np.where(np.isnan(numbers), np.nan, numbers == known[1]), f"{known[1]:g}"
        raise _not_two(columns.label, [f"{one:g}" for one in known])
    words, counts = np.unique(values[values != ""].astype(str), return_counts=True)
    if len(words) != 2:
        raise _not_two(columns.label, [str(one) for one in words])
    said = [str(one) for one in words if str(one).strip().lower() in POSITIVE_WORDS]
    positive = said[0] if len(said) == 1 else str(words[int(np.argmin(counts))])
    return np.where(values == "", np.nan, values == positive).astype(np.float64), positive


def _not_two(label: str, seen: Sequence[str]) -> InvalidInput:
    """The refusal of a result that has not two values."""
    if len(seen) < 2:
        only = seen[0] if seen else "aucune"
        return refuse("one_class", f"La colonne « {label} » ne porte qu’une valeur ({only}) : il en faut deux.", label)
    shown = ", ".join(seen[:5]) + ("…" if len(seen) > 5 else "")
    return refuse("not_binary", f"La colonne « {label} » porte {len(seen)} valeurs ({shown}) : il en faut deux.", label)


def as_numbers(values: Any) -> Floats | None:
    """Text that is all numbers (decimal comma allowed) as numbers; None otherwise."""
    names, inverse = np.unique(values.astype(str), return_inverse=True)
    parsed = [_number(str(one)) for one in names]
    if any(one is None for one in parsed):
        return None
    return np.array(parsed, dtype=np.float64)[inverse]


def _number(text: str) -> float | None:
    if text == "":
        return float("nan")
    try:
        return float(text.replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except ValueError:
        return None


@dataclass(frozen=True)
class Prepared:
    """The features and their columns; left_out: the columns not used, with the reason in French."""

    frame: dict[str, Any]
    features: tuple[ModelFeature, ...]
    left_out: dict[str, str]


def prepare(columns: TableColumns, learning: Any) -> Prepared:
    """Decides each column on learning rows only (a mask), and converts the whole of it accordingly."""
    special = {
        columns.label: "résultat à prévoir", columns.time: "date", columns.group: "groupe",
        columns.identifier: "identifiant",
    }  # fmt: skip
    frame: dict[str, Any] = {}
    features: list[ModelFeature] = []
    left_out = {name: reason for name, reason in special.items() if name is not None}
    for name in columns.table.column_names:
        if name in left_out:
            continue
        values, kind, reason = _decided(plain(columns.table[name]), learning)
        if reason:
            left_out[name] = reason
            continue
        frame[name] = values
        features.append(ModelFeature(name, FAMILY, kind=kind, label=name))
    if not features:
        raise refuse(
            "no_feature", "Aucune colonne ne peut servir de variable : toutes sont vides, constantes ou des codes."
        )
    return Prepared(frame, tuple(features), left_out)


def _decided(values: Any, learning: Any) -> tuple[Any, str, str]:
    """The column as it will be fed, its kind, or the reason why it is left out."""
    if values.dtype != np.float64:
        seen = values[learning]
        if as_numbers(seen) is None:
            names, counts = np.unique(seen[seen != ""].astype(str), return_counts=True)
            if len(names) <= 1:
                return values, CATEGORY, "constante sur les lignes d’apprentissage"
            if len(names) > MAX_CATEGORIES or (counts == 1).mean() > 0.9:
                return values, CATEGORY, f"{len(names)} valeurs de texte : un identifiant, non une catégorie"
            return values, CATEGORY, ""
        known, inverse = np.unique(values.astype(str), return_inverse=True)
        numbers = [_number(str(one)) for one in known]
        values = np.array([np.nan if one is None else one for one in numbers])[inverse]
    seen = np.unique(values[learning & ~np.isnan(values)])
    if len(seen) <= 1 and not np.isnan(values[learning]).any():
        return values, NUMBER, "constante sur les lignes d’apprentissage"
    if len(seen) == 0:
        return values, NUMBER, "vide sur les lignes d’apprentissage"
    return values, FLAG if set(seen) <= {0.0, 1.0} else NUMBER, ""


def moments(columns: TableColumns, values: Sequence[str | None]) -> tuple[Any, list[Any]]:
    """The time column in an order that compares, and the given bounds in the same terms (number or text)."""
    assert columns.time is not None
    column = plain(columns.table[columns.time])
    numbers = column if column.dtype == np.float64 else as_numbers(column)
    bounds: list[Any] = []
    for value in values:
        if value is None or numbers is None:
            bounds.append(value)
            continue
        parsed = _number(value)
        if parsed is None:
            raise refuse(
                "bad_time", f"« {value} » ne se compare pas à la colonne « {columns.time} », qui porte des nombres."
            )
        bounds.append(parsed)
    missing = np.isnan(numbers) if numbers is not None else column == ""
    if missing.any():
        raise refuse(
            "no_time", f"La colonne « {columns.time} » est vide sur {int(missing.sum())} lignes.", columns.time
        )
    return numbers if numbers is not None else column.astype(str), bounds
