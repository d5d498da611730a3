"""Reads a publication, without trust: shape of the folder, schema version, hash of every file, columns.

``open_publication`` verifies; ``Publication.dossier`` then finds one firm's rows by the bounds of the row groups, which
the footers of the files hold: one or two groups of 5 000 rows are read, whatever the size of the country.
"""

from __future__ import annotations

import hashlib
import os
import stat
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.kernel.errors import HashMismatch, PublicationError, UnknownSchema, system_words
from vigie.kernel.siren import is_siren
from vigie.publication.manifest import LONGEST, Manifest, from_json, is_newer
from vigie.publication.schema import BY_NAME, MANIFEST, ROWS_PER_GROUP, SCHEMA_VERSION, TABLES, TableSchema

_BLOCK = 1 << 20
FIRMS_KEPT = 50  # in each table, by each process; a published file never changes
CHANGED = "its SHA-256 is not the one of the manifest"
CHANGED_FR = "n’est plus celui qu’annonce le manifeste\u00a0: son empreinte SHA-256 a changé."
DOSSIER = tuple(table.name for table in TABLES if table.key[0] in ("siren", "siret"))

Row = dict[str, Any]


@dataclass(frozen=True)
class Dossier:
    """The rows of one firm, by table; only the tables asked for were read. ``absent``: not in this publication."""

    siren: str
    rows: dict[str, list[Row]]
    absent: tuple[str, ...] = ()

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]


@dataclass
class _Table:
    """An open file and the bounds of its row groups. pyarrow's readers are not made for threads: one at a time."""

    schema: TableSchema
    file: pq.ParquetFile
    starts: list[str]
    ends: list[str]
    columns: list[str]
    lacking: Row  # nullable columns that its minor version did not have yet
    lock: Lock = field(default_factory=Lock)
    last: OrderedDict[str, list[Row]] = field(default_factory=OrderedDict)  # firms read, the latest at the end

    def of(self, siren: str) -> list[Row]:
        """A firm is asked for several times in a row: its sheet, those of its establishments, its talk, its export."""
        with self.lock:
            kept = self.last.get(siren)
            if kept is None:
                kept = self.last[siren] = self._read(siren)
                if len(self.last) > FIRMS_KEPT:
                    self.last.popitem(last=False)
            else:
                self.last.move_to_end(siren)
        return [dict(row) for row in kept]

    def _read(self, siren: str) -> list[Row]:
        low, high = (siren, siren) if self.schema.key[0] == "siren" else (siren + "00000", siren + "99999")
        first, last = bisect_left(self.ends, low), bisect_right(self.starts, high)
        if first >= last:
            return []
        read = self.file.read_row_groups(list(range(first, last)), self.columns, use_threads=False)
        key = read[self.schema.key[0]]  # sorted: the firm's rows follow each other
        start, end = (pc.sum(found).as_py() for found in (pc.less(key, low), pc.less_equal(key, high)))
        kept = read.slice(start, end - start)
        return [self.lacking | row for row in kept.to_pylist(maps_as_pydicts="strict")]

    def of_firms(self, sirens: list[str]) -> dict[str, list[Row]]:
        """siren → its rows; each row group that may hold one is read once. sirens: in order."""
        by_firm = self.schema.key[0] == "siren"
        wanted, found = pa.array(sirens, pa.string()), dict[str, list[Row]]()
        for group, (low, high) in enumerate(zip(self.starts, self.ends, strict=True)):
            if bisect_left(sirens, low[:9]) == bisect_right(sirens, high[:9]):
                continue
            with self.lock:
                read = self.file.read_row_group(group, self.columns, use_threads=False)
            key = read[self.schema.key[0]]
            kept = read.filter(pc.is_in(key if by_firm else pc.utf8_slice_codeunits(key, 0, 9), value_set=wanted))
            for row in kept.to_pylist(maps_as_pydicts="strict"):
                found.setdefault(row[self.schema.key[0]][:9], []).append(self.lacking | row)
        return found


