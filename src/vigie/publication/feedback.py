"""The way back: what agents said of a list, written for the batch, which reads it as a source like any other.

``feedback/2026-06.1/``: opinions, outcomes and wishes for correction, no name and no address. An author is a key that
tells two people apart and nothing else (``pseudonym``); the service alone holds the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vigie.kernel.errors import HashMismatch, PublicationError, UnknownSchema
from vigie.publication.manifest import LIST_ID
from vigie.publication.write import WRITING

FEEDBACK_VERSION = "1.0"
FEEDBACK_FOLDER = "feedback"
_TEXT, _DAY = pa.string(), pa.date32()

TABLES: dict[str, pa.Schema] = {
    "opinions": pa.schema([
        pa.field("siren", _TEXT, nullable=False), pa.field("author", _TEXT, nullable=False),
        pa.field("useful", pa.bool_(), nullable=False), pa.field("reasons", pa.list_(pa.field("item", _TEXT))),
        pa.field("given_on", _DAY, nullable=False),
    ]),
    "outcomes": pa.schema([
        pa.field("siren", _TEXT, nullable=False), pa.field("outcome", _TEXT, nullable=False),
        pa.field("decided_on", _DAY, nullable=False),
    ]),
    "corrections": pa.schema([
        pa.field("code", _TEXT, nullable=False), pa.field("version", _TEXT, nullable=False),
        pa.field("author", _TEXT, nullable=False), pa.field("content", _TEXT, nullable=False),
        pa.field("proposed_on", _DAY, nullable=False),
    ]),
}  # fmt: skip


@dataclass(frozen=True)
class Feedback:
    """What came back on a list: table → rows."""

    publication_id: str
    rows: dict[str, list[dict[str, Any]]]


def pseudonym(secret: bytes, author: str) -> str:
    """A key for an author: the same for the same person, and nothing can be read in it without the secret."""
    return hmac.new(secret, author.encode(), hashlib.sha256).hexdigest()[:16]


def write_feedback(
    root: Path, publication_id: str, rows: Mapping[str, Sequence[Mapping[str, Any]]], *, at: datetime
) -> Path:
    """Writes ``root/feedback/<publication_id>/`` in place of the former one: whole, or not at all."""
    if not LIST_ID.match(publication_id):
        raise PublicationError(publication_id, "not a publication identifier (2026-06.1 expected)")
    strange = sorted(rows.keys() - TABLES.keys())
    if strange:
        raise PublicationError(publication_id, f"unknown feedback tables: {strange}")
    target = root / FEEDBACK_FOLDER / publication_id
    scratch = root / f"{WRITING}-{FEEDBACK_FOLDER}-{publication_id}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    files = {}
    for name, schema in TABLES.items():
        kept = sorted((dict(row) for row in rows.get(name, ())), key=lambda row: json.dumps(row, default=str))
        path = scratch / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(kept, schema=schema), path, compression="zstd")
        files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {
        "schema_version": FEEDBACK_VERSION, "publication_id": publication_id, "written_at": at.isoformat(),
        "files": files,
    }  # fmt: skip
    (scratch / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    former = root / f"{WRITING}-former-{publication_id}"
    shutil.rmtree(former, ignore_errors=True)
    if target.exists():
        os.rename(target, former)
    os.rename(scratch, target)
    shutil.rmtree(former, ignore_errors=True)
    return target


def read_feedback(folder: Path) -> Feedback:
    """Reads and verifies a feedback folder; HashMismatch, UnknownSchema or PublicationError when it is not whole."""
    place = str(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        version, files, publication_id = manifest["schema_version"], manifest["files"], manifest["publication_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublicationError(place, f"the manifest cannot be read: {error!r}") from error
    if str(version).split(".")[0] != FEEDBACK_VERSION.split(".")[0]:
        raise UnknownSchema(place, f"schema_version {version!r}")
    if set(files) != {f"{name}.parquet" for name in TABLES} or publication_id != folder.name:
        raise PublicationError(place, "the manifest does not describe this folder")
    rows = {}
    for name, schema in TABLES.items():
        path = folder / f"{name}.parquet"
        if path.is_symlink() or not path.is_file():
            raise PublicationError(str(path), "is not a plain file")
        if hashlib.sha256(path.read_bytes()).hexdigest() != files[path.name]:
            raise HashMismatch(str(path), "its SHA-256 is not the one of the manifest")
        table = pq.read_table(path)
        if not table.schema.remove_metadata().equals(schema):
            raise UnknownSchema(str(path), "columns differ from the schema")
        rows[name] = table.to_pylist()
    return Feedback(publication_id, rows)
