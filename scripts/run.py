"""`make run` and `make world`: the working product with its invented world, on this machine only.

The steps, in order: browser assets, web server, and behind its page of progress the database and the invented world if
there is none; then the job worker, the example list and the year of history. A start that finds nothing changed since
the last prepares nothing. Whatever happens (Ctrl-C, a service that ends, kill), nothing is left running. Production
does not start here: docs/developer/operate.md says how it does.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from scripts.light_assets import lighten
from scripts.processes import Child, Family, Stopped, follow_parent, stop_on_signals

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_SECONDS = 60
DEMO = {"VIGIE_RECALL_SECONDS": "60"}  # ten minutes are long when one is only having a look


class CannotRun(Exception):
    """Vigie cannot start or go on; the message says why and what to do."""


@dataclass
class Place:
    """Where the demo lives: its files, its database, its address."""

    var: Path
    database_url: str
    port: int

    @classmethod
    def read(cls, environ: dict[str, str]) -> Place:
        """From the environment, with the defaults of the settings."""
        port = environ.get("VIGIE_PORT", "8000")
        if not port.isdigit() or not 1 <= int(port) <= 65535:
            raise CannotRun(f"VIGIE_PORT={port}: a port is a number from 1 to 65535.")
        return cls(Path(environ.get("VIGIE_VAR", ROOT / "var")), environ.get("VIGIE_DATABASE_URL", ""), int(port))

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def sqlite(self) -> Path | None:
        """The database's file; None when it is not SQLite."""
        if not self.database_url:
            return self.var / "vigie.sqlite3"
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///"))
        return None

    @property
    def opening(self) -> Path:
        """Exists while what is behind the web server is made; names the step (vigie.demo.opening)."""
        return self.var / "opening"

    @property
    def prepared(self) -> Path:
        """What the last preparation said, and of what."""
        return self.var / "prepared.json"

    @property
    def history_awaited(self) -> Path:
        """Exists from the quick world to the end of its year of history."""
        return self.var / "world-history-awaited"

    @property
    def example_awaited(self) -> Path:
        """Exists from the quick world to the reception of its example list."""
        return self.var / "world-example-awaited"


def say(subject: str, text: str) -> None:
    """One line of the account."""
    print(f"  {subject:<15} {text}", flush=True)


def manage(*arguments: str) -> list[str]:
    """A management command."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def took(start: float) -> str:
    return f"{time.monotonic() - start:.0f} s"


# --- steps ----------------------------------------------------------------------------------------------------------


def hold(place: Place) -> IO[str]:
    """Keeps a second `make run` or `make world` away from the same files; the lock falls with the process."""
    place.var.mkdir(parents=True, exist_ok=True)
    lock = open(place.var / "run.lock", "a+")  # noqa: SIM115  # open as long as the process lives
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        where = lock.read().strip() or "another window"
        raise CannotRun(f"Vigie is already at work here ({where}). Use it, or stop it there with Ctrl-C.") from None
    lock.truncate(0)
    lock.write(f"{place.address}, process {os.getpid()}\n")
    lock.flush()
    return lock


def refuse_busy_port(place: Place) -> None:
    """Raises when something listens on the port: the web server would share it without a word."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, place.port))
        except OSError as error:
            other = place.port + 1 if place.port < 65535 else 8000
            raise CannotRun(
                f"Port {place.port} is taken ({error.strerror}). Choose another: VIGIE_PORT={other} make run"
            ) from None


def prepare(family: Family, place: Place) -> dict[str, Any]:
    """Brings the database up to date with its invented world (scripts/prepare.py), telling each step; its answer.

    A world is whole or not there at all; its example list and its year of history are awaited from then on.
    """
    log = place.var / "log" / "prepare.log"
    start = time.monotonic()
    child = family.start("preparation", [sys.executable, str(ROOT / "scripts" / "prepare.py")], log=log, vital=False)
    step = ""
    while child.process.poll() is None:
        now = place.opening.read_text(encoding="utf-8")
        if now != step:
            say("preparation", f"{now}… ({took(start)})")
            step = now
        fail_if_ended(family)
        time.sleep(0.05)
    family.stop_one(child)
    if child.process.returncode:
        at_database = place.opening.read_text(encoding="utf-8") == "database"
        what = "The database could not be prepared" if at_database else "The invented world could not be built"
        raise CannotRun(f"{what} (the whole account: {log}):\n{child.tail()}")
    facts: dict[str, Any] = json.loads(child.tail(1))
    if facts["built"]:
        place.history_awaited.touch()
        place.example_awaited.touch()
    say("database", f"{place.sqlite or facts['engine']}, ready ({took(start)})")
    return facts