class Publication:
    """A publication that was verified, open for reading; files are opened when first asked for, then kept."""

    def __init__(self, folder: Path, manifest: Manifest, *, late: bool = False) -> None:
        self.folder = folder
        self.manifest = manifest
        self.late = late  # each file is verified when it is first read
        self.tables = frozenset(file.path.removesuffix(".parquet") for file in manifest.files) & BY_NAME.keys()
        self._open: dict[str, _Table] = {}
        self._verified: set[str] = set()
        self._ratios: dict[tuple[str, str], list[Row]] = {}  # a few hundred rows, of the sectors looked at
        self._lock = Lock()

    def dossier(self, siren: str, tables: Iterable[str] = DOSSIER) -> Dossier:
        """The rows of the firm in these tables. What its reader may not see is not asked for."""
        if not is_siren(siren):
            return Dossier(siren, {name: [] for name in tables})
        wanted = list(tables)
        rows = {name: self._table(name).of(siren) if name in self.tables else [] for name in wanted}
        return Dossier(siren, rows, tuple(name for name in wanted if name not in self.tables))

    def of_firms(self, table: str, sirens: Iterable[str]) -> dict[str, list[Row]]:
        """siren → its rows in a table, in one reading; a firm without rows, or a table not held, is absent."""
        wanted = sorted({siren for siren in sirens if is_siren(siren)})
        return self._table(table).of_firms(wanted) if wanted and table in self.tables else {}

    def column_batches(
        self, table: str, columns: list[str], rows: int = ROWS_PER_GROUP
    ) -> Iterator[dict[str, list[Any]]]:
        """The whole table, in its order, by lists of values."""
        with pq.ParquetFile(self.folder / BY_NAME[table].file, pre_buffer=False) as file:
            lacking = [name for name in columns if name not in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=rows, columns=columns, use_threads=False):
                yield batch.to_pydict() | {name: [None] * batch.num_rows for name in lacking}

    def column_pairs(self, table: str, first: str, second: str) -> Iterator[tuple[Any, Any]]:
        """Two columns of the whole table."""
        with pq.ParquetFile(self.folder / BY_NAME[table].file, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=ROWS_PER_GROUP, columns=[first, second], use_threads=False):
                yield from zip(batch[first].to_pylist(), batch[second].to_pylist(), strict=True)

    def sirens_where(self, table: str, column: str, value: str) -> set[str]:
        """The firms with a row whose column holds this."""
        held: set[str] = set()
        with pq.ParquetFile(self.folder / BY_NAME[table].file, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=ROWS_PER_GROUP, columns=["siren", column], use_threads=False):
                held.update(batch.filter(pc.equal(batch[column], value))["siren"].unique().to_pylist())
        return held

    def rows_where(self, table: str, column: str, value: str) -> list[Row]:
        """The rows whose column holds this, in the order of the file, which is looked at whole."""
        held, found = self._table(table), []
        with pq.ParquetFile(self.folder / BY_NAME[table].file, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=ROWS_PER_GROUP, columns=held.columns, use_threads=False):
                kept = batch.filter(pc.equal(batch[column], value))
                found += [held.lacking | row for row in kept.to_pylist()]
        return found

    def raising(self, sirens: set[str]) -> Iterator[dict[str, list[Any]]]:
        """The features that raise the risk of these firms, in the order of the file, by lists of values."""
        columns = ["siren", "kind", "code", "contribution_log_odds", "sentence_fr", "confidentiality"]
        with pq.ParquetFile(self.folder / BY_NAME["contributions"].file, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=ROWS_PER_GROUP, columns=columns, use_threads=False):
                raises = pc.and_(pc.equal(batch["kind"], "feature"), pc.greater(batch["contribution_log_odds"], 0.0))
                rows = batch.filter(raises)
                firms = rows["siren"].dictionary_encode()  # each firm of the batch is looked up once
                wanted = pa.array([siren in sirens for siren in firms.dictionary.to_pylist()], pa.bool_())
                yield rows.filter(wanted.take(firms.indices)).to_pydict()

    def rows_count(self, table: str) -> int:
        """As the manifest says."""
        return next((f.rows for f in self.manifest.files if f.path == BY_NAME[table].file), 0)

    def sector_ratios(self, sector: str, size_band: str) -> list[Row]:
        """Quartiles of the firms of a sector and a size, by year and ratio."""
        if "sector_ratios" not in self.tables:
            return []
        found = self._ratios.get((sector, size_band))
        if found is None:
            filters = [("sector", "=", sector), ("size_band", "=", size_band)]
            path = self.folder / BY_NAME["sector_ratios"].file
            self.require("sector_ratios")
            found = pq.read_table(path, filters=filters, use_threads=False).to_pylist()
            self._ratios[sector, size_band] = found
        return [dict(row) for row in found]

    def require(self, name: str) -> None:
        """Verifies the file of a table the first time, when that was left for later; PublicationError names it."""
        if not self.late or name in self._verified:
            return
        path = self.folder / BY_NAME[name].file
        wanted = next(file for file in self.manifest.files if file.path == path.name)
        if _sha256(path) != wanted.sha256:
            raise HashMismatch(str(path), CHANGED, CHANGED_FR)
        self._verified.add(name)

    def _table(self, name: str) -> _Table:
        with self._lock:
            if name not in self._open:
                self.require(name)
                try:
                    self._open[name] = _open_table(self.folder, BY_NAME[name])
                except (pa.ArrowException, OSError) as error:
                    place = str(self.folder / BY_NAME[name].file)
                    raise PublicationError(place, f"cannot be read: {error}", _unreadable_fr(error)) from error
            return self._open[name]


