"""Sealing: audit rows are chained, in the order of their commits, by links of their own.

A row is written without waiting for anybody; every minute, and at any time on demand, this chains what is not chained
yet. Before adding a link it compares the base with the last head written outside: a base that was cut, rewritten or
put back from an old copy is never sealed over (decision 0020).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from vigie.journal import audit_heads
from vigie.journal.audit import CONTENT, canonical, signature
from vigie.journal.audit_heads import HEAD, RESTORED, Head
from vigie.journal.crash import crash_point
from vigie.journal.models import AuditEvent, AuditSeal
from vigie.kernel.errors import VigieError
from vigie.ui.formats import counted

BATCH = 1000
LONGEST_TRANSACTION = timedelta(hours=1)  # a row committed later than that is found by the pass of the night
_LOCK = 7_238_011  # of PostgreSQL's advisory locks: one sealer at a time; who writes audit rows never takes it


class ChainBroken(VigieError):
    """The base does not agree with the heads written outside it; the message is for an operator."""


def link(previous: str, row_id: int, content: bytes) -> str:
    """The hash of a link: 64 hexadecimal digits."""
    return hashlib.sha256(b"%s|%d|%s" % (previous.encode(), row_id, content)).hexdigest()


def unsealed(*, after: int = 0) -> QuerySet[AuditEvent]:
    """The rows that no link holds yet, beyond that row number."""
    sealed = AuditSeal.objects.filter(row_id=OuterRef("pk"))
    return AuditEvent.objects.filter(~Exists(sealed), pk__gt=after).order_by("pk")


def seal(at: datetime, *, whole: bool = False) -> int:
    """Chains the rows that are not yet, and writes the new head outside; gives how many.

    whole: looks for them in all the table, not in the last hour only. Raises ChainBroken, OSError.
    """
    total = 0
    while True:
        with transaction.atomic():
            sealed, head = _seal_batch(at, whole=whole)
        if head is not None:
            crash_point("audit.before_head")
            audit_heads.append(head, at)
        total += sealed
        if sealed < BATCH:
            return total


def _seal_batch(at: datetime, *, whole: bool) -> tuple[int, Head | None]:
    """One batch; gives how many and the head to write, that of before when a crash kept it from the file."""
    _one_at_a_time()
    last = AuditSeal.objects.order_by("-seq").first()
    outside = audit_heads.latest()
    check_head(outside)
    rows = unsealed(after=0 if whole else _floor(at)).values_list("pk", "mac", *CONTENT)[:BATCH]
    seq, previous = (last.seq, last.hash) if last else (0, "")
    links = []
    for row_id, mac, *values in rows:
        content = canonical(values)
        seq, previous = seq + 1, link(previous, row_id, content)
        genuine = hmac.compare_digest(mac, signature(content))
        links.append(AuditSeal(seq=seq, row_id=row_id, hash=previous, genuine=genuine, sealed_at=at))
    AuditSeal.objects.bulk_create(links, batch_size=BATCH)
    crash_point("audit.before_commit")
    if not seq or (outside is not None and outside.seq == seq):
        return len(links), None
    row_id = links[-1].row_id if links else last.row_id if last else None
    return len(links), Head(HEAD, _iso(at), seq, previous, row=row_id or 0)


def check_head(outside: Head | None) -> None:
    """Raises ChainBroken when the base does not hold the last head written outside. 1 query."""
    if outside is None or not outside.seq:
        return
    inside = AuditSeal.objects.filter(seq=outside.seq).values_list("hash", flat=True).first()
    if inside is None:
        raise ChainBroken(
            f"the audit was cut or an old base was put back: the head of {outside.at} is link {outside.seq} "
            f"(row {outside.row}), which the base does not hold; see The audit in operate.md"
        )
    if inside != outside.hash:
        raise ChainBroken(
            f"the audit was rewritten: link {outside.seq} (row {outside.row}) is not that of the head of {outside.at}; "
            "see The audit in operate.md"
        )


def declare_restored(reason: str, at: datetime) -> int:
    """Writes outside that a backup was put back and why; gives the number of the last link kept.

    From then on the heads beyond it are no longer asked of the base: what they proved is lost, and this line says so.
    """
    last = AuditSeal.objects.order_by("-seq").first()
    seq, digest = (last.seq, last.hash) if last else (0, "")
    audit_heads.append(Head(RESTORED, _iso(at), seq, digest, reason=reason), at)
    return seq


def seal_audit(*, at: datetime) -> str:
    """The job of every minute."""
    return counted(seal(at), "trace scellée", "traces scellées")


def _floor(at: datetime) -> int:
    """The row number under which every row is sealed, but for those of a transaction of more than an hour."""
    old = AuditSeal.objects.filter(sealed_at__lt=at - LONGEST_TRANSACTION).order_by("-sealed_at", "-seq")
    return old.values_list("row_id", flat=True).first() or 0


def _one_at_a_time() -> None:
    """On SQLite the transaction itself is alone to write."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
