"""An empty database, migrated once for all processes: the others copy it.

Applying every migration costs about seventeen seconds of processor; copying the result costs none. On SQLite the copy
is a file of the temporary folder, which later runs find again, under a name that changes with the migrations, what they
import, and the packages. On the throw-away cluster of `scripts.postgresql` it is a template of that cluster; on any
other PostgreSQL nothing is left behind, and each process migrates.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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
    """Between ``install`` and ``remove``, `migrate` copies what is already done."""

    def __init__(self) -> None:
        self.plain = management.call_command

    def install(self) -> MigratedOnce:
        management.call_command = self._call
        return self

    def remove(self) -> None:
        management.call_command = self.plain

    def _call(self, name: Any, *args: Any, **options: Any) -> Any:
        connection = connections[options.get("database") or "default"]
        template = os.environ.get("VIGIE_MIGRATED_TEMPLATE", "")
        if name != "migrate" or (connection.vendor != "sqlite" and not template):
            return self.plain(name, *args, **options)
        if connection.vendor != "sqlite":
            return _from_template(connection, template, lambda: self.plain(name, *args, **options))
        connection.ensure_connection()
        with _one_at_a_time() as kept:
            if kept.exists():
                return _copy(kept, connection.connection)
            done = self.plain(name, *args, **options)
            _keep(connection.connection, kept)
            return done


def migrate() -> None:
    """The default database, migrated, for a process that sets Django up by itself."""
    MigratedOnce()._call("migrate", verbosity=0)


def copy_migrated(file: Path) -> None:
    """A new SQLite file, migrated, for processes that open it later."""
    with _one_at_a_time() as kept:
        if not kept.exists():
            aside = kept.with_suffix(".alone")
            aside.unlink(missing_ok=True)
            environ = {**os.environ, "VIGIE_MODE": "test", "VIGIE_DATABASE_URL": f"sqlite:///{aside}"}
            environ |= {"PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "vigie.config.settings_test"}
            subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=environ, check=True)
            with closing(sqlite3.connect(aside)) as done:
                _keep(done, kept)
            aside.unlink()
    with closing(sqlite3.connect(file)) as made:
        _copy(kept, made)


@contextmanager
def _one_at_a_time() -> Iterator[Path]:
    """The file kept for these migrations, which is there or which the caller makes."""
    kept = Path(tempfile.gettempdir()) / f"vigie-migrated-{os.getuid()}-{fingerprint()}.sqlite3"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield kept


def _keep(done: sqlite3.Connection, kept: Path) -> None:
    aside = kept.with_suffix(".part")
    aside.unlink(missing_ok=True)
    with closing(sqlite3.connect(aside)) as file:
        done.backup(file)
    aside.rename(kept)


def _copy(kept: Path, into: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(f"file:{kept}?mode=ro", uri=True)) as source:
        source.backup(into)


def _from_template(connection: Any, template: str, plain: Callable[[], Any]) -> Any:
    """An empty database is made again from the template; the first to come migrates its own and gives the template."""
    name, found = connection.settings_dict["NAME"], connection.introspection.table_names()
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])  # let go when this connection closes
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not cursor.fetchone():
            done = plain()
            connection.close()
            cursor.execute(f'CREATE DATABASE "{template}" TEMPLATE "{name}"')
            return done
        if found:  # not new: what is in it stays
            return plain()
        cursor.execute(f'DROP DATABASE "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return None
