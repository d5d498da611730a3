"""An empty base made at once is the base that the migrations make, and is made whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader

from tests.house.told_schema import told
from vigie import fresh_base

ROOT = Path(__file__).resolve().parents[2]
START = "import django; django.setup(); from vigie import fresh_base; "
MAKE = START + "print(fresh_base.make())"
KILLED = START + (
    "import os, signal; fresh_base._recorded = lambda *told: os.kill(os.getpid(), signal.SIGKILL); fresh_base.make()"
)
MIGRATE = (
    "import sys; from django.core.management import execute_from_command_line as do; do(['', 'migrate', *sys.argv[1:]])"
)


class Base:
    """An empty base of the same engine as the tests', which other processes work on."""

    def __init__(self, url: str, parameters: dict[str, Any]) -> None:
        self.url, self.parameters = url, parameters

    def run(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "VIGIE_DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "vigie.config.settings"}
        environ["PYTHONPATH"] = str(ROOT / "src")
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], env=environ, capture_output=True, text=True, timeout=300
        )

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        opened = connection.Database.connect(**self.parameters)
        try:
            yield opened.cursor()
        finally:
            opened.close()

    def tables(self) -> list[str]:
        held = "sqlite_master WHERE type = 'table'"
        if connection.vendor == "postgresql":
            held = "pg_tables WHERE schemaname = 'public'"
        with self.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {held}")  # noqa: S608
            return [str(row) for row in cursor.fetchall()]


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    if connection.vendor == "sqlite":
        yield Base(f"sqlite:///{tmp_path}/fresh.sqlite3", {"database": tmp_path / "fresh.sqlite3"})
        return
    name = f"vigie_fresh_{os.getpid()}"
    server = urlsplit(os.environ["VIGIE_DATABASE_URL"])
    where = server.path.rpartition("/")[0]  # the folder of the socket, if there is one
    parameters = {**connection.get_connection_params(), "dbname": name}
    for name_of_django in ("context", "cursor_factory"):
        parameters.pop(name_of_django, None)
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield Base(urlunsplit(server._replace(path=f"{where}/{name}")), parameters)
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db
def test_made_at_once_it_is_what_the_migrations_make(base: Base) -> None:
    done = base.run(MAKE)

    assert done.stdout == "True\n", done.stderr
    filled = connection.introspection.django_table_names(only_existing=True, include_views=False)
    filled.append("django_migrations")
    with connection.cursor() as cursor, base.cursor() as other:
        expected, found = (told(one, connection.vendor, filled) for one in (cursor, other))
    assert {name: found.get(name) for name in {*expected, *found} if found.get(name) != expected.get(name)} == {}
    assert len(found) > 300
    assert found["rows", "watchlists_opinionreason"]
    assert base.run(MIGRATE, "--check").returncode == 0


@pytest.mark.django_db
def test_it_is_whole_or_empty_and_what_exists_is_left_to_migrate(base: Base) -> None:
    assert base.run(KILLED).returncode == -signal.SIGKILL
    assert base.tables() == []

    assert base.run(MIGRATE, "territory", "0001", "-v0").returncode == 0
    half = base.tables()
    assert base.run(MAKE).stdout == "False\n"
    assert base.tables() == half


@pytest.mark.django_db
def test_the_base_of_the_tests_is_not_empty() -> None:
    assert fresh_base.make() is False
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_every_operation_is_one_that_it_knows() -> None:
    """Another kind (RunSQL, an extension…) would send `make run` back to `migrate`, and to its seven seconds."""
    known = (*fresh_base.TOLD_BY_THE_STATE, RunPython)
    operations = {one for migration in MigrationLoader(None).graph.nodes.values() for one in migration.operations}

    assert [one for one in operations if not isinstance(one, known)] == []
