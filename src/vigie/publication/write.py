"""Writes a publication once, whole or not at all.

Everything is written and synchronised in a temporary folder of the same file system, then one rename makes it
visible: a process killed at any byte leaves nothing that a reader sees. What a killed writer left is removed by the
next one. The same tables give the same bytes; only ``created_at`` of the manifest differs.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.kernel.errors import PublicationError
from vigie.publication.manifest import FACTS_ID, LIST_ID, File, Manifest, ManifestFacts, from_json, to_json
from vigie.publication.schema import (
    BY_NAME,
    CARD,
    MANIFEST,
    ROWS_PER_GROUP,
    SCHEMA_VERSION,
    TABLES,
    Column,
    TableSchema,
)

FACTS_FOLDER = "facts"
WRITING = ".writing"  # temporary folders; readers and watchers ignore what begins with a dot
WRITERS = 2  # tables written at the same time: each waits on its own checks and compression

Tables = Mapping[str, "pa.Table | Path | str"]


def write(root: Path, publication_id: str, tables: Tables, facts: ManifestFacts, card: str = "") -> Path:
    """Writes ``root/<publication_id>/`` and gives it.

    tables: name of the table (``schema.BY_NAME``) → Arrow table or path of a Parquet file, sorted by the table's key.
    card: text of CARD.md. Raises PublicationError when it exists already, or when a table is not what the schema says.
    """
    if not LIST_ID.match(publication_id):
        raise PublicationError(publication_id, "not a publication identifier (2026-06.1 expected)")
    missing = [table.name for table in TABLES if table.required and table.name not in tables]
    if missing:
        raise PublicationError(publication_id, f"missing tables: {', '.join(missing)}")
    return _publish(root, root / publication_id, "list", tables, facts, card)


def write_facts(root: Path, facts_id: str, tables: Tables, facts: ManifestFacts) -> Path:
    """Writes ``root/facts/<facts_id>/``: fresher dossiers (2026-06-18, then 2026-06-18.2), no entries."""
    if not FACTS_ID.match(facts_id):
        raise PublicationError(facts_id, "not a facts identifier (2026-06-18 expected)")
    strange = [name for name in tables if name in BY_NAME and not BY_NAME[name].in_facts]
    if strange or not tables:
        raise PublicationError(facts_id, f"a facts folder holds dossiers only, not: {', '.join(strange) or 'nothing'}")
    return _publish(root, root / FACTS_FOLDER / facts_id, "facts", tables, facts, "")


def _publish(root: Path, target: Path, kind: str, tables: Tables, facts: ManifestFacts, card: str) -> Path:
    strange = [name for name in tables if name not in BY_NAME]
    if strange:
        raise PublicationError(target.name, f"unknown tables: {', '.join(strange)}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with alone(root) as scratch:
        if os.path.lexists(target):
            raise PublicationError(target.name, "already published; a correction is a new number")
        folder = scratch / target.name
        folder.mkdir()
        with ThreadPoolExecutor(WRITERS) as pool:
            files = list(pool.map(lambda name: _write_table(folder, BY_NAME[name], tables[name]), sorted(tables)))
        if card:
            files.append(_write_text(folder / CARD, card))
        told = {f.name: getattr(facts, f.name) for f in fields(ManifestFacts)}
        manifest = Manifest(
            **told, publication_id=target.name, kind=kind, schema_version=SCHEMA_VERSION, files=tuple(files)
        )
        text = to_json(manifest)
        from_json(text, target.name)  # what a reader would refuse is not written
        _write_text(folder / MANIFEST, text)
        _synchronise(folder)
        os.rename(folder, target)
        _synchronise(target.parent)
    return target


@contextmanager
def alone(root: Path) -> Iterator[Path]:
    """The temporary folder, empty, while no other process writes there."""
    scratch = root / WRITING
    scratch.mkdir(parents=True, exist_ok=True)
    lock = os.open(scratch, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in scratch.iterdir():  # by a writer that was killed
            shutil.rmtree(left)
        try:
            yield scratch
        finally:
            for left in scratch.iterdir():
                shutil.rmtree(left)
    finally:
        os.close(lock)


def _write_table(folder: Path, schema: TableSchema, source: pa.Table | Path | str) -> File:
    path = folder / schema.file
    rows = 0
    last: pa.Table | None = None
    with pq.ParquetWriter(path, schema.arrow(), compression="zstd", compression_level=3) as writer:
        for group in _groups(schema, source):
            _require_values(schema, group, rows)
            _require_sorted(schema, group if last is None else pa.concat_tables([last, group]), rows)
            writer.write_table(group, row_group_size=schema.rows_per_group)
            rows += group.num_rows
            last = group.slice(group.num_rows - 1)
    return _sealed(path, rows)


def _groups(schema: TableSchema, source: pa.Table | Path | str) -> Iterator[pa.Table]:
    """The rows by groups of the schema, whatever the cutting of the source, in the columns of the schema."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in _batches(schema, source):
        while batch.num_rows:
            taken = batch.slice(0, schema.rows_per_group - count)
            waiting.append(taken)
            count += taken.num_rows
            batch = batch.slice(taken.num_rows)
            if count == schema.rows_per_group:
                yield _cast(schema, waiting)
                waiting, count = [], 0
    if count:
        yield _cast(schema, waiting)


