"""Several people at the same moment, each with a database connection of his own.

The tests' SQLite lives in memory, where connections do not wait for each other as they do on a file: it is copied to
one. On PostgreSQL the test database serves as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import patch

from django.db import connection, connections


def at_once(acts: Sequence[Callable[[], Any]], folder: Path, then: Callable[[], Any]) -> tuple[list[Any], Any]:
    """What each act gave or raised, all begun together; and what ``then`` finds afterwards."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        return _closed(act)

    with patch.dict(connections.databases["default"], _names(folder)), ThreadPoolExecutor(len(acts)) as pool:
        given = list(pool.map(run, acts))
        return given, pool.submit(_closed, then).result()


def _closed(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:
        return error
    finally:
        connections.close_all()


def _names(folder: Path) -> dict[str, str]:
    if connection.vendor != "sqlite":
        return {}
    path = str(folder / "threads.sqlite3")
    connection.ensure_connection()
    target = sqlite3.connect(path)
    connection.connection.backup(target)
    target.close()
    return {"NAME": path}
