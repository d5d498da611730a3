"""Runs a command with a throw-away PostgreSQL: `python -m scripts.postgresql -- command…`

Makes a cluster in a temporary folder, reachable through a Unix socket of that folder only, gives its
address to the command as VIGIE_DATABASE_URL, and removes everything afterwards, whatever happened.
PostgreSQL refuses to run as root: started by root, the cluster runs as `postgres` or `nobody`. Durability
is off: this cluster holds nothing to keep.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.processes import Child, Family, Stopped, follow_parent, stop_on_signals

DEBIAN = Path("/usr/lib/postgresql")
START_SECONDS = 60
NEEDED_EXTENSIONS = ("unaccent", "pg_trgm")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
    "max_connections": "130",
    "timezone": "UTC",
}


class NoPostgresql(Exception):
    """PostgreSQL cannot be had here; the message says why and what to do."""


def programs() -> Path:
    """The folder of PostgreSQL's programs, of the most recent version found."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = [file.parent for file in DEBIAN.glob("*/bin/initdb")]
    if not found:
        raise NoPostgresql(
            "PostgreSQL is not installed: the tests on PostgreSQL cannot run. Debian, Ubuntu: apt install postgresql"
        )
    return max(found, key=lambda folder: float(folder.parent.name))


def owner() -> tuple[int, int] | None:
    """(uid, gid) that the cluster must take on when root starts it; None otherwise."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise NoPostgresql("Started by root, and there is neither a user `postgres` nor `nobody` to run PostgreSQL.")


def make_cluster(bin_: Path, folder: Path, user: tuple[int, int] | None) -> None:
    """Creates the cluster's files, UTF-8, everybody on the socket trusted."""
    if user is not None:
        os.chown(folder, *user)
    folder.chmod(0o755)
    command = [str(bin_ / "initdb"), "-D", str(folder / "data"), "-U", "vigie", "-A", "trust", "-E", "UTF8"]
    command += ["--locale=C.UTF-8", "--no-sync"]
    identity: dict[str, object] = {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, **identity)  # type: ignore[call-overload]
    if done.returncode:
        raise NoPostgresql(f"The cluster could not be made in {folder}:\n{done.stderr}")


def start(family: Family, bin_: Path, folder: Path, user: tuple[int, int] | None) -> Child:
    """Starts the server and waits until it answers."""
    command = [str(bin_ / "postgres"), "-D", str(folder / "data"), "-c", f"unix_socket_directories={folder}"]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    server = family.start("PostgreSQL", command, log=folder / "server.log", user=user, cwd=folder)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        ready = subprocess.run([bin_ / "pg_isready", "-q", "-h", folder, "-U", "vigie", "-d", "postgres"], timeout=30)
        if ready.returncode == 0:
            return server
        time.sleep(0.1)
    raise NoPostgresql(f"PostgreSQL did not start:\n{server.tail()}")


def ask(bin_: Path, folder: Path, question: str, database: str = "postgres") -> str:
    """The answer of the server to one SQL question."""
    command = [str(bin_ / "psql"), "-h", str(folder), "-U", "vigie", "-d", database, "-At", "-X", "-c", question]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise NoPostgresql(done.stderr)
    return done.stdout.strip()


def check_extensions(bin_: Path, folder: Path) -> None:
    """Raises when the search's extensions are not delivered with this PostgreSQL."""
    there = ask(bin_, folder, "SELECT name FROM pg_available_extensions").split()
    absent = [name for name in NEEDED_EXTENSIONS if name not in there]
    if absent:
        raise NoPostgresql(f"This PostgreSQL lacks {', '.join(absent)}. Debian, Ubuntu: apt install postgresql-contrib")


def run_with(folder: Path, command: list[str]) -> int:
    """Starts the cluster in the folder, runs the command with it, stops the cluster; gives the command's code."""
    bin_, user = programs(), owner()
    make_cluster(bin_, folder, user)
    with Family() as family:
        start(family, bin_, folder, user)
        check_extensions(bin_, folder)
        ask(bin_, folder, "CREATE DATABASE vigie")
        version = ask(bin_, folder, "SHOW server_version")
        print(f"PostgreSQL {version}, throw-away cluster in {folder}", flush=True)
        family.environ = {**os.environ, "VIGIE_DATABASE_URL": f"postgresql://vigie@/{folder}/vigie"}
        family.environ["VIGIE_MIGRATED_TEMPLATE"] = "vigie_migrated"  # tests migrate once, then copy
        return family.run("command", command).process.returncode


def main(arguments: list[str]) -> int:
    """Runs the command after `--`; gives its exit code."""
    if len(arguments) < 2 or arguments[0] != "--":
        print("usage: python -m scripts.postgresql -- command…", file=sys.stderr)
        return 2
    stop_on_signals()
    follow_parent()
    try:
        with tempfile.TemporaryDirectory(prefix="vigie-pg-", ignore_cleanup_errors=True) as folder:
            return run_with(Path(folder), arguments[1:])
    except NoPostgresql as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped as stopped:
        return 128 + stopped.number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
