"""Where the batch keeps its files, and how a file or a folder appears whole or not at all.

Everything is written beside its place under `tmp/`, forced to the disk, then renamed: a reader, or a run that starts
after a kill, sees the former state or the new one. Deliveries are never rewritten: what was known at each month can be
rebuilt from `typed/`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vigie.kernel.errors import VigieError
from vigie.kernel.period import Month

BLOCK = 1 << 20


class LakeBusy(VigieError):
    """Another run holds the lake."""


@dataclass(frozen=True)
class Lake:
    """The folder of the batch: `typed/`, `panel/`, `models/`, `scores/`, `state/`, `runs/`, `tmp/`."""

    root: Path

    def delivery(self, source: str, batch: Month) -> Path:
        """The folder of what one source delivered in one month: `rows.parquet` and `report.json`."""
        return self.root / "typed" / source / f"batch={batch}"

    def deliveries(self, source: str, until: Month) -> dict[Month, Path]:
        """The deliveries of a source up to a month, oldest first: month → folder."""
        found = {}
        for folder in sorted((self.root / "typed" / source).glob("batch=*")):
            month = Month.parse(folder.name.removeprefix("batch="))
            if month <= until and (folder / "report.json").exists():
                found[month] = folder
        return found

    @property
    def panel(self) -> Path:
        return self.root / "panel"

    @property
    def models(self) -> Path:
        return self.root / "models"

    def scores(self, month: Month) -> Path:
        return self.root / "scores" / str(month)

    def state(self, month: Month) -> Path:
        return self.root / "state" / str(month)

    def runs(self, month: Month) -> Path:
        return self.root / "runs" / str(month)

    @property
    def tmp(self) -> Path:
        folder = self.root / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """One run at a time; what a killed run left under `tmp/` is removed."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "run.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LakeBusy(f"une autre intégration travaille dans {self.root}. Attendez sa fin.") from error
            shutil.rmtree(self.root / "tmp", ignore_errors=True)
            yield


def sync_folder(folder: Path) -> None:
    """Forces the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Forces a folder, all its files and all its subfolders to the disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    sync_folder(folder)


@contextlib.contextmanager
def atomic_folder(target: Path, tmp: Path) -> Iterator[Path]:
    """A new folder to fill; it takes the place of ``target`` in one rename when the block ends without error."""
    tmp.mkdir(parents=True, exist_ok=True)
    work = tmp / f"{target.name}-{uuid.uuid4().hex}"
    work.mkdir()
    try:
        yield work
        sync_tree(work)
        target.parent.mkdir(parents=True, exist_ok=True)
        old = tmp / f"{target.name}-{uuid.uuid4().hex}-old"
        if target.exists():
            target.rename(old)
        work.rename(target)
        sync_folder(target.parent)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_atomic(path: Path, content: bytes) -> None:
    """Writes a whole file, or leaves the former one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        with work.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        work.replace(path)
        sync_folder(path.parent)
    finally:
        work.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Writes a value as readable JSON, keys sorted, whole or not at all."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    write_atomic(path, text.encode() + b"\n")


def read_json(path: Path) -> Any:
    """The value of a JSON file; None when it is absent or was never finished."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def fingerprint(*facts: Any) -> str:
    """SHA-256 of facts that JSON can write; the order of keys does not count."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def code_fingerprint(*places: Path) -> str:
    """SHA-256 of the Python files at some places: what a step must be done again for when it changes."""
    digest = hashlib.sha256()
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            digest.update(path.relative_to(place.parent).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class FileHashes:
    """Hashes of large files that are remembered as long as size and time of change stand.

    A file changed less than two seconds before it was hashed is hashed again: its time cannot tell a second change.
    """

    def __init__(self, memory: Path) -> None:
        self.memory = memory
        self.known: dict[str, list[Any]] = read_json(memory) or {}

    def __call__(self, path: Path) -> str:
        facts = path.stat()
        key = str(path.resolve())
        known = self.known.get(key)
        if known and known[:2] == [facts.st_size, facts.st_mtime_ns]:
            return str(known[2])
        found = file_hash(path)
        if path.stat().st_mtime_ns == facts.st_mtime_ns and self._settled(path, facts.st_mtime_ns):
            self.known[key] = [facts.st_size, facts.st_mtime_ns, found]
            write_json(self.memory, self.known)
        return found

    def _settled(self, path: Path, changed: int) -> bool:
        probe = self.memory.with_name(f".{uuid.uuid4().hex}")
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()  # the clock of the file system, not ours
        now = probe.stat().st_mtime_ns
        probe.unlink()
        return now - changed > 2_000_000_000
