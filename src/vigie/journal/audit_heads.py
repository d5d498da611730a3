"""The heads of the audit's chain, written outside the database: a text file a day, to which lines are only added.

Whoever rewrites the database, cuts the end of its audit or puts an old base back cannot make these lines agree. Each
is a JSON object: at, kind, seq, hash, and what the kind asks.

- ``head``: the chain ended there, after a pass of sealing;
- ``purged``: the rows up to there were erased by the retention rules;
- ``restored``: somebody declared that a backup ending there was put back; heads beyond it are no longer compared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from vigie.kernel.period import paris_day

HEAD, PURGED, RESTORED = "head", "purged", "restored"


@dataclass(frozen=True)
class Head:
    """A line of the files. seq and hash: of the last seal then; row: number of its row; at: ISO, UTC."""

    kind: str
    at: str
    seq: int
    hash: str
    row: int = 0
    reason: str = ""


def append(head: Head, at: datetime) -> None:
    """Adds a line to the file of the day, and waits until the disk has it. Raises OSError when it cannot."""
    folder = settings.VIGIE.audit_heads_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = json.dumps(asdict(head), ensure_ascii=False, separators=(",", ":")) + "\n"
    path = folder / f"{paris_day(at).isoformat()}.jsonl"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size and os.pread(descriptor, 1, size - 1) != b"\n"  # a line that a crash cut stays apart
        os.write(descriptor, f"{chr(10) if torn else ''}{line}".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def latest() -> Head | None:
    """Where the chain must pass: the last line, purges apart; None before the first.

    A line cut by a crash counts as not written.
    """
    for path in reversed(_files()):
        lines = [head for head in _lines(path) if head.kind != PURGED]
        if lines:
            return lines[-1]
    return None


def known() -> tuple[list[Head], list[Head]]:
    """What the chain must agree with: the last head of each day and all those of the last one; and the purges.

    Heads that a declared restoration made void are left out.
    """
    files = _files()
    heads: list[Head] = []
    purges: list[Head] = []
    for path in files:
        of_the_day: list[Head] = []
        for head in _lines(path):
            if head.kind == PURGED:
                purges.append(head)
                continue
            if head.kind == RESTORED:
                heads = [one for one in heads if one.seq <= head.seq]
                of_the_day = [one for one in of_the_day if one.seq <= head.seq]
            of_the_day.append(head)
        heads += of_the_day if path == files[-1] else of_the_day[-1:]
    return heads, purges


def restorations() -> list[Head]:
    """The restorations that were declared, in order."""
    return [head for path in _files() for head in _lines(path) if head.kind == RESTORED]


def _files() -> list[Path]:
    return sorted(settings.VIGIE.audit_heads_folder.glob("????-??-??.jsonl"))


def _lines(path: Path) -> Iterator[Head]:
    """The lines of a file; one that a crash cut is passed over."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                yield Head(**json.loads(line))
            except (ValueError, TypeError):
                continue
