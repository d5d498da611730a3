"""Erasing the audit rows that the retention rules no longer keep, so that what stays can still be verified.

The oldest links go with their rows. Where the chain now begins is told by a row of the audit itself, which the chain
holds, and by a line outside the base: links that are missing without both were stolen, not erased.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from vigie.journal import append_only, audit, audit_heads
from vigie.journal.audit_chain import seal
from vigie.journal.audit_heads import PURGED, Head
from vigie.journal.audit_verify import PURGE, verify
from vigie.journal.models import AuditEvent, AuditSeal
from vigie.kernel.period import paris_day, years_before
from vigie.rights.person import SYSTEM
from vigie.ui.formats import counted, day_short

MOST_AT_ONCE = 200_000  # rows erased by one run: the tables are locked meanwhile


def purge_audit(*, at: datetime) -> str:
    """The job of every month: verifies, then erases what is older than ``VIGIE_AUDIT_YEARS``. Its account says what."""
    limit = years_before(paris_day(at), settings.VIGIE.audit_years)
    seal(at, whole=True)
    last = _last_to_go(at.replace(year=limit.year, month=limit.month, day=limit.day))
    if last is None:
        return f"Rien à effacer\u00a0: toutes les traces sont postérieures au {day_short(limit)}"
    fault = verify(at).fault
    if fault is not None:
        return f"Rien n’est effacé\u00a0: la chaîne est fausse ({fault.text})"
    count = _erase(last, at)
    return f"{counted(count, 'trace effacée', 'traces effacées')}, jusqu’au {day_short(limit)}"


def _last_to_go(limit: datetime) -> AuditSeal | None:
    """The last link before the first row that is kept; None when there is nothing to erase."""
    links = AuditSeal.objects.order_by("seq")
    kept = links.filter(row__at__gte=limit).values_list("seq", flat=True).first()
    old = links.filter(row__at__lt=limit)
    if kept is not None:
        old = old.filter(seq__lt=kept)
    first = old.values_list("seq", flat=True).first()
    return None if first is None else old.filter(seq__lt=first + MOST_AT_ONCE).last()


def _erase(last: AuditSeal, at: datetime) -> int:
    """The line outside, then in one transaction the rows and links up to that one, and the row that tells it."""
    gone = AuditSeal.objects.filter(seq__lte=last.seq)
    with transaction.atomic():
        count = gone.count()
        # Before the commit: a line too many is harmless, a line that is missing would look like a theft.
        audit_heads.append(
            Head(PURGED, at.isoformat(timespec="seconds"), last.seq, last.hash, row=last.row_id or 0), at
        )
        with append_only.lifted(connection, append_only.AUDIT, append_only.SEALS):
            AuditEvent.objects.filter(seal__seq__lte=last.seq)._raw_delete(AuditEvent.objects.db)
            gone._raw_delete(gone.db)
        told = {"seq": last.seq, "hash": last.hash, "rows": count}
        audit.note(PURGE, "journal.AuditEvent", str(last.row_id), by=SYSTEM, at=at, details=told)
    seal(at)
    return count
