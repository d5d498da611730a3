"""The test database on SQLite, migrated once for all processes and runs: the others copy it.

Applying every migration costs each process about fifteen seconds of processor; copying the result costs none. The copy
is kept in the temporary folder under a name that changes with the migrations, what they import, and the packages.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from django.core import management
from django.db import connections

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
_IMPORTED = re.compile(r"^from (vigie\.[\w.]+) import (\w+)|^import (vigie\.[\w.]+)", re.MULTILINE)


def fingerprint() -> str:
    """Changes with anything that the migrations depend on."""
    files = {ROOT / "requirements" / "dev.lock", *SOURCE.glob("vigie/*/migrations/*.py")}
    for migration in list(files):
        for module, name, plain in _IMPORTED.findall(migration.read_text(encoding="utf-8")):
            path = SOURCE / (module or plain).replace(".", "/")
            files |= {one for one in (path.with_suffix(".py"), path / f"{name}.py") if one.is_file()}
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


class MigratedOnce:
    """Between ``install`` and ``remove``, `migrate` on an SQLite database copies what is already done."""

    def __init__(self) -> None:
        self.plain = management.call_command

    def install(self) -> MigratedOnce:
        management.call_command = self._call
        return self

    def remove(self) -> None:
        management.call_command = self.plain

    def _call(self, name: Any, *args: Any, **options: Any) -> Any:
        connection = connections[options.get("database") or "default"]
        if name != "migrate" or connection.vendor != "sqlite":
            return self.plain(name, *args, **options)
        kept = Path(tempfile.gettempdir()) / f"vigie-migrated-{os.getuid()}-{fingerprint()}.sqlite3"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            connection.ensure_connection()
            if kept.exists():
                _copy(kept, connection.connection)
                return None
            done = self.plain(name, *args, **options)
            aside = kept.with_suffix(".part")
            aside.unlink(missing_ok=True)
            file = sqlite3.connect(aside)
            connection.connection.backup(file)
            file.close()
            aside.rename(kept)
            return done


def _copy(kept: Path, into: sqlite3.Connection) -> None:
    source = sqlite3.connect(f"file:{kept}?mode=ro", uri=True)
    try:
        source.backup(into)
    finally:
        source.close()
