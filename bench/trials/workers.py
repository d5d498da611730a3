"""Worker processes that a trial kills, and the database that they share with it."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True)
class Kill:
    """When a worker dies: at the n-th passage of a point, or (point empty) after some seconds."""

    point: str = ""
    nth: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.point}:{self.nth}" if self.point else f"{self.seconds:.3f}s"


def worker(work: Callable[[], None], kill: Kill | None = None) -> int:
    """Starts a worker in its own process, with SIGKILL planned; gives its number."""
    from django.db import connections

    from vigie.journal import crash

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        crash.aim(f"{kill.point}:{kill.nth}" if kill else "")
        work()
        connections.close_all()
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def wait(pid: int, kill: Kill | None = None) -> bool:
    """Waits for a worker, killing it when its moment has come; True when it was killed. An error in it is ours."""
    if kill and not kill.point:
        time.sleep(kill.seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # nothing but a child of ours: it is not waited for yet
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    if os.WEXITSTATUS(status):
        raise RuntimeError("a worker ended with an error of its own: see above")
    return False


def run(work: Callable[[], None], kill: Kill | None = None) -> bool:
    """A worker from its start to its end; True when it was killed."""
    return wait(worker(work, kill), kill)


@contextmanager
def database() -> Iterator[Path]:
    """A database of the trial's own, migrated, with Django set up on it; gives a folder that is removed afterwards.

    SQLite in a file; or, when VIGIE_DATABASE_URL names a PostgreSQL server, a new database on that server.
    """
    with tempfile.TemporaryDirectory(prefix="vigie-trial-") as name:
        folder = Path(name)
        server = os.environ.get("VIGIE_DATABASE_URL", "")
        if server.startswith(("postgres://", "postgresql://")):
            with _postgresql_database(server) as url:
                _set_up(url, folder)
                yield folder
        else:
            _set_up(f"sqlite:///{folder / 'trial.sqlite3'}", folder)
            yield folder


def _set_up(url: str, folder: Path) -> None:
    os.environ.update(
        VIGIE_DATABASE_URL=url, VIGIE_VAR=str(folder), VIGIE_MODE="test", DJANGO_SETTINGS_MODULE="bench.trials.settings"
    )
    import django
    from tests.migrated_once import migrate

    django.setup()
    migrate()


@contextmanager
def _postgresql_database(server: str) -> Iterator[str]:
    import psycopg
    from psycopg import sql

    name = f"vigie_trial_{os.getpid()}"
    parts = urlsplit(server)
    where = parts.path.rpartition("/")[0]  # the folder of the socket, if there is one

    def admin(statement: str) -> None:
        with psycopg.connect(_dsn(server), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    admin("CREATE DATABASE {}")
    try:
        yield urlunsplit(parts._replace(path=f"{where}/{name}"))
    finally:
        from django.db import connections

        connections.close_all()
        admin("DROP DATABASE {} WITH (FORCE)")


def _dsn(url: str) -> str:
    import environ
    from psycopg.conninfo import make_conninfo

    known = environ.Env.db_url_config(url)
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    return make_conninfo(**{names[key]: str(value) for key, value in known.items() if key in names and value})


def moments(seed: str) -> random.Random:
    """The random source of one trial: the same seed kills at the same points."""
    return random.Random(seed)
