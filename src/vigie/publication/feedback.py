"""The way back: what agents said of a list and did for its firms, written for the batch, which reads it as a source.

``feedback/2026-06.1/``: opinions and their reasons, outcomes, wishes for correction; no name, no address, no free text.
An author is a key that tells two people apart and nothing else (``pseudonym``); the service alone holds the secret.
1.1: table ``reasons``, columns ``opinions.segment`` and ``outcomes.proposed``, closed list of outcomes.
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
from vigie.publication.write import alone

FEEDBACK_VERSION = "1.1"
FEEDBACK_FOLDER = "feedback"
_FORMER = ".former-"  # the folder that is being replaced; readers ignore what begins with a dot
_TEXT, _DAY = pa.string(), pa.date32()
_TEXTS = pa.list_(pa.field("item", _TEXT))

# What became of a firm; in ACCOMPANIED, an administration helped it or is helping it.
OUTCOMES = {
    "follow_up_opened": "accompagnement ouvert",
    "follow_up_completed": "accompagnement terminé",
    "watched": "mise sous surveillance, sans action",
    "contact_need": "contactée, demande un appui",
    "contact_refused": "contactée, ne souhaite pas d’appui",
    "contact_unharmed": "contactée, sans difficulté",
    "contact_unreachable": "injoignable",
    "help_accepted": "besoin pris en charge par un conseiller",
    "help_given": "aide apportée",
    "no_help": "aucune aide disponible",
}
ACCOMPANIED = frozenset({"follow_up_opened", "follow_up_completed", "contact_need", "help_accepted", "help_given"})

TABLES: dict[str, pa.Schema] = {
    # One per author and firm. author: pseudonym. reasons: codes of the table `reasons`. segment: code of his network.
    "opinions": pa.schema([
        pa.field("siren", _TEXT, nullable=False), pa.field("author", _TEXT, nullable=False),
        pa.field("useful", pa.bool_(), nullable=False), pa.field("reasons", _TEXTS),
        pa.field("given_on", _DAY, nullable=False), pa.field("segment", _TEXT),
    ]),
    # The reasons that agents may give, as the service words them.
    "reasons": pa.schema([pa.field("code", _TEXT, nullable=False), pa.field("label_fr", _TEXT, nullable=False)]),
    # Several for a firm, each at its day. outcome: one of OUTCOMES. proposed: what was done, in the service's words.
    "outcomes": pa.schema([
        pa.field("siren", _TEXT, nullable=False), pa.field("outcome", _TEXT, nullable=False),
        pa.field("decided_on", _DAY, nullable=False), pa.field("proposed", _TEXTS),
    ]),
    "corrections": pa.schema([
        pa.field("code", _TEXT, nullable=False), pa.field("version", _TEXT, nullable=False),
        pa.field("author", _TEXT, nullable=False), pa.field("content", _TEXT, nullable=False),
        pa.field("proposed_on", _DAY, nullable=False),
    ]),
}  # fmt: skip
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Feedback:
    """What came back on a list: table → rows."""

    publication_id: str
    rows: dict[str, list[dict[str, Any]]]


def pseudonym(secret: bytes, author: str) -> str:
    """A key for an author: the same for the same person, and nothing can be read in it without the secret."""
    return hmac.new(secret, author.encode(), hashlib.sha256).hexdigest()[:16]


def write_feedback(root: Path, publication_id: str, rows: Rows, *, at: datetime) -> Path:
    """Writes ``root/feedback/<publication_id>/``: whole, or not at all.

    rows: table → its rows, in place of the former ones; a table that is not named stays as it stood.
    """
    if not LIST_ID.match(publication_id):
        raise PublicationError(publication_id, "not a publication identifier (2026-06.1 expected)")
    strange = sorted(rows.keys() - TABLES.keys())
    if strange:
        raise PublicationError(publication_id, f"unknown feedback tables: {strange}")
    unknown = sorted({row["outcome"] for row in rows.get("outcomes", ())} - OUTCOMES.keys())
    if unknown:
        raise PublicationError(publication_id, f"unknown outcomes: {unknown}")
    door = root / FEEDBACK_FOLDER
    target, former = door / publication_id, door / f"{_FORMER}{publication_id}"
    with alone(door) as scratch:
        if former.exists() and not target.exists():  # a writer was killed between its two renames
            os.rename(former, target)
        shutil.rmtree(former, ignore_errors=True)
        standing = read_feedback(target).rows if target.exists() and TABLES.keys() - rows.keys() else {}
        made = _write_folder(scratch / publication_id, {**standing, **rows}, at)
        if target.exists():
            os.rename(target, former)
        os.rename(made, target)
        shutil.rmtree(former, ignore_errors=True)
    return target


def _write_folder(folder: Path, rows: Rows, at: datetime) -> Path:
    folder.mkdir()
    files = {}
    for name, schema in TABLES.items():
        kept = sorted((dict(row) for row in rows.get(name, ())), key=lambda row: json.dumps(row, default=str))
        path = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(kept, schema=schema), path, compression="zstd")
        files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {
        "schema_version": FEEDBACK_VERSION, "publication_id": folder.name, "written_at": at.isoformat(),
        "files": files,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return folder


def folders(door: Path) -> list[Path]:
    """The feedback folders of a door (``root/feedback``), by list."""
    return sorted(path for path in door.glob("*") if LIST_ID.match(path.name)) if door.is_dir() else []


def read_feedback(folder: Path) -> Feedback:
    """Reads and verifies a feedback folder; HashMismatch, UnknownSchema or PublicationError when it is not whole.

    Another minor version is read too: a table or nullable column that it lacks is empty, what it adds is left unread.
    """
    place = str(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        version, files, publication_id = manifest["schema_version"], manifest["files"], manifest["publication_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublicationError(place, f"the manifest cannot be read: {error!r}") from error
    if str(version).split(".")[0] != FEEDBACK_VERSION.split(".")[0]:
        raise UnknownSchema(place, f"schema_version {version!r}")
    wanted = {f"{name}.parquet" for name in TABLES}
    if publication_id != folder.name or (version == FEEDBACK_VERSION and set(files) != wanted):
        raise PublicationError(place, "the manifest does not describe this folder")
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, schema in TABLES.items():
        path = folder / f"{name}.parquet"
        rows[name] = _rows(path, schema, files[path.name], version) if path.name in files else []
    return Feedback(publication_id, rows)


def _rows(path: Path, schema: pa.Schema, digest: str, version: str) -> list[dict[str, Any]]:
    if path.is_symlink() or not path.is_file():
        raise PublicationError(str(path), "is not a plain file")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise HashMismatch(str(path), "its SHA-256 is not the one of the manifest")
    table = pq.read_table(path)
    if version != FEEDBACK_VERSION:
        for field in schema:
            if field.nullable and field.name not in table.column_names:
                table = table.append_column(field, pa.nulls(table.num_rows, field.type))
        table = table.select([name for name in schema.names if name in table.column_names])
    if not table.schema.remove_metadata().equals(schema):
        raise UnknownSchema(str(path), "columns differ from the schema")
    return table.to_pylist()
