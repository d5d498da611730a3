"""Rows written by the thousand: by columns, with what each engine has for it.

They ask nothing back, and the database holds the constraints. Django asks each value of its field, which costs more
than the writing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Model

Columns = dict[str, list[Any]]
MOST_WHOLE = 200  # rows of one statement: each engine limits the values of one
# What the database takes as Python holds it; the other fields are asked.
PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)


def prepared(model: type[Model], name: str, value: Any) -> Any:
    """As the database takes it; once, not at each row."""
    return next(field for field in model._meta.concrete_fields if field.name == name).get_db_prep_save(
        value, connection
    )


def insert(
    model: type[Model], columns: Columns, *, same: dict[str, Any] | None = None, unless_known: bool = False
) -> None:
    """Inserts these rows; same: the columns that hold one value in all of them.

    unless_known: those that the database has already stay as they are. Raises Django's IntegrityError.
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


def insert_new(rows: Sequence[Model]) -> None:
    """Inserts these objects of one model, not saved yet: the database numbers them, they do not learn it.

    All or none within a transaction, which is the caller's. Raises Django's IntegrityError.
    """
    if rows:
        insert(type(rows[0]), _columns(rows))


def insert_whole(rows: Sequence[Model]) -> None:
    """The same in one statement (one for each 200 rows): all or none, with or without a transaction of the caller's.

    Outside a transaction, SQLite takes and gives back its write lock within the statement: several threads of Python
    would otherwise wait for one another between its beginning and its end.
    """
    if len(rows) > MOST_WHOLE:
        with transaction.atomic():
            for start in range(0, len(rows), MOST_WHOLE):
                insert_whole(rows[start : start + MOST_WHOLE])
    elif rows:
        columns = _columns(rows)
        with connection.cursor() as cursor:
            cursor.execute(
                _whole(type(rows[0]), len(rows)), list(chain.from_iterable(zip(*columns.values(), strict=True)))
            )


@lru_cache(maxsize=256)
def _whole(model: type[Model], count: int) -> str:
    """The statement that inserts so many rows, in the order of ``_columns``."""
    names = [connection.ops.quote_name(str(field.column)) for field in _written_fields(model)]
    values = ", ".join([f"({', '.join(['%s'] * len(names))})"] * count)
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(names)}) VALUES {values}"  # noqa: S608  ours


def _written_fields(model: type[Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]


def _columns(rows: Sequence[Model]) -> Columns:
    columns: Columns = {}
    for field in _written_fields(type(rows[0])):
        if isinstance(getattr(field, "target_field", field), PLAIN):  # a key is as what it points to
            columns[field.name] = [getattr(row, field.attname) for row in rows]
        else:
            columns[field.name] = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows]
    return columns


def _copy(cursor: Any, table: str, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """PostgreSQL takes a file of rows ten times quicker than statements."""
    with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
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
