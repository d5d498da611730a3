"""What the team does with a file: sends it, reads what it would change, applies it as a whole, or abandons it.

A large file is read and applied by the job worker. Applying computes the difference again: when the address book has
changed meanwhile in a way that alters it, nothing is written and the new difference is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.directory.importing.adviser_lines import plan_advisers
from vigie.directory.importing.antenne_lines import plan_antennes
from vigie.directory.importing.columns import (
    ADVISERS,
    ANTENNE_COLUMNS,
    ANTENNES,
    doubled,
    known_headers,
    missing,
    nearest,
    recognised,
)
from vigie.directory.importing.plan import Plan, changes_nothing, counts_of, fingerprint_of
from vigie.directory.importing.reading import FileText, Sheet, parse, read_text
from vigie.directory.importing.remarks import Remarks, UnreadableFile
from vigie.directory.importing.writing import write_plan
from vigie.directory.models import DirectoryImport, ImportEntry, ImportRemark
from vigie.directory.states import APPLIED, APPLYING, PENDING, PROPOSED, READING
from vigie.journal.actions import perform
from vigie.journal.crash import crash_point
from vigie.journal.jobs import enqueue, queued
from vigie.journal.models import Event
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.kernel.text import clean_line, fold
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.ui.formats import counted, hour, listed

LONGEST = timedelta(minutes=30)  # of a job: after it, its worker is gone
GIVEN_UP = timedelta(days=1)
STOPPED = "L’application de ce fichier s’est interrompue\u00a0: rien n’a été écrit. Appliquez-le de nouveau."
READ_JOB, APPLY_JOB = "read_directory_import", "apply_directory_import"
LARGE_LINES = 2_000
LARGE_WORKBOOK = 150_000  # bytes, which some 2 000 lines weigh once compressed
BATCH = 1000


class DifferenceMoved(Refused):
    """The address book changed since the file was read: the difference is not the one that was reviewed."""


# --- sending and reading --------------------------------------------------------------------------------------------
def receive(kind: str, file_name: str, data: bytes, *, by: Person, at: datetime) -> DirectoryImport:
    """The import of this file, read at once when it is small. The same file sent twice is one import."""
    require(by, "directory.edit")
    assert by.user_id is not None  # nosec B101: the right is that of a person
    if kind not in (ANTENNES, ADVISERS):
        raise InvalidInput("kind_unknown", "Choisissez ce que contient le fichier.", field="kind")
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.atomic():  # a file kept and not read would wait for nobody
        User.objects.select_for_update().get(pk=by.user_id)  # two identical sendings come one after the other
        same = DirectoryImport.objects.filter(kind=kind, sha256=sha256, author=by.user_id, state__in=PENDING).first()
        if same is not None:
            return same
        row = DirectoryImport.objects.create(
            kind=kind,
            file_name=clean_line(file_name)[:150] or "fichier",
            sha256=sha256,
            data=data,
            author_id=by.user_id,
            created_at=at,
        )
        if not is_large(data):
            return read(row, by=by, at=at)
        enqueue(READ_JOB, import_id=row.pk)
        return row


def is_large(data: bytes) -> bool:
    """True of a file that the worker reads: more than LARGE_LINES lines, or a workbook that may hold as many."""
    if data.startswith(b"PK"):
        return len(data) > LARGE_WORKBOOK
    return max(data.count(b"\n"), data.count(b"\r")) > LARGE_LINES


def read(row: DirectoryImport, *, by: Person, at: datetime) -> DirectoryImport:
    """Reads the file and keeps what it would change, or why it cannot be read. A second reading does nothing."""
    remarks = Remarks()
    plan = Plan()
    changes: dict[str, Any] = {}
    try:
        file = read_text(bytes(row.data), row.file_name, row.kind, remarks)
        changes = {"text": file.text, "separator": file.separator, "encoding": file.encoding}
        changes |= {"by_record": file.by_record}
        sheet = parse(file, remarks)
        changes["line_count"] = len(sheet.lines)
        plan = plan_of(row.kind, sheet, remarks)
    except UnreadableFile as refused:
        remarks.error(0, "", "", refused.message_fr)
    entries = [] if remarks.errors else plan.entries()
    return _keep(row, entries, remarks, changes, by=by, at=at)


@transaction.atomic
def _keep(
    row: DirectoryImport,
    entries: list[ImportEntry],
    remarks: Remarks,
    changes: dict[str, Any],
    *,
    by: Person,
    at: datetime,
) -> DirectoryImport:
    """Writes what a reading found, unless another was quicker."""
    row = DirectoryImport.objects.select_for_update().get(pk=row.pk)
    if row.state != READING:
        return row
    _keep_remarks(row, remarks)
    _keep_entries(row, entries)
    changes = _facts(entries, remarks) | {"read_at": at, "data": b""} | changes
    step = "find_faults" if remarks.errors else "find_same" if changes_nothing(changes["counts"]) else "propose"
    return perform(row, step, by=by, at=at, changes=changes, payload={"errors": remarks.errors})


def plan_of(kind: str, sheet: Sheet, remarks: Remarks) -> Plan:
    """What the sheet would change. Raises UnreadableFile when its columns are not those of its kind."""
    places = recognised(kind, sheet.headers)
    if twice := doubled(kind, sheet.headers):
        raise UnreadableFile(f"Deux colonnes portent le même titre\u00a0: {listed(_quoted(twice))}. Gardez-en une.")
    if absent := missing(kind, places):
        raise UnreadableFile(_missing_sentence(kind, absent, sheet.headers))
    if kind == ADVISERS:
        return plan_advisers(sheet, places, remarks)
    unknown = [header for header in sheet.headers if fold(header) not in known_headers(kind)]
    if unknown:
        raise UnreadableFile(_unknown_sentence(unknown))
    return plan_antennes(sheet, places, remarks)


def _quoted(texts: Iterable[str]) -> list[str]:
    return [f"«\u00a0{text[:60]}\u00a0»" for text in list(texts)[:8]]


def _missing_sentence(kind: str, absent: list[str], headers: Iterable[str]) -> str:
    known = known_headers(kind)
    others = [one for one in headers if fold(one) not in known]
    close = [
        f"«\u00a0{one}\u00a0» plutôt que «\u00a0{near[:60]}\u00a0»" for one in absent if (near := nearest(one, others))
    ]
    hint = f" Écrivez {listed(close)}." if close else ""
    return f"Il manque des colonnes\u00a0: {listed(_quoted(absent))}.{hint}"


def _unknown_sentence(unknown: list[str]) -> str:
    labels = [one.label for one in ANTENNE_COLUMNS]
    close = [
        f"«\u00a0{text[:60]}\u00a0» (peut-être «\u00a0{near}\u00a0»)" if (near := nearest(text, labels)) else quoted
        for text, quoted in zip(unknown[:8], _quoted(unknown), strict=False)
    ]
    return f"En-têtes non reconnus\u00a0: {listed(close)}. Corrigez-les ou retirez ces colonnes."


def _facts(entries: list[ImportEntry], remarks: Remarks) -> dict[str, Any]:
    return {
        "counts": counts_of(entries),
        "fingerprint": fingerprint_of(entries) if entries else "",
        "error_count": remarks.errors,
        "warning_count": remarks.warnings,
    }


def _keep_remarks(row: DirectoryImport, remarks: Remarks) -> None:
    row.remarks.all().delete()
    ImportRemark.objects.bulk_create(
        (
            ImportRemark(
                directory_import=row,
                severity=one.severity,
                line=one.line,
                column=one.column[:250],
                value=clean_line(one.value)[:120],
                message=one.message[:500],
            )
            for one in remarks.kept
        ),
        batch_size=BATCH,
    )


def _keep_entries(row: DirectoryImport, entries: list[ImportEntry]) -> None:
    row.entries.all().delete()
    for one in entries:
        one.directory_import = row
    ImportEntry.objects.bulk_create(entries, batch_size=BATCH)


# --- deciding -------------------------------------------------------------------------------------------------------
def apply(row: DirectoryImport, *, by: Person, at: datetime) -> DirectoryImport:
    """« Appliquer ces changements »: a large one is queued. Pressed twice, it is applied once."""
    with transaction.atomic():
        locked = DirectoryImport.objects.select_for_update().get(pk=row.pk)
        require(by, "import.decide", locked)
        if locked.state in (APPLIED, APPLYING):
            return locked
        if locked.state == PROPOSED and locked.line_count > LARGE_LINES:
            perform(locked, "queue", by=by, at=at)
            enqueue(APPLY_JOB, import_id=locked.pk, user_id=by.user_id)
            return locked
    return apply_now(locked, by=by, at=at)


def apply_now(row: DirectoryImport, *, by: Person, at: datetime) -> DirectoryImport:
    """All or nothing. Raises DifferenceMoved, once the new difference is kept, when the address book has changed."""
    try:
        with transaction.atomic():
            locked = DirectoryImport.objects.select_for_update().get(pk=row.pk)
            if locked.state == APPLIED:
                return locked
            plan, entries, remarks = _computed_again(locked)
            if remarks.errors or fingerprint_of(entries) != locked.fingerprint:
                raise DifferenceMoved("difference_moved", _who_changed(locked, at))
            write_plan(plan, by=by, at=at)
            crash_point("import.after_plan")
            _name_targets(locked, plan)
            crash_point("import.after_targets")
            return perform(locked, "apply", by=by, at=at, payload={"counts": locked.counts})
    except DifferenceMoved as moved:
        _read_again(row, moved.message_fr, at)
        raise


def _computed_again(row: DirectoryImport) -> tuple[Plan, list[ImportEntry], Remarks]:
    remarks = Remarks()
    file = FileText(row.text, row.separator, row.encoding, row.by_record)
    plan = plan_of(row.kind, parse(file, remarks), remarks)
    return plan, plan.entries(), remarks


def _name_targets(row: DirectoryImport, plan: Plan) -> None:
    """Gives the entries of what was created the row that it became: they were kept in the order of the works."""
    kept = row.entries.order_by("pk").values_list("pk", "target_id")
    named = [
        (work.row.pk, pk)
        for (pk, known), work in zip(kept, plan.works(), strict=True)
        if known is None and work.row is not None
    ]
    with connection.cursor() as cursor:  # one plain statement a row: a case for each is many times slower
        cursor.executemany("UPDATE directory_importentry SET target_id = %s WHERE id = %s", named)


@transaction.atomic
def _read_again(row: DirectoryImport, notice: str, at: datetime) -> None:
    """Keeps the difference of today, and why it is not the one that was reviewed."""
    row = DirectoryImport.objects.select_for_update().get(pk=row.pk)
    _plan, entries, remarks = _computed_again(row)
    _keep_remarks(row, remarks)
    _keep_entries(row, [] if remarks.errors else entries)
    changes = _facts(entries, remarks) | {"read_at": at, "notice": notice[:500]}
    if row.state == APPLYING:
        perform(row, "send_back", by=SYSTEM, at=at, changes=changes)
        return
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))


def _who_changed(row: DirectoryImport, at: datetime) -> str:
    """Who wrote in the address book since the file was read."""
    since = Event.objects.filter(name__in=("directory.changed", "account.changed", "account.invited"))
    found = since.filter(at__gt=row.read_at or row.created_at, at__lte=at).order_by("-at")[:500]
    last: dict[str, datetime] = {}
    for name, moment in found.values_list("actor_name", "at"):
        last.setdefault(name or "Vigie", moment)
    who = listed([f"{name} à {hour(moment)}" for name, moment in list(last.items())[:4]])
    by_whom = f" par {who}" if who else ""
    return (
        f"L’annuaire a été modifié{by_whom} depuis la lecture du fichier. Rien n’a été écrit\u00a0: vérifiez les "
        "changements ci-dessous, puis appliquez-les."
    )


def abandon(row: DirectoryImport, *, by: Person, at: datetime) -> DirectoryImport:
    """« Abandonner cet import »; nothing happens when it is already over."""
    with transaction.atomic():
        locked = DirectoryImport.objects.select_for_update().get(pk=row.pk)
        require(by, "import.decide", locked)
        if locked.state in locked.LIFECYCLE.final_codes:
            return locked
        return perform(locked, "abandon", by=by, at=at, changes={"data": b""})


# --- by the worker --------------------------------------------------------------------------------------------------
def read_job(*, at: datetime, import_id: int) -> str:
    """Reads a large file."""
    row = DirectoryImport.objects.filter(pk=import_id).first()
    if row is None:
        return "import effacé entre-temps"
    return f"{row.file_name}\u00a0: {counted(read(row, by=SYSTEM, at=at).line_count, 'ligne')}"


def apply_job(*, at: datetime, import_id: int, user_id: int) -> str:
    """Applies a large file in the name of the person who asked."""
    row = DirectoryImport.objects.filter(pk=import_id).first()
    if row is None or row.state != APPLYING:
        return "rien à appliquer"
    try:
        apply_now(row, by=person_for(User.objects.get(pk=user_id), at), at=at)
    except (DifferenceMoved, TransitionRefused) as refused:
        return refused.message_fr
    return f"{row.file_name}\u00a0: appliqué"


def resume(*, at: datetime) -> str:
    """Takes up the files whose worker was killed: read again, or given back to whoever will apply them again."""
    waiting = {one.arguments["import_id"] for one in queued() if one.name in (READ_JOB, APPLY_JOB)}
    stopped = DirectoryImport.objects.filter(state__in=(READING, APPLYING), created_at__lte=at - LONGEST)
    again = back = 0
    for row in stopped.exclude(pk__in=waiting).defer("data", "text").order_by("pk"):
        if row.state == READING and row.created_at > at - GIVEN_UP:
            enqueue(READ_JOB, import_id=row.pk)
            again += 1
        elif row.state == APPLYING and not Event.objects.about(row).filter(at__gt=at - LONGEST).exists():
            perform(row, "send_back", by=SYSTEM, at=at, changes={"notice": STOPPED})
            back += 1
    return (
        f"{counted(again, 'lecture reprise', 'lectures reprises')}, {counted(back, 'import rendu', 'imports rendus')}"
    )
