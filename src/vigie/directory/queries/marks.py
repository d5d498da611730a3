"""What a process keeps of what it worked out, until a table that it was worked out from changes (``directory.marks``).

A page asks the marks first, in one query, then looks among what is kept under the same marks. They are read before the
rows: what is kept may be newer than its marks, never older.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import connection

from vigie.directory.marks import TABLES

T = TypeVar("T")
_MARKS = "SELECT table_name, value FROM directory_tablemark ORDER BY table_name, writer"


class Marks:
    """The marks of the tables watched, at one moment."""

    def __init__(self, rows: Iterable[tuple[str, int]]) -> None:
        self._rows = tuple(rows)

    def of(self, tables: frozenset[str]) -> tuple[tuple[str, int], ...] | None:
        """Those of some tables; None when one of them has none, so that nothing can be kept under them."""
        found = tuple(row for row in self._rows if row[0] in tables)
        return found if len({table for table, _value in found}) == len(tables) else None


def marks() -> Marks:
    """As they stand. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS)
        return Marks(cursor.fetchall())


class Kept(Generic[T]):
    """What was worked out last from some tables, by what was asked. None is not kept."""

    def __init__(self, *tables: str, most: int = 1) -> None:
        self.tables = frozenset(tables)
        if not self.tables <= TABLES:
            raise ValueError(f"nobody watches {sorted(self.tables - TABLES)}")
        self.most = most
        self._lock = Lock()
        self._under: object = None
        self._found: dict[Hashable, T] = {}
        _ALL.append(self)

    def get(self, seen: Marks, asked: Hashable, work: Callable[[], T]) -> T:
        """What was asked: as it was kept, or worked out."""
        under = seen.of(self.tables)
        if under is None:
            return work()
        with self._lock:
            if under != self._under:
                self._under, self._found = under, {}
            if asked not in self._found:
                if len(self._found) >= self.most:
                    self._found = {}
                self._found[asked] = work()
            return self._found[asked]

    def drop(self) -> None:
        with self._lock:
            self._under, self._found = None, {}


_ALL: list[Kept[Any]] = []


def forget() -> None:
    """Drops all that this process keeps."""
    for one in _ALL:
        one.drop()
