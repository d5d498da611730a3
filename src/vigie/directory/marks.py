# ruff: noqa: S608  # the statements are made of constants of this file
"""The database marks each change of the tables that the address book's pages are worked out from, whoever writes:
triggers, on both engines. What a process keeps of these pages it keeps under the marks (``queries.marks``).

A mark is a number drawn at random, written in the transaction of the change: it comes with it, goes with it if it is
rolled back, and never comes back. On PostgreSQL each transaction has its own line, so that nobody waits for another
who writes the same table; it takes away the older lines that nobody holds.

On SQLite a migration that alters a table makes it anew and so loses its triggers: they are put back at the end of each
``migrate``, with new marks. A trigger that is changed here needs a migration: ``uninstall``, then ``install``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections

MARKS = "directory_tablemark"


@dataclass(frozen=True)
class Watch:
    """A table. columns: an update that changes none of them does not count; only: nor do rows that are not so."""

    table: str
    columns: tuple[str, ...] = ()
    only: str = ""

    def updated(self, differs: str) -> str:
        """The condition of an update that counts."""
        changed = " OR ".join(f"old.{one} {differs} new.{one}" for one in self.columns)
        return f"({changed}) AND ({self.row('old')} OR {self.row('new')})" if self.only else changed

    def row(self, one: str) -> str:
        """The condition of a row that counts, when it comes or goes."""
        return self.only.format(row=one) or "TRUE"


# Accounts are written at each sign-in and messages at each sending: only what pages show of them counts.
WATCHED = (
    Watch("accounts_absence"),
    Watch("accounts_antenne"),
    Watch("accounts_antennezone"),
    Watch("accounts_habilitation"),
    Watch("accounts_institution"),
    Watch("accounts_user", ("antenne_id", "full_name", "email", "is_active", "deleted_at")),
    Watch("directory_answergrouping"),
    Watch("directory_expert"),
    Watch("directory_expertmember"),
    Watch("directory_expertsubject"),
    Watch("directory_expertzone"),
    Watch("directory_institutionsubject"),
    Watch("directory_matchfilter"),
    Watch("directory_subject"),
    Watch("directory_theme"),
    Watch("journal_outgoingmessage", ("state", "recipient"), only="{row}.state = 'failed'"),
    Watch("territory_commune"),
    Watch("territory_zone"),
)
TABLES = frozenset(one.table for one in WATCHED)


def install(connection: Any) -> None:
    """Puts the triggers that are not there, and marks every table if one was missing. Can be run again."""
    triggers = _on_sqlite if connection.vendor == "sqlite" else _on_postgresql
    with connection.cursor() as cursor:
        if not {MARKS, *TABLES} <= {*connection.introspection.table_names(cursor)}:
            return  # on the way, forwards or back
        missing = [one for one in WATCHED if _count(connection, cursor, one) < len(_names(connection, one.table))]
        if missing and connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for statement in (statement for one in missing for statement in triggers(one)):
            cursor.execute(statement)
        for table in TABLES if missing else ():
            for statement in _MARK[connection.vendor]:
                cursor.execute(statement.format(table=table))


def uninstall(connection: Any) -> None:
    """Takes the triggers away."""
    with connection.cursor() as cursor:
        for one in WATCHED:
            if connection.vendor == "sqlite":
                for name in _names(connection, one.table):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                cursor.execute(f"DROP FUNCTION IF EXISTS {one.table}_mark() CASCADE")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS directory_mark(text)")


def after_migrate(using: str, **_told: Any) -> None:
    """Receives ``post_migrate``."""
    install(connections[using])


# --- how it is written ----------------------------------------------------------------------------------------------
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION directory_mark(watched text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO {MARKS} (table_name, writer, value)
  VALUES (watched, txid_current(), hashtextextended(gen_random_uuid()::text, 0))
  ON CONFLICT (table_name, writer) DO UPDATE SET value = excluded.value;
  DELETE FROM {MARKS} WHERE id IN (
    SELECT id FROM {MARKS} WHERE table_name = watched AND writer <> txid_current() FOR UPDATE SKIP LOCKED
  );
END $$
"""
_MARK = {
    # Two statements: the « OR IGNORE » of whoever writes would have its way with an upsert.
    "sqlite": (
        f"INSERT INTO {MARKS} (table_name, writer, value) SELECT '{{table}}', 0, 0 "
        f"WHERE NOT EXISTS (SELECT 1 FROM {MARKS} WHERE table_name = '{{table}}')",
        f"UPDATE {MARKS} SET value = random() WHERE table_name = '{{table}}'",
    ),
    "postgresql": ("SELECT directory_mark('{table}')",),
}


def _names(connection: Any, table: str) -> list[str]:
    kinds = ("insert", "update", "delete") if connection.vendor == "sqlite" else ("change", "truncate")
    return [f"{table}_mark_{kind}" for kind in kinds]


def _count(connection: Any, cursor: Any, one: Watch) -> int:
    """How many of its triggers a table has."""
    held = "sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name"
    if connection.vendor == "postgresql":
        held = "pg_trigger WHERE tgrelid = %s::regclass AND tgname"
    names = _names(connection, one.table)
    cursor.execute(f"SELECT COUNT(*) FROM {held} IN ({', '.join(['%s'] * len(names))})", [one.table, *names])
    return int(cursor.fetchone()[0])


def _on_sqlite(one: Watch) -> list[str]:
    body = "; ".join(_MARK["sqlite"]).format(table=one.table)
    written = []
    for kind, condition in (
        ("insert", one.row("new") if one.only else ""),
        ("update", one.updated("IS NOT")),
        ("delete", one.row("old") if one.only else ""),
    ):
        when = f" WHEN {condition}" if condition else ""
        name = f"{one.table}_mark_{kind}"
        written.append(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {kind} ON {one.table}{when} BEGIN {body}; END")
    return written


def _on_postgresql(one: Watch) -> list[str]:
    """Conditions stand in the function, not in the trigger: PostgreSQL would no longer let their columns change."""
    table, each = one.table, "ROW" if one.columns else "STATEMENT"
    body = f"PERFORM directory_mark('{table}'); RETURN NULL;"
    if one.columns:
        body = (
            f"IF tg_op = 'UPDATE' THEN IF NOT ({one.updated('IS DISTINCT FROM')}) THEN RETURN NULL; END IF; "
            f"ELSIF tg_op = 'INSERT' THEN IF NOT ({one.row('new')}) THEN RETURN NULL; END IF; "
            f"ELSIF tg_op = 'DELETE' THEN IF NOT ({one.row('old')}) THEN RETURN NULL; END IF; END IF; {body}"
        )
    change, truncate = f"{table}_mark_change", f"{table}_mark_truncate"
    return [
        f"CREATE OR REPLACE FUNCTION {table}_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"DROP TRIGGER IF EXISTS {change} ON {table}",
        f"DROP TRIGGER IF EXISTS {truncate} ON {table}",
        f"CREATE TRIGGER {change} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH {each} "
        f"EXECUTE FUNCTION {table}_mark()",
        f"CREATE TRIGGER {truncate} AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_mark()",
    ]
