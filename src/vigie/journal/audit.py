"""The audit: who read what, and who was refused. One row per confidential block shown, in the same transaction.

If the row cannot be written, nothing is shown. Rows are chained: the hash of each covers the hash of the one before,
so that a row changed, taken out or put in is found by ``first_wrong``.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from structlog.contextvars import get_contextvars

from vigie.journal.models import AuditEvent
from vigie.rights.person import Person

ALLOWED, DENIED = "allowed", "denied"
_CHAIN_LOCK = 7_238_011  # of PostgreSQL's advisory locks: one writer at a time extends the chain


@transaction.atomic
def note(
    action: str,
    object_type: str,
    object_id: str,
    *,
    by: Person,
    at: datetime,
    result: str = ALLOWED,
    details: dict[str, Any] | None = None,
) -> AuditEvent:
    """Writes one row at the end of the chain. details: codes and counts, no fact of the firm. 2 or 3 queries."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    row = AuditEvent(
        at=at,
        actor_id=by.user_id,
        actor_name=by.name,
        action=action,
        result=result,
        object_type=object_type,
        object_id=object_id[:60],
        reach="FR" if by.nationwide else " ".join(sorted(by.departements))[:400],
        request_id=str(get_contextvars().get("request_id", ""))[:40],
        details=details or {},
    )
    last = AuditEvent.objects.order_by("-pk").values_list("hash", flat=True).first()
    row.hash = _hash(last or "", row)
    row.save(force_insert=True)
    return row


def first_wrong() -> int | None:
    """The first row that the chain does not explain; None when all do. A cut of the tail is not seen from inside."""
    previous = ""
    for row in AuditEvent.objects.order_by("pk").iterator(chunk_size=2000):
        if row.hash != _hash(previous, row):
            return row.pk
        previous = row.hash
    return None


def _hash(previous: str, row: AuditEvent) -> str:
    content = [
        previous,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor_id,
        row.actor_name,
        row.action,
        row.result,
        row.object_type,
        row.object_id,
        row.reach,
        row.request_id,
        row.details,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
