"""A relay for trials, in a file of its own that no kill of a worker can touch half-way."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from vigie.connectors.mail import Mail, TemporaryFailure


class TableRelay:
    """Accepts into a table; ``answers``: can be asked; ``defer_one_in``: refuses one in n the first time."""

    def __init__(self, path: Path, *, answers: bool, defer_one_in: int = 9) -> None:
        self._path = path
        self._answers = answers
        self._defer_one_in = defer_one_in
        with closing(self._open()) as base, base:
            base.execute("CREATE TABLE IF NOT EXISTS accepted (message_id TEXT, recipient TEXT, worker INTEGER)")
            base.execute("CREATE TABLE IF NOT EXISTS seen (message_id TEXT PRIMARY KEY)")

    def deliver(self, mail: Mail) -> None:
        with closing(self._open()) as base, base:
            new = base.execute("INSERT OR IGNORE INTO seen VALUES (?)", (mail.message_id,)).rowcount
            rank = base.execute("SELECT count(*) FROM seen").fetchone()[0]
            deferred = bool(new) and rank % self._defer_one_in == 0
            if not deferred:
                base.execute("INSERT INTO accepted VALUES (?, ?, ?)", (mail.message_id, mail.to, 0))
        if deferred:
            raise TemporaryFailure("relais occupé (451)", relay_away=False)

    def was_accepted(self, message_id: str) -> bool | None:
        return message_id in self.accepted() if self._answers else None

    def accepted(self) -> Counter[str]:
        """How often each identifier was accepted."""
        return self._count("message_id")

    def recipients(self) -> Counter[str]:
        """How often each person was written to."""
        return self._count("recipient")

    def _count(self, column: str) -> Counter[str]:
        query = f"SELECT {column}, count(*) FROM accepted GROUP BY 1"  # noqa: S608  # our two column names
        with closing(self._open()) as base:
            return Counter(dict(base.execute(query).fetchall()))

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self._path, timeout=30)
        base.execute("PRAGMA synchronous=OFF")
        return base
