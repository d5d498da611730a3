"""What the database holds, whole: two pictures are equal when nothing was written in between.

Sessions, counters of calls, the audit of what is read and the cache are left out: noting a call is not an effect of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection

from vigie.directory.models import TableMark
from vigie.journal.models import AuditEvent, AuditSeal
from vigie.rights.models import RateCounter

# Nor the marks of the tables: drawn at random at each write, the rows that they mark are compared.
LEFT_OUT = (Session, RateCounter, AuditEvent, AuditSeal, TableMark)
Picture = dict[str, frozenset[tuple[Any, ...]]]
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_COUNTED = re.compile(r"\b(django_session|rights_ratecounter|journal_auditevent)\b")


def picture() -> Picture:
    """Table → its rows."""
    models = [model for model in apps.get_models(include_auto_created=True) if model not in LEFT_OUT]
    return {model._meta.db_table: frozenset(map(_frozen, model._base_manager.values_list())) for model in models}


def changes(before: Picture, after: Picture) -> dict[str, tuple[int, int]]:
    """Table → rows gone, rows come; empty when nothing was written."""
    return {
        table: (len(rows - after[table]), len(after[table] - rows))
        for table, rows in before.items()
        if rows != after[table]
    }


def _frozen(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(repr(value) if isinstance(value, (dict, list, memoryview, bytearray)) else value for value in row)


@contextmanager
def writes_seen() -> Iterator[list[str]]:
    """The statements that write, sessions, counters of calls and audit left out."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.match(sql) and not _COUNTED.search(sql):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


@contextmanager
def fails_at(rank: int) -> Iterator[list[str]]:
    """The database is locked from the ``rank``-th writing statement on; gives the statements that were refused."""
    refused: list[str] = []
    passed = 0

    def locked(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal passed
        if WRITES.match(sql):
            passed += 1
            if passed >= rank:
                refused.append(sql)
                raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        yield refused
