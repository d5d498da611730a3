"""The engine behind the panel: the only module that names DuckDB or opens a Parquet file for it.

Everything else of the panel is written as Ibis expressions, so that another engine changes this file alone. Months are
counted as whole numbers (`month_index`): a lag of twelve months is a subtraction, on any engine.
"""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vigie.kernel.period import Month

Table: TypeAlias = ir.Table
COMPRESSION = "zstd"
FAST = -3  # a level of zstd: the panel is read a few times and can be built again


class Engine:
    """An open connection, and the tables kept in it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._kept: set[str] = set()

    def read(self, *paths: Path) -> Table:
        """The rows of Parquet files, read when asked."""
        with _quietly():
            return self._connection.read_parquet([str(path) for path in paths])

    def keep(self, expression: Table) -> Table:
        """The same rows, computed once and kept until the end of the scope."""
        return self._as_table(self._connection.compile(expression))

    def near(self, path: Path, columns: Sequence[str], keys: Table) -> Table:
        """The rows of a file whose firm is among the keys, kept: siren (its key), and the columns.

        keys: key, siren, a range of firms in order. The file speaks of firms (siren) or of establishments (siret); of a
        sorted file only the part that holds the range is read.
        """
        name = "siret" if "siret" in columns else "siren"
        wanted = ", ".join(f"near.{column}" for column in columns if column != "siren")
        source, firms = str(path).replace("'", "''"), keys.get_name()
        return self._as_table(
            f"SELECT firms.key AS siren, {wanted} FROM read_parquet('{source}') AS near "  # noqa: S608  # our names
            f"JOIN {firms} AS firms ON firms.siren = near.{name}[1:9] "
            f"WHERE near.{name} >= (SELECT min(siren) FROM {firms}) "
            f"AND near.{name} <= (SELECT max(siren) || '~' FROM {firms})"
        )

    def _as_table(self, query: str) -> Table:
        name = self._name()
        self._connection.con.execute(f"CREATE TEMP TABLE {name} AS {query}")
        with _quietly():
            return self._connection.table(name)

    def load(self, rows: pa.Table) -> Table:
        """An Arrow table as a table of the engine."""
        name = self._name()
        self._connection.con.register(f"given_{name}", rows)
        self._connection.con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM given_{name}")  # noqa: S608  # our name
        self._connection.con.unregister(f"given_{name}")
        with _quietly():
            return self._connection.table(name)

    def _name(self) -> str:
        name = f"kept_{uuid.uuid4().hex}"
        self._kept.add(name)
        return name

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is kept or loaded inside is forgotten at the end."""
        before = set(self._kept)
        try:
            yield
        finally:
            for name in self._kept - before:
                self._connection.con.execute(f"DROP TABLE IF EXISTS {name}")
            self._kept = before

    def arrow(self, expression: Table) -> pa.Table:
        """The rows, in memory."""
        with _quietly():
            return self._connection.to_pyarrow(expression)

    def value(self, expression: ir.Scalar) -> Any:
        """One value."""
        with _quietly():
            return self._connection.to_pyarrow(expression).as_py()

    def write(self, expression: Table, path: Path, sort: Sequence[str]) -> int:
        """Writes the sorted rows as one Parquet file that appears whole or not at all; gives their number."""
        rows = self.arrow(expression.order_by(list(sort)))
        with parquet_file(path) as target:
            pq.write_table(rows, target, compression=COMPRESSION)
        return rows.num_rows


@contextmanager
def _quietly() -> Iterator[None]:
    """Ibis 12 still calls a name that DuckDB 2.0 declares old; it works."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
        yield


@contextmanager
def engine(*, threads: int = 2, memory_limit: str = "2GB", temp_directory: Path | None = None) -> Iterator[Engine]:
    """An engine in memory, closed at the end; what does not fit goes to temp_directory."""
    settings: dict[str, Any] = {
        "threads": threads,
        "memory_limit": memory_limit,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
    }
    if temp_directory is not None:
        temp_directory.mkdir(parents=True, exist_ok=True)
        settings["temp_directory"] = str(temp_directory)
    connection = ibis.duckdb.connect(":memory:", **settings)
    connection.con.execute("SET enable_progress_bar = false")
    try:
        yield Engine(connection)
    finally:
        connection.disconnect()


@contextmanager
def parquet_file(path: Path) -> Iterator[Path]:
    """A temporary path beside the file, forced to the disk and renamed at the end; removed after a failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        yield target
        with target.open("rb") as written:
            os.fsync(written.fileno())
        target.replace(path)
    finally:
        target.unlink(missing_ok=True)


