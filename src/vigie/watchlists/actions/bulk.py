"""Rows written by the hundred thousand: by columns, with what each engine has for it, and room for other writers.

They ask nothing back, no object is made of them, and the database holds the constraints.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from typing import Any

from django.db import connection
from django.db.models import Model

from vigie.kernel.turns import Turns

Columns = dict[str, list[Any]]
FIRST = 500  # rows of the first transaction on SQLite; the next ones by what it took


@contextmanager
def in_turns() -> Iterator[Turns]:
    """Long writing in turns with whoever else writes.

    On SQLite the file is brought up to date with its log between two transactions (``settle``), not at the end of one.
    """
    if connection.vendor != "sqlite":
        yield Turns(FIRST, alone=False)
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint")
        (pages,) = cursor.fetchone()
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            yield Turns(FIRST)
        finally:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {int(pages)}")


def settle() -> None:
    """On SQLite: what the log holds goes to its place, while whoever waits to write passes."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def learn(*models: type[Model]) -> None:
    """After many rows: what PostgreSQL should know of its tables to read them well, at once and not in a minute.

    It answers from an index alone for what VACUUM has seen, and plans from the figures of ANALYZE. Only advice: a table
    that somebody holds is left.
    """
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE, SKIP_LOCKED) {tables}")


def prepared(model: type[Model], name: str, value: Any) -> Any:
    """As the database takes it; once, not at each row."""
    return next(field for field in model._meta.concrete_fields if field.name == name).get_db_prep_save(
        value, connection
    )


def insert(
    model: type[Model], columns: Columns, *, same: dict[str, Any] | None = None, unless_known: bool = False
) -> None:
    """Inserts these rows; same: the columns that hold one value in all of them.

    unless_known: those that the database has already stay as they are.
    """
    column_of = {field.name: str(field.column) for field in model._meta.concrete_fields}
    same = same or {}
    names = [connection.ops.quote_name(column_of[name]) for name in (*columns, *same)]
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql" and unless_known:
        _copy_unknown(table, names, columns, list(same.values()))
        return
    count = len(next(iter(columns.values())))
    rows = zip(*columns.values(), *(repeat(value, count) for value in same.values()), strict=True)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, table, names, rows)
            return
        text = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608  ours
        cursor.executemany(text + (" ON CONFLICT DO NOTHING" if unless_known else ""), list(rows))


def _copy(cursor: Any, table: str, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """PostgreSQL takes a file of rows ten times quicker than statements."""
    with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _copy_unknown(table: str, names: list[str], columns: Columns, same: list[Any]) -> None:
    """COPY has no word for rows that are known: they go through a table of their own, without what is said of all."""
    own, every = names[: len(columns)], ", ".join(names)
    chosen = ", ".join([*own, *["%s"] * len(same)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE taken ON COMMIT DROP AS SELECT {', '.join(own)} FROM {table} WITH NO DATA"  # noqa: S608
        )
        _copy(cursor, "taken", own, zip(*columns.values(), strict=True))
        cursor.execute(f"INSERT INTO {table} ({every}) SELECT {chosen} FROM taken ON CONFLICT DO NOTHING", same)  # noqa: S608
        cursor.execute("DROP TABLE taken")
