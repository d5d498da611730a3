# ruff: noqa: S608  # the statements are made of constants of this file; what people type is a parameter
"""The index of the search, on both engines: how it is made, how it is asked. Only here is the engine known.

It reads ``Establishment.search_text`` and follows it in the same transaction. Asked for words, it gives the best
establishments by ``search_rank`` at once, however many there are:

- SQLite: an FTS5 table without content whose rowid is rank × 10^14 + SIRET: read in its own order, it gives the best
  first. Triggers keep it. A migration that makes the establishment table anew (on SQLite, almost any change does)
  loses triggers: it must end with ``migrations.RunPython(search_index.install)``; a test says so.
- PostgreSQL: GIN indexes on the words: of open establishments, of open head offices that have employees, of closed
  ones. No extension is asked for: trigrams were measured four times slower here (p95 78 ms against 18 ms, 450,000
  establishments).

Beginnings of words are asked, in any order. Mistyped words are looked up among ``SearchWord``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any

from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from vigie.companies.rules import CLOSED_RANK, EMPLOYER_RANK, PREFIX_FROM

_ROWID = "{row}.search_rank * 100000000000000 + CAST({row}.siret AS INTEGER)"
_OLD, _NEW = _ROWID.format(row="old"), _ROWID.format(row="new")
_SQLITE = (
    "DROP TRIGGER IF EXISTS companies_search_insert",
    "DROP TRIGGER IF EXISTS companies_search_delete",
    "DROP TRIGGER IF EXISTS companies_search_update",
    "DROP TABLE IF EXISTS companies_search",
    "CREATE VIRTUAL TABLE companies_search USING fts5"
    "(words, content='', detail=none, prefix='3 4', tokenize=\"ascii tokenchars '@'\")",
    f"""CREATE TRIGGER companies_search_insert AFTER INSERT ON companies_establishment WHEN new.search_text <> '' BEGIN
    INSERT INTO companies_search (rowid, words) VALUES ({_NEW}, new.search_text); END""",
    f"""CREATE TRIGGER companies_search_delete AFTER DELETE ON companies_establishment WHEN old.search_text <> '' BEGIN
    INSERT INTO companies_search (companies_search, rowid, words) VALUES ('delete', {_OLD}, old.search_text); END""",
    f"""CREATE TRIGGER companies_search_update
    AFTER UPDATE OF siret, search_rank, search_text ON companies_establishment
    WHEN old.search_text <> new.search_text OR {_OLD} <> {_NEW} BEGIN
    INSERT INTO companies_search (companies_search, rowid, words)
        SELECT 'delete', {_OLD}, old.search_text WHERE old.search_text <> '';
    INSERT INTO companies_search (rowid, words) SELECT {_NEW}, new.search_text WHERE new.search_text <> ''; END""",
    "INSERT INTO companies_search (rowid, words)"
    f" SELECT {_ROWID.format(row='e')}, e.search_text FROM companies_establishment e WHERE e.search_text <> ''"
    " ORDER BY 1",
)
_WORDS = "array_to_tsvector(string_to_array(search_text, ' '))"
_CLOSED = (
    f"CREATE INDEX IF NOT EXISTS companies_search_closed ON companies_establishment USING gin ({_WORDS})"
    f" WHERE search_rank >= {CLOSED_RANK}"
)
_POSTGRESQL = (
    "DROP INDEX IF EXISTS companies_search",
    "DROP INDEX IF EXISTS companies_search_employers",
    "DROP INDEX IF EXISTS companies_search_closed",
    f"CREATE INDEX companies_search ON companies_establishment USING gin ({_WORDS}) WHERE search_rank < {CLOSED_RANK}",
    f"CREATE INDEX companies_search_employers ON companies_establishment USING gin ({_WORDS})"
    f" WHERE search_rank <= {EMPLOYER_RANK}",
    _CLOSED,
)

_WORD = re.compile(r"[@=]?[0-9A-Z]+")

# Every group must be met, by any of its words: « MARTIN » begins a word, « =MARTIN » is the word itself (asked when it
# is known, for a beginning costs as much as all the words that begin so), « @69123 » is a commune.
Words = Sequence[Collection[str]]


def install(apps: Any, editor: Any) -> None:
    """Makes the index anew, as a step of a migration."""
    statements = _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRESQL
    with editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def install_closed(editor: Any) -> None:
    """Makes the index of closed establishments, which the first release had not."""
    if editor.connection.vendor == "postgresql":
        with editor.connection.cursor() as cursor:
            cursor.execute(_CLOSED)


def uninstall(apps: Any, editor: Any) -> None:
    """Takes the index away, as the way back of a migration."""
    statements = _SQLITE[:4] if editor.connection.vendor == "sqlite" else _POSTGRESQL[:3]
    with editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def best(
    words: Words, limit: int, within: Collection[str] = (), ranks: Sequence[tuple[int, int]] = ()
) -> list[str]:  # fmt: skip
    """The SIRETs of open establishments that hold a word of each group, best ranks first. One or two queries.

    within: départements, with whose codes those of its communes begin; empty: the whole of France. What holds the words
    is then looked at one by one, until there is enough. ranks: those wanted, first and last, in their order, closed
    ones perhaps; a query for each.
    """
    if not words or not all(words):
        return []
    if not all(_WORD.fullmatch(word) for group in words for word in group):
        raise ValueError("words of an index query come from rules.read_query and rules.place_word")
    found: list[str] = []
    for between in ranks or _usual(words, within):
        ask = _best_sqlite if connection.vendor == "sqlite" else _best_postgresql
        missing = limit - len(found)
        if missing and ranks:
            found += ask(words, missing, within, between)
        elif missing:  # the whole holds the small one
            found = ask(words, limit, within, between)
    return found


def _usual(words: Words, within: Collection[str]) -> list[tuple[int, int]]:
    """The open ones. On PostgreSQL, the best are nearly always employers' head offices: the small index is read first,
    the whole one if need be. Within a commune they are too few for the small index to be enough.
    """
    whole = (0, CLOSED_RANK - 1)
    local = bool(within) or any(word.startswith("@") for group in words for word in group)
    return [whole] if connection.vendor == "sqlite" or local else [(0, EMPLOYER_RANK), whole]


def _there(column: str, within: Collection[str]) -> tuple[str, list[str]]:
    """That a commune is of one of these départements: « 34 », « 2A », « 974 »."""
    codes = sorted(within)
    marks = ", ".join(["%s"] * len(codes))
    return f" AND (substr({column}, 1, 2) IN ({marks}) OR substr({column}, 1, 3) IN ({marks}))", [*codes, *codes]


def _best_sqlite(words: Words, limit: int, within: Collection[str], between: tuple[int, int]) -> list[str]:
    def asked(word: str) -> str:
        return f'"{word}"*' if _begins(word) else f'"{word.removeprefix("=")}"'

    match = " AND ".join(f"({' OR '.join(map(asked, group))})" for group in words)
    siret = "companies_search.rowid %% 100000000000000"
    there, codes = _there("e.commune_code", within) if within else ("", [])
    held = (
        f" AND EXISTS (SELECT 1 FROM companies_establishment e WHERE e.siret = printf('%%014d', {siret}){there})"
        if within
        else ""
    )
    first, last = between
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {siret} FROM companies_search"
            f" WHERE companies_search MATCH %s AND rowid >= %s AND rowid < %s{held} ORDER BY rowid LIMIT %s",
            [match, first * 10**14, (last + 1) * 10**14, *codes, limit],
        )
        return [f"{number:014d}" for (number,) in cursor.fetchall()]


def _best_postgresql(words: Words, limit: int, within: Collection[str], between: tuple[int, int]) -> list[str]:
    def asked(word: str) -> str:
        return f"'{word}':*" if _begins(word) else f"'{word.removeprefix('=')}'"

    match = " & ".join(f"({' | '.join(map(asked, group))})" for group in words)
    there, codes = _there("commune_code", within) if within else ("", [])
    first, last = between
    # What is written in the statement, and not given, lets the engine choose among the indexes.
    above = f" AND search_rank >= {first}" if first else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT siret FROM companies_establishment WHERE {_WORDS} @@ %s::tsquery"
            f"{above} AND search_rank <= {last}{there} ORDER BY search_rank, siret LIMIT %s",
            [match, *codes, limit],
        )
        return [siret for (siret,) in cursor.fetchall()]


def _begins(word: str) -> bool:
    """A short word is asked as it is; a longer one as the beginning of a word, unless it is marked."""
    return len(word) >= PREFIX_FROM and word[0] not in "@="


def spelled(beginning: str, most: int) -> list[str]:
    """The words of the vocabulary that begin so, ``most`` at most. One query."""
    between = ("~>=~", "~<~") if connection.vendor == "postgresql" else (">=", "<")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word FROM companies_searchword WHERE word {between[0]} %s AND word {between[1]} %s LIMIT %s",
            [beginning, beginning + "{", most],
        )
        return [word for (word,) in cursor.fetchall()]


def known(beginnings: Iterable[str]) -> list[str]:
    """Those of the beginnings that begin a word of the vocabulary. One query, whatever their number."""
    wanted = list(beginnings)
    with connection.cursor() as cursor:
        cursor.execute(*_known(connection, wanted))
        return [word for (word,) in cursor.fetchall()]


def _known(database: BaseDatabaseWrapper, wanted: list[str]) -> tuple[str, list[Any]]:
    if database.vendor == "sqlite":
        return (
            "SELECT value FROM json_each(%s) WHERE EXISTS"
            " (SELECT 1 FROM companies_searchword WHERE word >= value AND word < (value || '{'))",
            [json.dumps(wanted)],
        )
    return (
        "SELECT value FROM unnest(%s::text[]) value WHERE EXISTS"
        " (SELECT 1 FROM companies_searchword WHERE word ~>=~ value AND word ~<~ (value || '{'))",
        [wanted],
    )


def held(word: str) -> bool:
    """True when some search text still holds this very word."""
    sqlite = "SELECT 1 FROM companies_search WHERE companies_search MATCH %s LIMIT 1"
    postgresql = f"SELECT 1 FROM companies_establishment WHERE {_WORDS} @@ %s::tsquery LIMIT 1"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(sqlite, [f'"{word}"'])
        else:
            cursor.execute(f"{postgresql}", [f"'{word}'"])
        return cursor.fetchone() is not None


def refresh() -> None:
    """After many writes: what the engine should know of its tables to answer quickly."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            with suppress(OperationalError):  # somebody writes: it is only advice, and the next import gives it again
                cursor.execute("PRAGMA optimize")
            return
        for index in ("companies_search", "companies_search_employers", "companies_search_closed"):
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        for table in ("companies_company", "companies_establishment", "companies_searchword"):
            cursor.execute(f"ANALYZE {table}")
