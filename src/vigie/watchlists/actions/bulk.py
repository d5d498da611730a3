"""Rows written by the hundred thousand (vigie.bulk): room for other writers, and what the database learns of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model

from vigie.kernel.turns import Turns

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