def index_of(month: Month) -> int:
    """A month as a whole number: two that follow each other differ by one."""
    return month.year * 12 + month.month - 1


def month_of(index: int) -> Month:
    """The month of a whole number."""
    return Month(index // 12, index % 12 + 1)


def month_index(day: ir.Value) -> ir.Value:
    """The whole number of the month of a day."""
    return (day.year().cast("int32") * 12 + day.month().cast("int32") - 1).cast("int32")


def months_grid(engine: Engine, firms: Table, first: Month, last: Month) -> Table:
    """Every firm × every month from first to last, none missing: siren, month (whole number)."""
    numbers = pa.array(range(index_of(first), index_of(last) + 1), pa.int32())
    return firms.select("siren").cross_join(engine.load(pa.table({"month": numbers})))


def attach(left: Table, right: Table, keys: str | Sequence[str], columns: Sequence[str] | None = None) -> Table:
    """Every row of the left, with some columns of the right (all but the keys) where its keys are found."""
    names = [keys] if isinstance(keys, str) else list(keys)
    wanted = [name for name in right.columns if name not in names] if columns is None else columns
    return left.left_join(right, names).select(
        *(left[name] for name in left.columns), *(right[name] for name in wanted)
    )


def asof_latest(panel: Table, events: Table, by: str, at: str, values: Sequence[str]) -> Table:
    """The panel with, for each row, the values of the latest event of its key dated at or before its moment.

    Union and running counts, not an ASOF join, which some engines lack. events: at most one row per (by, at).
    """
    marked = events.select(by, at, *values).mutate(is_event=ibis.literal(1, "int8"))
    asked = panel.select(by, at, **{name: ibis.null(events[name].type()) for name in values}).mutate(
        is_event=ibis.literal(0, "int8")
    )
    every = marked.union(asked, distinct=False)
    past = ibis.window(group_by=by, order_by=[at, ibis.desc("is_event")], preceding=None, following=0)
    ranked = every.mutate(rank=every.is_event.sum().over(past).cast("int64"))
    rows = ranked.filter(ranked.is_event == 0).select(by, at, "rank")
    latest = ranked.filter(ranked.is_event == 1).select("rank", *values, **{f"{by}_of_event": ranked[by]})
    found = rows.left_join(latest, [rows[by] == latest[f"{by}_of_event"], rows["rank"] == latest["rank"]])
    return panel.left_join(found.select(by, at, *values), [by, at]).select(*panel.columns, *values)


class MonthFiles:
    """One Parquet file per month, filled bucket after bucket of firms in the order of their SIREN."""

    def __init__(self, paths: Mapping[int, Path]) -> None:
        self._paths = paths
        self._partial = {month: path.with_name(f".{path.name}.{uuid.uuid4().hex}") for month, path in paths.items()}
        self._writers: dict[int, pq.ParquetWriter] = {}
        self.rows = dict.fromkeys(paths, 0)

    def add(self, month: int, rows: pa.Table) -> None:
        """Appends the rows of one bucket to the file of one month."""
        if month not in self._writers:
            self._partial[month].parent.mkdir(parents=True, exist_ok=True)
            self._writers[month] = pq.ParquetWriter(
                self._partial[month],
                rows.schema,
                compression=COMPRESSION,
                compression_level=FAST,
                use_dictionary=[entry.name for entry in rows.schema if pa.types.is_string(entry.type)],
                write_statistics=["siren"],
            )
        self._writers[month].write_table(rows)
        self.rows[month] += rows.num_rows

    def close(self) -> None:
        """Forces every file to the disk, then renames it to its place."""
        for month, writer in self._writers.items():
            writer.close()
            with self._partial[month].open("rb") as written:
                os.fsync(written.fileno())
            self._partial[month].replace(self._paths[month])

    def abandon(self) -> None:
        """Removes what was not renamed."""
        for month, path in self._partial.items():
            if month in self._writers:
                self._writers[month].close()
            path.unlink(missing_ok=True)


def places(part: pa.Table, rows_count: int, key: str) -> np.ndarray:
    """Where each row key (0 … rows_count - 1) stands in a part whose rows come in any order; -1 where it is absent."""
    found = np.full(rows_count, -1, np.int64)
    found[part[key].to_numpy()] = np.arange(part.num_rows)
    return found