def fingerprint(place: Place, environ: Mapping[str, str]) -> str:
    """Changes with all that a preparation depends on: the code, the packages, the settings, the database's file."""
    digest = hashlib.sha256(str(place.port).encode())
    locks = [ROOT / "requirements" / "data.lock", *sorted((ROOT / "src" / "vigie").rglob("*.py"))]
    for file in [*locks, ROOT / "scripts" / "prepare.py"]:
        if file.exists():
            digest.update(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}\n".encode())
    for name in sorted(name for name in environ if name.startswith("VIGIE_")):
        digest.update(f"{name}={environ[name]}\n".encode())
    if place.sqlite is not None:
        digest.update(str(place.sqlite.stat().st_ino).encode())
    return digest.hexdigest()


def remembered(place: Place, environ: Mapping[str, str]) -> dict[str, Any] | None:
    """What the last preparation said, if it would say and do the same today; a server's database is always asked."""
    if place.sqlite is None or not place.sqlite.exists():
        return None
    try:
        kept: dict[str, Any] = json.loads(place.prepared.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if kept.get("fingerprint") == fingerprint(place, environ) else None


def remember(place: Place, environ: Mapping[str, str], facts: dict[str, Any]) -> None:
    """Keeps what a preparation said for the next start."""
    if place.sqlite is not None and place.sqlite.exists():
        kept = {**facts, "fingerprint": fingerprint(place, environ)}
        place.prepared.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def delete_database(place: Place) -> None:
    """Deletes the demo's SQLite file, and says so first."""
    if place.sqlite is None:
        raise CannotRun("VIGIE_DATABASE_URL is not SQLite: `manage.py build_world --rebuild` empties that database.")
    for suffix in ("", "-wal", "-shm"):
        file = Path(f"{place.sqlite}{suffix}")
        if file.exists():
            say("database", f"deleting {file}")
            file.unlink()
    for kept in (place.history_awaited, place.example_awaited, place.prepared):
        kept.unlink(missing_ok=True)
    for folder in ("incoming", "lake", "publications", "audit"):
        shutil.rmtree(place.var / folder, ignore_errors=True)


@dataclass(frozen=True)
class Work:
    """What is built behind the running product, one after the other; the pages show how far it is."""

    name: str
    told: str
    awaited: Path
    command: list[str]


def works(place: Place) -> list[Work]:
    """The example list first: it takes less than two minutes; then the year of history."""
    return [
        Work(
            "example list",
            "two months of invented raw files are being read, scored and published in the background",
            place.example_awaited,
            manage("build_example"),
        ),
        Work(
            "history",
            "the past year is being written in the background; the pages show how far it is",
            place.history_awaited,
            manage("build_world", "--size", "demo", "--history"),
        ),
    ]


def start_work(family: Family, place: Place, work: Work) -> Child:
    """Starts one of them, behind everything else."""
    say(work.name, work.told)
    log = place.var / "log" / f"{work.name.replace(' ', '-')}.log"
    return family.start(work.name, work.command, log=log, nice=10, vital=False)


def start_web(family: Family, place: Place) -> None:
    """Starts the web server: two processes of four threads; a process that dies is replaced."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(place.port)]
    web += ["--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "2"]
    family.start("web server", [*web, "vigie.config.wsgi:application"], log=place.var / "log" / "web.log")


def start_worker(family: Family, place: Place) -> None:
    """Starts the job worker: mails, reminders, nightly work."""
    family.start("job worker", manage("qcluster"), log=place.var / "log" / "worker.log")


def fail_if_ended(family: Family) -> None:
    """Raises with the log when a service has ended: a half-product must not go on."""
    child = family.ended()
    if child is not None:
        code = child.process.returncode
        why = child.tail() or f"It left no word in {child.log}; something outside asked it to stop."
        raise CannotRun(f"The {child.name} ended (code {code}); the rest is stopped.\n{why}")


def wait_for_answer(family: Family, place: Place) -> None:
    """Waits until the product answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        fail_if_ended(family)
        try:
            with opener.open(f"{place.address}/sante", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    tails = "\n".join(child.tail(12) for child in family.children)
    raise CannotRun(f"{place.address}/sante did not answer within {START_SECONDS} s.\n{tails}")


def browser_assets(family: Family, place: Place) -> None:
    """Fetches the charts if they are not there (never fatal), and compresses what pages load."""
    log = place.var / "log" / "assets.log"
    child = family.run("browser assets", [sys.executable, str(ROOT / "scripts" / "browser_assets.py")], log=log)
    say(
        "browser assets",
        child.tail(1) or f"no charts (code {child.process.returncode}): figures stay in tables",
    )
    lighten(ROOT, place.var / "light")


# --- the two commands ------------------------------------------------------------------------------------------------


def bring_up(family: Family, place: Place) -> None:
    """Everything up to a product that answers. The web server starts first: it tells how far the rest is."""
    refuse_busy_port(place)
    browser_assets(family, place)
    facts = remembered(place, family.environ)
    if facts is None:
        compileall.compile_dir(ROOT / "src", quiet=1)  # once, not in each process started from here on
        with being_opened(place):
            start_web(family, place)
            say("web server", f"{place.address} opens now, and shows how far the preparation is")
            facts = prepare(family, place)
        remember(place, family.environ, facts)
    else:
        place.opening.unlink(missing_ok=True)
        start_web(family, place)
    wait_for_answer(family, place)
    start_worker(family, place)
    print(f"\nVigie answers at {place.address}\n\n{facts['people'].rstrip()}\n")
    print("Ctrl-C stops everything; your data stay for the next `make run`. `make world` starts from a new world.\n")
    sys.stdout.flush()


@contextlib.contextmanager
def being_opened(place: Place) -> Iterator[None]:
    """Within it, every page says that the product is being prepared."""
    place.opening.write_text("database", encoding="utf-8")
    try:
        yield
    finally:
        place.opening.unlink(missing_ok=True)


def run(family: Family, place: Place) -> None:
    """The product, until a signal stops it or one of its services ends."""
    bring_up(family, place)
    waiting = [work for work in works(place) if work.awaited.exists()]
    child: Child | None = None
    start = time.monotonic()
    while True:
        if child is None and waiting:
            start = time.monotonic()
            child = start_work(family, place, waiting[0])
        elif child is not None and child.process.poll() is not None:
            family.stop_one(child)
            account_for(waiting.pop(0), child, took(start))
            child = None
        fail_if_ended(family)
        time.sleep(0.5)


def account_for(work: Work, child: Child, duration: str) -> None:
    """What became of a work; one that failed is tried again at the next start."""
    code = child.process.returncode
    if code == 0:
        work.awaited.unlink(missing_ok=True)
        say(work.name, f"ready ({duration})")
    else:
        say(work.name, f"not finished (code {code}); next start tries again\n{child.tail()}")


def rebuild(family: Family, place: Place) -> None:
    """A new world with its example list and its year of history, in the foreground."""
    delete_database(place)
    with being_opened(place):
        prepare(family, place)
    for work in works(place):
        start = time.monotonic()
        log = place.var / "log" / f"{work.name.replace(' ', '-')}.log"
        say(work.name, f"being built (its account: {log})…")
        child = family.run(work.name, work.command, log=log)
        if child.process.returncode:
            raise CannotRun(f"The {work.name} could not be built:\n{child.tail()}")
        work.awaited.unlink(missing_ok=True)
        say(work.name, f"ready ({took(start)})")
    print("`make run` opens it.", flush=True)


def main(arguments: list[str]) -> int:
    """Runs one of the two commands; gives the exit code."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--rebuild", action="store_true", help="build a new invented world and stop (make world)")
    options = parser.parse_args(arguments)
    environ = {**DEMO, **os.environ}
    stop_on_signals()
    follow_parent()
    try:
        if environ.get("VIGIE_MODE", "demo") == "production":
            raise CannotRun("`make run` is the demo; docs/developer/operate.md says how production starts.")
        place = Place.read(environ)
        environ.setdefault("VIGIE_SITE_URL", place.address)
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "src"), environ.get("PYTHONPATH")]))
        print("Vigie, demonstration with invented data", flush=True)
        with hold(place), Family(environ) as family:
            (rebuild if options.rebuild else run)(family, place)
    except CannotRun as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except subprocess.TimeoutExpired as error:
        print(f"\nNo end in sight after {error.timeout:.0f} s: {error.cmd}", file=sys.stderr)
        return 1
    except Stopped as stopped:
        print("\nStopped: nothing is left running.", flush=True)
        return 0 if stopped.number in {signal.SIGINT, signal.SIGTERM} else 128 + stopped.number
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
