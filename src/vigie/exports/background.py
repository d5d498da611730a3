"""Exports that take longer than an answer: made by a job, taken up again when its worker dies, kept one day.

A maker holds a lease that he renews as he writes; without news of him another starts again, in a file of its own. The
state, the second row of the audit and the mail are written together, under the lease: one maker finishes, once.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import IO

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.http import Http404

from vigie.accounts.queries import person_for
from vigie.exports import storage
from vigie.exports.actions import BROKEN, PRODUCE_JOB, build, fail, finish, mark_of
from vigie.exports.models import ExportRecord
from vigie.exports.production import make
from vigie.exports.registry import Content
from vigie.exports.rules import GIVEN_UP, KEPT, LEASE, MOST_ATTEMPTS
from vigie.exports.states import READY, REQUESTED
from vigie.journal.actions import perform
from vigie.journal.crash import crash_point
from vigie.journal.jobs import enqueue, queued
from vigie.kernel import clock
from vigie.kernel.errors import Refused
from vigie.rights.person import SYSTEM
from vigie.ui.formats import counted

Now = Callable[[], datetime]
OUT_OF_REACH = "Ce que vous demandiez n’est plus dans votre périmètre, ou n’existe plus."
TRIED_ENOUGH = "L’export a été interrompu plusieurs fois. L’équipe en est avertie\u00a0: demandez-le avec des filtres."
NEVER_GIVEN = "L’export a été interrompu."

log = structlog.get_logger(__name__)


class _LeaseLost(Exception):
    """Another maker has taken this export up."""


def produce(*, at: datetime, export_id: int, now: Now = clock.now) -> str:
    """The job of one export. Harmless when another makes it or when it is over."""
    record = _take(export_id, now())
    if record is None:
        return "pris par un autre, ou terminé"
    crash_point("exports.after_take")
    path = storage.path_of(record)
    try:
        with storage.create(path) as file:
            return _make(record, file, now)
    except _LeaseLost:
        path.unlink(missing_ok=True)
        return f"{record.code}\u00a0: repris par un autre"
    except Exception as error:  # nothing is swallowed but what the author is told
        path.unlink(missing_ok=True)
        told = _reason(error)
        with suppress(_LeaseLost), transaction.atomic():
            fail(_held(record), told or BROKEN, at=now())
        if told is None:
            raise
        return f"{record.code}\u00a0: {told}"


def _make(record: ExportRecord, file: IO[bytes], now: Now) -> str:
    author = person_for(record.author, now())
    content: Content = build(record.exporter, record.parameters, record.file_format, by=author, at=now())
    made = make(content, record.file_format, file, mark_of(record), beat=_Heart(record, now).beat)
    os.fsync(file.fileno())
    crash_point("exports.after_file")
    with transaction.atomic():
        finish(_held(record), made, author=author, at=now())
    crash_point("exports.after_ready")
    return f"{record.code}\u00a0: {counted(made.rows, 'ligne')}"


def _take(export_id: int, at: datetime) -> ExportRecord | None:
    """The export, leased to whoever calls; None when it is another's, tried enough, or over. One conditional write."""
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    waiting = ExportRecord.objects.filter(free, pk=export_id, state=REQUESTED, background=True)
    lease = secrets.token_hex(8)
    taken = waiting.filter(attempts__lt=MOST_ATTEMPTS).update(
        lease=lease, leased_until=at + LEASE, attempts=F("attempts") + 1
    )
    return ExportRecord.objects.select_related("author").get(pk=export_id, lease=lease) if taken else None


def _held(record: ExportRecord) -> ExportRecord:
    """The row, locked, if the lease is still ours; in a transaction."""
    found = ExportRecord.objects.select_for_update().filter(pk=record.pk, lease=record.lease, state=REQUESTED).first()
    if found is None:
        raise _LeaseLost
    return found


class _Heart:
    """Renews the lease while rows pass, when a quarter of it has gone."""

    def __init__(self, record: ExportRecord, now: Now) -> None:
        self._record, self._now = record, now
        self._next = now() + LEASE / 4

    def beat(self) -> None:
        crash_point("exports.half_written")
        at = self._now()
        if at < self._next:
            return
        self._next = at + LEASE / 4
        ours = ExportRecord.objects.filter(pk=self._record.pk, lease=self._record.lease, state=REQUESTED)
        if not ours.update(leased_until=at + LEASE):
            raise _LeaseLost


def _reason(error: Exception) -> str | None:
    """What its author is told of a refusal; None for a fault of ours."""
    if isinstance(error, Refused):
        return error.message_fr
    return OUT_OF_REACH if isinstance(error, Http404) else None


# --- by the planned jobs --------------------------------------------------------------------------------------------
def resume(*, at: datetime) -> str:
    """Puts back in the queue the exports whose maker gave no more news; those tried enough fail."""
    late = ExportRecord.objects.filter(state=REQUESTED, background=True, leased_until__lte=at)
    late |= ExportRecord.objects.filter(state=REQUESTED, background=True, leased_until=None, asked_at__lte=at - LEASE)
    waiting = {one.arguments.get("export_id") for one in queued() if one.name == PRODUCE_JOB}
    again = over = 0
    for record in late.order_by("pk"):
        if record.attempts >= MOST_ATTEMPTS:
            fail(record, TRIED_ENOUGH, at=at)
            over += 1
        elif record.pk not in waiting:
            enqueue(PRODUCE_JOB, export_id=record.pk)
            again += 1
    return f"{counted(again, 'export repris', 'exports repris')}, {counted(over, 'abandonné', 'abandonnés')}"


def expire(*, at: datetime) -> str:
    """Ends the exports whose day is over and erases every file that nobody may take any more."""
    over = ExportRecord.objects.filter(state=READY, expires_at__lte=at).order_by("pk")
    count = sum(perform(record, "expire", by=SYSTEM, at=at) is not None for record in over)
    never = ExportRecord.objects.filter(state=REQUESTED, background=False, asked_at__lte=at - GIVEN_UP)
    for record in never.order_by("pk"):
        fail(record, NEVER_GIVEN, at=at)
    crash_point("exports.before_erase")
    living = ExportRecord.objects.filter(state__in=(REQUESTED, READY), background=True)
    kept = {storage.path_of(record).name for record in living.only("code", "lease", "file_format")}
    erased = 0
    for path in storage.stored():
        if path.name not in kept:
            path.unlink(missing_ok=True)
            erased += 1
    storage.erase_scratch(at - KEPT)
    files = counted(erased, "fichier effacé", "fichiers effacés")
    return f"{counted(count, 'export expiré', 'exports expirés')}, {files}"
