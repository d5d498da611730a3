"""The database itself refuses to change or delete an event, whoever asks: triggers, on both engines.

``protect`` is called by migration 0002. On SQLite a migration that alters the table of events makes the table anew and
so loses its triggers: such a migration ends with ``protect`` (a test reminds it). ``lifted`` is for what must erase
whole events, by the retention rules, and for the tests that empty the base; nothing else calls it.
PostgreSQL's TRUNCATE fires no row trigger: keep that privilege from the account of the service.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TABLE = "journal_event"
_REFUSAL = "journal_event is append-only"

_PROTECT = {
    "sqlite": (
        f"CREATE TRIGGER IF NOT EXISTS journal_event_no_update BEFORE UPDATE ON {_TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
        f"CREATE TRIGGER IF NOT EXISTS journal_event_no_delete BEFORE DELETE ON {_TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION journal_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
        f"DROP TRIGGER IF EXISTS journal_event_append_only ON {_TABLE}",
        f"CREATE TRIGGER journal_event_append_only BEFORE UPDATE OR DELETE ON {_TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION journal_event_refuse()",
    ),
}
_UNPROTECT = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS journal_event_no_update",
        "DROP TRIGGER IF EXISTS journal_event_no_delete",
    ),
    "postgresql": (f"DROP TRIGGER IF EXISTS journal_event_append_only ON {_TABLE}",),
}


def protect(connection: Any) -> None:
    """Makes the database refuse. Can be run again."""
    _execute(connection, _PROTECT)


def unprotect(connection: Any) -> None:
    """Makes the database accept. Can be run again."""
    _execute(connection, _UNPROTECT)


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Without the protection; inside a transaction, nobody else ever sees the table without it."""
    unprotect(connection)
    try:
        yield
    finally:
        protect(connection)


def _execute(connection: Any, statements: dict[str, tuple[str, ...]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