def open_publication(folder: Path, *, verify: bool = True) -> Publication:
    """Opens the folder of a list or of facts; HashMismatch, UnknownSchema or PublicationError when it is not whole.

    verify=False: the hashes and columns were verified already (at the reception), only the shape is looked at.
    """
    place = str(folder)
    names = _listing(folder, place)
    if MANIFEST not in names:
        raise PublicationError(place, "there is no manifest.json", "n’a pas de manifest.json.")
    manifest = from_json(_text(folder / MANIFEST, place), place)
    if manifest.publication_id != folder.name:
        whose = manifest.publication_id
        raise PublicationError(place, f"the manifest is the one of {whose}", f"a le manifeste de {whose}.")
    told = {file.path for file in manifest.files} | {MANIFEST}
    if told != names:
        extra, missing = sorted(names - told), sorted(told - names)
        words = f"files that the manifest does not name: {extra}; files missing: {missing}"
        raise PublicationError(place, words, _listing_fr(extra, missing))
    _require_tables(manifest, place)
    if verify:
        for file in manifest.files:
            path = folder / file.path
            if _sha256(path) != file.sha256:
                raise HashMismatch(str(path), CHANGED, CHANGED_FR)
            if file.path.removesuffix(".parquet") in BY_NAME:
                _require_columns(path, file.rows, manifest)
    return Publication(folder, manifest)


def open_received(folder: Path) -> Publication:
    """Opens a folder that was verified whole at its reception: a file that has gone or changed since fails alone.

    PublicationError when the manifest cannot be read; else each table says so when it is asked for.
    """
    manifest = from_json(_text(folder / MANIFEST, str(folder)), str(folder))
    return Publication(folder, manifest, late=True)


def manifest_hash(folder: Path) -> str:
    """SHA-256 of manifest.json, which holds the hash of everything else: the fingerprint of the whole folder."""
    return _sha256(folder / MANIFEST)


def _listing(folder: Path, place: str) -> set[str]:
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise PublicationError(place, "is not a folder", "n’est pas un dossier.")
        names = set()
        with os.scandir(folder) as found:
            for entry in found:
                if not entry.is_file(follow_symlinks=False):
                    told = f"contient «\u00a0{entry.name}\u00a0», qui n’est pas un fichier ordinaire."
                    raise PublicationError(place, f"{entry.name!r} is not a plain file", told)
                names.add(entry.name)
    except OSError as error:
        raise PublicationError(place, f"cannot be read: {error}", _unreadable_fr(error)) from error
    return names


