"""The database itself refuses to change or delete what is append-only, whoever asks: triggers, on both engines.

Three tables are so: the events, the audit and its seals. ``protect`` is called by the first migration.
On SQLite a migration that alters such a table makes it anew and so loses its triggers: such a migration ends with
``protect`` (a test reminds it). ``lifted`` is for what must erase whole rows, by the retention rules, and for the tests
that empty the base; nothing else calls it. PostgreSQL's TRUNCATE fires no row trigger: keep that privilege from the
account of the service.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EVENTS, AUDIT, SEALS = "journal_event", "journal_auditevent", "journal_auditseal"
TABLES = (EVENTS, AUDIT, SEALS)

_PROTECT = {
    "sqlite": (
        "CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        "CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$",
        "DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
    ),
}
_UNPROTECT = {
    "sqlite": ("DROP TRIGGER IF EXISTS {table}_no_update", "DROP TRIGGER IF EXISTS {table}_no_delete"),
    "postgresql": ("DROP TRIGGER IF EXISTS {table}_append_only ON {table}",),
}


def protect(connection: Any, *tables: str) -> None:
    """Makes the database refuse; without table, that of the events. Can be run again."""
    _execute(connection, _PROTECT, tables or (EVENTS,))


def unprotect(connection: Any, *tables: str) -> None:
    """Makes the database accept; without table, that of the events. Can be run again."""
    _execute(connection, _UNPROTECT, tables or (EVENTS,))


@contextmanager
def lifted(connection: Any, *tables: str) -> Iterator[None]:
    """Without the protection of these tables (all of them when none is named).

    Inside a transaction, nobody else ever sees them without it.
    """
    chosen = tables or TABLES
    unprotect(connection, *chosen)
    try:
        yield
    finally:
        protect(connection, *chosen)


def _execute(connection: Any, statements: dict[str, tuple[str, ...]], tables: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            for statement in statements[connection.vendor]:
                cursor.execute(statement.format(table=table))
