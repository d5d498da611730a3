"""Where the files prepared in the background wait for their author: one folder, read by nobody else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings

from vigie.exports.models import ExportRecord
from vigie.exports.writers.workbook import SCRATCH

PIECE = 65_536  # bytes read at a time


def path_of(record: ExportRecord) -> Path:
    """The file of this record. The lease is in its name: two makers never write in the same file."""
    return folder() / f"{record.code}.{record.lease}.{record.file_format}"


def folder() -> Path:
    """The folder, made when it is missing."""
    found: Path = settings.VIGIE.exports_folder
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def create(path: Path) -> IO[bytes]:
    """A new file that only the service can read."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")


def erase_scratch(before: datetime) -> None:
    """Erases what writers killed before that moment left in the folder of temporary files."""
    for path in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        if path.is_dir() and path.stat().st_mtime < before.timestamp():
            shutil.rmtree(path, ignore_errors=True)


def stored() -> Iterator[Path]:
    """The files that are there."""
    return (path for path in folder().iterdir() if path.name.startswith("EXP-"))


def pieces(path: Path) -> Iterator[bytes]:
    """The file piece by piece; opened when the first is asked for: an answer nobody reads leaves nothing open."""
    with path.open("rb") as file:
        yield from iter(lambda: file.read(PIECE), b"")