def _batches(schema: TableSchema, source: pa.Table | Path | str) -> Iterator[pa.RecordBatch]:
    if isinstance(source, pa.Table):
        names, batches = source.column_names, source.to_batches()
    else:
        file = pq.ParquetFile(source)
        names, batches = file.schema_arrow.names, file.iter_batches(batch_size=ROWS_PER_GROUP)
    wanted = [column.name for column in schema.columns]
    if set(names) != set(wanted):
        raise PublicationError(schema.name, f"columns differ from the schema: {sorted(set(names) ^ set(wanted))}")
    for batch in batches:
        yield batch.select(wanted)


def _cast(schema: TableSchema, batches: list[pa.RecordBatch]) -> pa.Table:
    try:
        table = pa.Table.from_batches(batches)
        columns = [table[c.name].cast(c.type).combine_chunks() for c in schema.columns]
        return pa.table(columns, schema=schema.arrow())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError) as error:
        raise PublicationError(schema.name, f"a column is not of its type: {error}") from error


def _require_values(schema: TableSchema, group: pa.Table, before: int) -> None:
    for column in schema.columns:
        fault = _fault(column, group[column.name])
        if fault:
            raise PublicationError(schema.name, f"{column.name}, within rows {before} and next: {fault}")
    for name in {"siren": 9, "siret": 14}.items():
        if (
            name[0] in group.column_names
            and not pc.all(pc.match_substring_regex(group[name[0]], f"^[0-9]{{{name[1]}}}$")).as_py()
        ):
            raise PublicationError(schema.name, f"{name[0]}: a value has not {name[1]} digits")


def _fault(column: Column, values: pa.ChunkedArray) -> str:
    if not column.nullable and values.null_count:
        return f"{values.null_count} values are missing"
    if column.among and not pc.all(pc.is_in(values.drop_null(), value_set=pa.array(column.among))).as_py():
        return f"a value is not among {', '.join(column.among)}"
    if pa.types.is_floating(column.type) and pc.any(pc.invert(pc.is_finite(values.drop_null()))).as_py():
        return "a value is not a finite number"
    if column.between and values.null_count < len(values):
        low, high = pc.min(values).as_py(), pc.max(values).as_py()
        if low < column.between[0] or high > column.between[1]:
            return f"from {low} to {high}, outside {column.between}"
    return ""


def _require_sorted(schema: TableSchema, rows: pa.Table, before: int) -> None:
    """Each row is strictly after the one before, by the key; a missing value comes first."""
    if rows.num_rows < 2:
        return
    after: pa.ChunkedArray | None = None
    for name in reversed(schema.key):
        column = rows[name].combine_chunks()
        head, tail = column.slice(0, len(column) - 1), column.slice(1)
        missing_head, missing_tail = pc.is_null(head), pc.is_null(tail)
        less = pc.or_(pc.fill_null(pc.less(head, tail), False), pc.and_not(missing_head, missing_tail))
        same = pc.or_(pc.fill_null(pc.equal(head, tail), False), pc.and_(missing_head, missing_tail))
        after = less if after is None else pc.or_(less, pc.and_(same, after))
    if not pc.all(after).as_py():
        at = before + pc.index(after, False).as_py()
        raise PublicationError(schema.name, f"not sorted by {', '.join(schema.key)}, or twice the same, near row {at}")


def _write_text(path: Path, text: str) -> File:
    path.write_text(text, encoding="utf-8")
    return _sealed(path, 0)


def _sealed(path: Path, rows: int) -> File:
    """Synchronises the file, forbids its change, gives its line of the manifest."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    path.chmod(0o444)
    return File(path.name, digest, rows)


def _synchronise(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
