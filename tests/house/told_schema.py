"""A base told in full, to compare it with another: what its tables are, and the rows that it was made with."""

from __future__ import annotations

from typing import Any

Told = dict[tuple[str, ...], Any]

COLUMNS = (
    "SELECT table_name, column_name, udt_name, character_maximum_length, numeric_precision, numeric_scale, "
    "is_nullable, column_default, identity_generation, collation_name, generation_expression "
    "FROM information_schema.columns WHERE table_schema = 'public'"
)
# Each gives a kind, a name, and what it is.
POSTGRESQL = (
    "SELECT 'relation ' || relkind::text, relname, '' FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT 'constraint', conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace",
    "SELECT 'trigger', tgrelid::regclass::text || '.' || tgname, pg_get_triggerdef(oid) || tgenabled::text "
    "FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p "
    "WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
    "SELECT 'statistics', stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext",
)
# What is drawn when the base is made is left out: identifiers, moments, marks.
ROWS = {
    "auth_permission": "SELECT app_label, model, codename, p.name FROM auth_permission p "
    "JOIN django_content_type c ON c.id = content_type_id",
    "django_content_type": "SELECT app_label, model FROM django_content_type",
    "django_migrations": "SELECT app, name FROM django_migrations",
    "directory_tablemark": "SELECT table_name FROM directory_tablemark",
}


def told(cursor: Any, vendor: str, filled: list[str]) -> Told:
    """By kind and name: columns apart from their order, keys, indexes, constraints, triggers, functions, rows."""
    found = _postgresql(cursor) if vendor == "postgresql" else _sqlite(cursor)
    for table in filled:
        cursor.execute(ROWS.get(table, f"SELECT * FROM {table}"))  # noqa: S608 (names of tables)
        found["rows", table] = sorted(map(str, cursor.fetchall()))
    return found


def _postgresql(cursor: Any) -> Told:
    cursor.execute(COLUMNS)
    found: Told = {("column", str(row[0]), str(row[1])): row[2:] for row in cursor.fetchall()}
    for query in POSTGRESQL:
        cursor.execute(query)
        found |= {(kind, name): what for kind, name, what in cursor.fetchall()}
    return found


def _sqlite(cursor: Any) -> Told:
    """How each table, index and trigger is written. A table is told by its parts: SQLite moves what it changes."""
    cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return {
        (kind, name): parts(sql) if kind == "table" and not sql.startswith("CREATE VIRTUAL") else sql
        for kind, name, sql in cursor.fetchall()
    }


def parts(sql: str) -> list[str]:
    """The columns and constraints between the parentheses of a CREATE TABLE, in alphabetical order.

    >>> parts('CREATE TABLE "a" ("n" int CHECK (n IN (1, 2)), "t" text DEFAULT \\'(,\\')')
    ['"n" int CHECK (n IN (1, 2))', '"t" text DEFAULT \\'(,\\'']
    """
    body = sql[sql.index("(") + 1 : sql.rindex(")")]
    found, depth, quote = [""], 0, ""
    for letter in body:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth and not quote:
            found.append("")
        else:
            found[-1] += letter
    return sorted(part.strip() for part in found)
