# ruff: noqa: S608  # the statements are made of constants of this file; what people type is a parameter
"""The index of the search, on both engines: how it is made, how it is asked. Only here is the engine known.

It reads ``Establishment.search_text`` and follows it in the same transaction. Asked for words, it gives the best
establishments by ``search_rank`` at once, however many there are:

- SQLite: an FTS5 table without content whose rowid is rank × 10^14 + SIRET: read in its own order, it gives the best
  first. Triggers keep it. A migration that makes the establishment table anew (on SQLite, almost any change does)
  loses triggers: it must end with ``migrations.RunPython(search_index.install)``; a test says so.
- PostgreSQL: two GIN indexes on the words, one of them on open head offices that have employees. No extension is
  asked for: trigrams were measured four times slower here (p95 78 ms against 18 ms, 450,000 establishments).

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
_POSTGRESQL = (
    "DROP INDEX IF EXISTS companies_search",
    "DROP INDEX IF EXISTS companies_search_employers",
    f"CREATE INDEX companies_search ON companies_establishment USING gin ({_WORDS}) WHERE search_rank < {CLOSED_RANK}",
    f"CREATE INDEX companies_search_employers ON companies_establishment USING gin ({_WORDS})"
    f" WHERE search_rank <= {EMPLOYER_RANK}",
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


def uninstall(apps: Any, editor: Any) -> None:
    """Takes the index away, as the way back of a migration."""
    statements = _SQLITE[:4] if editor.connection.vendor == "sqlite" else _POSTGRESQL[:2]
    with editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def best(words: Words, limit: int, within: str = "") -> list[str]:
    """The SIRETs of open establishments that hold a word of each group, best ranks first. One or two queries.

    within: a département, with whose code those of its communes begin; empty: the whole of France. What holds the
    words is then looked at one by one, until there is enough.
    """
    if not words or not all(words):
        return []
    if not all(_WORD.fullmatch(word) for group in words for word in group):
        raise ValueError("words of an index query come from rules.read_query and rules.place_word")
    found = _best_sqlite if connection.vendor == "sqlite" else _best_postgresql
    return found(words, limit, within)


def _best_sqlite(words: Words, limit: int, within: str) -> list[str]:
    def asked(word: str) -> str:
        return f'"{word}"*' if _begins(word) else f'"{word.removeprefix("=")}"'

    match = " AND ".join(f"({' OR '.join(map(asked, group))})" for group in words)
    siret = "companies_search.rowid %% 100000000000000"
    there = (
        " AND EXISTS (SELECT 1 FROM companies_establishment e"
        f" WHERE e.siret = printf('%%014d', {siret}) AND substr(e.commune_code, 1, length(%s)) = %s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {siret} FROM companies_search"
            f" WHERE companies_search MATCH %s AND rowid < %s{there if within else ''} ORDER BY rowid LIMIT %s",
            [match, CLOSED_RANK * 10**14, *([within, within] if within else []), limit],
        )
        return [f"{number:014d}" for (number,) in cursor.fetchall()]


def _best_postgresql(words: Words, limit: int, within: str) -> list[str]:
    def asked(word: str) -> str:
        return f"'{word}':*" if _begins(word) else f"'{word.removeprefix('=')}'"

    match = " & ".join(f"({' | '.join(map(asked, group))})" for group in words)
    with connection.cursor() as cursor:
        # The best are nearly always employers' head offices: the small index is read first, the whole one if need be.
        # Within a commune they are too few for the small index to be enough.
        whole = f"< {CLOSED_RANK}"
        there = " AND starts_with(commune_code, %s)" if within else ""
        local = bool(within) or any(word.startswith("@") for group in words for word in group)
        for ranks in (whole,) if local else (f"<= {EMPLOYER_RANK}", whole):
            cursor.execute(
                f"SELECT siret FROM companies_establishment WHERE {_WORDS} @@ %s::tsquery"
                f" AND search_rank {ranks}{there} ORDER BY search_rank, siret LIMIT %s",
                [match, *([within] if within else []), limit],
            )
            found = [siret for (siret,) in cursor.fetchall()]
            if len(found) == limit:
                break
    return found


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
        for index in ("companies_search", "companies_search_employers"):
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        for table in ("companies_company", "companies_establishment", "companies_searchword"):
            cursor.execute(f"ANALYZE {table}")