def _text(path: Path, place: str) -> str:
    with _opened(path) as file:
        raw = file.read(LONGEST + 1)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PublicationError(place, "the manifest is not UTF-8", "a un manifeste illisible.") from error


def _opened(path: Path) -> Any:
    """The file itself, never what a symbolic link points to, even one that has just been put there."""
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as error:
        raise PublicationError(str(path), f"cannot be read: {error}", _unreadable_fr(error)) from error


def _unreadable_fr(error: Exception) -> str:
    """Why the system or Parquet does not open it."""
    if isinstance(error, FileNotFoundError):
        return "manque."
    if isinstance(error, OSError):
        return f"ne peut pas être lu\u00a0: {system_words(error)}."
    return "n’est pas un fichier Parquet lisible."


def _listing_fr(extra: list[str], missing: list[str]) -> str:
    told = [f"n’a pas\u00a0: {', '.join(missing)}"] if missing else []
    told += [f"a en trop\u00a0: {', '.join(extra)}"] if extra else []
    return " ; ".join(told).replace(" ;", "\u00a0;") + "."


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with _opened(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _require_tables(manifest: Manifest, place: str) -> None:
    """Every table that a list must have is there, and a facts folder holds dossiers only.

    A later minor version may have tables that this code does not know: they are left unread.
    """
    held = {file.path.removesuffix(".parquet") for file in manifest.files if file.path.endswith(".parquet")}
    unknown = held - BY_NAME.keys()
    if unknown and not is_newer(manifest):
        raise UnknownSchema(
            place, f"unknown tables: {sorted(unknown)}", f"a des tables inconnues\u00a0: {_names(unknown)}."
        )
    if manifest.kind == "list":
        missing = sorted(table.name for table in TABLES if table.required and table.name not in held)
        if missing:
            raise PublicationError(place, f"missing tables: {missing}", f"n’a pas les tables\u00a0: {_names(missing)}.")
    elif not all(BY_NAME[name].in_facts for name in held & BY_NAME.keys()):
        told = "porte des tables qui ne sont pas des faits."
        raise PublicationError(place, "a facts folder holds dossiers only", told)


def _names(tables: Iterable[str]) -> str:
    return ", ".join(sorted(tables))


def _require_columns(path: Path, rows: int, manifest: Manifest) -> None:
    """The columns of the schema. An earlier minor version may lack nullable ones, a later one may have more."""
    wanted = BY_NAME[path.stem].arrow()
    try:
        with pq.ParquetFile(path) as file:
            found, count = file.schema_arrow.remove_metadata(), file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise PublicationError(str(path), f"is not a Parquet file: {error}", _unreadable_fr(error)) from error
    if is_newer(manifest):
        found = pa.schema([one for one in found if one.name in wanted.names])
    elif manifest.schema_version != SCHEMA_VERSION:
        wanted = pa.schema([one for one in wanted if one.name in found.names or not one.nullable])
    if not found.equals(wanted):
        differ = sorted({str(f) for f in found} ^ {str(f) for f in wanted})
        told = "n’a pas les colonnes attendues."
        raise UnknownSchema(str(path), f"columns differ from the schema: {differ}", told)
    if count != rows:
        told = f"a {count} lignes, le manifeste en annonce {rows}."
        raise PublicationError(str(path), f"{count} rows, the manifest says {rows}", told)


def _open_table(folder: Path, schema: TableSchema) -> _Table:
    file = pq.ParquetFile(folder / schema.file, pre_buffer=False, memory_map=True)
    index = file.schema_arrow.get_field_index(schema.key[0])
    groups = [file.metadata.row_group(n).column(index).statistics for n in range(file.num_row_groups)]
    held, wanted = set(file.schema_arrow.names), [column.name for column in schema.columns]
    columns = [name for name in wanted if name in held]
    lacking: Row = dict.fromkeys(name for name in wanted if name not in held)
    return _Table(schema, file, [s.min for s in groups], [s.max for s in groups], columns, lacking)
