"""Asking for an export, and giving a small one at once. What takes longer is in ``background.py``.

The record and its row in the audit are written before the file is made: when they cannot be, there is no export. Its
number of rows and its fingerprint are told by a second row of the audit, which is never rewritten.
"""

from __future__ import annotations

import secrets
import tempfile
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from vigie.accounts.models import User
from vigie.exports.mark import Mark
from vigie.exports.models import ExportRecord
from vigie.exports.production import Made, make
from vigie.exports.registry import Content, exporter
from vigie.exports.rules import AT_ONCE, KEPT, file_name, new_code, rights_mark
from vigie.journal import audit
from vigie.journal.actions import perform
from vigie.journal.actions import record as record_event
from vigie.journal.jobs import enqueue
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM, Person

PRODUCE_JOB = "produce_export"
AUDITED = "exports.ExportRecord"
SEARCHED = "q"  # the parameter of an address that holds what a person typed to find something
BROKEN = "Une erreur interne a interrompu l’export. L’équipe en est avertie."


def build(code: str, parameters: dict[str, Any], file_format: str, *, by: Person, at: datetime) -> Content:
    """What would be exported, with the rights of this moment. Raises what the builder does, and InvalidInput."""
    if by.read_only:
        raise Forbidden("read_only", "On n’exporte pas au nom d’une autre personne.")
    declared = exporter(code)
    if file_format not in declared.formats:
        raise InvalidInput("format_unknown", "Choisissez un format proposé.", field="format")
    return declared.builder(by, parameters, at)


@transaction.atomic
def ask(
    code: str, parameters: dict[str, Any], file_format: str, content: Content, *, by: Person, at: datetime
) -> ExportRecord:
    """Writes down what is about to be made; beyond AT_ONCE rows, a job will make it."""
    assert by.user_id is not None  # nosec B101: a builder refuses who has no account
    record = ExportRecord.objects.create(
        code=new_code(secrets.choice),
        exporter=code,
        parameters=parameters,
        file_format=file_format,
        title=content.title[:250],
        version=content.version[:120],
        about=content.about[:60],
        filters=[list(one) for one in content.filters],
        author_id=by.user_id,
        asked_at=at,
        expected_rows=content.count,
        background=content.count > AT_ONCE,
        file_name=file_name(content.file_name or content.title, paris_day(at), file_format),
    )
    audit.note("export", AUDITED, record.code, by=by, at=at, details=_asked(record), unlocked_by=content.why_open)
    record_event("export.asked", record, by=by, at=at)
    if record.background:
        enqueue(PRODUCE_JOB, export_id=record.pk)
    return record


def give(record: ExportRecord, content: Content, *, by: Person, at: datetime) -> IO[bytes]:
    """The file of a small export, on disk until it is closed; nothing of it is kept."""
    file = tempfile.TemporaryFile(prefix="vigie-export-")  # noqa: SIM115  # closed by who sends it
    try:
        made = make(content, record.file_format, file, mark_of(record))
        with transaction.atomic():
            perform(record, "give", by=by, at=at, changes=told(made, by))
            note_made(record, by=by, at=at)
    except Exception as error:
        file.close()
        fail(record, error.message_fr if isinstance(error, Refused) else BROKEN, at=at)
        raise
    file.seek(0)
    return file


def finish(record: ExportRecord, made: Made, *, author: Person, at: datetime) -> None:
    """The file of a background export is ready, for as long as it is kept; its author is told once."""
    changes = told(made, author) | {"expires_at": at + KEPT}
    perform(record, "finish", by=SYSTEM, at=at, changes=changes)
    note_made(record, by=author, at=at)


@transaction.atomic
def fail(record: ExportRecord, reason: str, *, at: datetime) -> None:
    """The export will not be made; reason: French, for its author."""
    perform(record, "fail", by=SYSTEM, at=at, changes={"reason": reason[:300]})
    details = {"rows": None, "reason": reason[:300]}
    audit.note("export_failed", AUDITED, record.code, by=SYSTEM, at=at, details=details)


def told(made: Made, author: Person) -> dict[str, Any]:
    """The fields that a file made fills."""
    return {
        "row_count": made.rows, "size": made.size, "sha256": made.sha256, "rights_mark": rights_mark(author)
    }  # fmt: skip


def note_made(record: ExportRecord, *, by: Person, at: datetime) -> None:
    """The second row of the audit: what the file held."""
    details = {"rows": record.row_count, "bytes": record.size, "sha256": record.sha256}
    audit.note("export_made", AUDITED, record.code, by=by, at=at, details=details)


def mark_of(record: ExportRecord) -> Mark:
    """What the file says of who asked for it."""
    author: User = record.author
    return Mark(record.code, f"{author.full_name} ({author.email})", record.asked_at)


def _asked(record: ExportRecord) -> dict[str, Any]:
    """For the audit: that something was searched, never the words, which may be the name of a firm."""
    parameters = {name: value for name, value in record.parameters.items() if name != SEARCHED}
    if record.parameters.get(SEARCHED):
        parameters["searched"] = "yes"
    return {
        "exporter": record.exporter,
        "format": record.file_format,
        "about": record.about,
        "version": record.version,
        "parameters": parameters,
        "rows": record.expected_rows,
    }
