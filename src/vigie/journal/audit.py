"""The audit: who read what and why it was open to him, and who was refused. One row per confidential block shown.

A row tells of an act in the transaction of that act; of a reading, once what is shown has been read and before it
leaves (``reading``): if it cannot be written, nothing is shown. It costs one statement and waits for nobody: rows are
signed one by one here, and chained a moment later by ``audit_chain`` (decision 0020).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from structlog.contextvars import get_contextvars

from vigie import bulk
from vigie.journal.models import AuditEvent
from vigie.rights.person import Person

ALLOWED, DENIED = "allowed", "denied"
# Kinds of object whose identifier is that of a firm (SIREN) or of one of its establishments (SIRET).
FIRMS = frozenset({"watchlists.Entry", "watchlists.Firm", "companies.Company", "companies.Establishment"})
# What a row says, in the order of the model, its number and its signature apart.
CONTENT = (
    "at", "actor_id", "actor_name", "actor_email", "on_behalf_of_id", "on_behalf_of_name", "roles", "segment", "entity",
    "zone", "reach", "action", "result", "object_type", "object_id", "siren", "in_zone", "unlocked_by", "purpose",
    "ip_hash", "request_id", "details",
)  # fmt: skip
_EMPTY: tuple[Any, ...] = (None, "", {})
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_TEXT: Callable[[str], str] = json.encoder.encode_basestring  # what the encoder makes of a text
_SORTED = sorted(((place, f'"{name}":') for place, name in enumerate(CONTENT)), key=itemgetter(1))

_address: ContextVar[str] = ContextVar("audit_address", default="")
_held: ContextVar[list[AuditEvent] | None] = ContextVar("audit_held", default=None)


@dataclass(frozen=True)
class Trace:
    """What one audit row tells, its reader and its moment apart.

    action: view_company, view_block, list_view, export, unlock, denied… details: codes and counts, no fact of a firm.
    siren: found from the object when it is a firm. See ``AuditEvent`` for the others.
    """

    action: str
    object_type: str
    object_id: str
    result: str = ALLOWED
    siren: str = ""
    in_zone: bool | None = None
    unlocked_by: str = ""
    purpose: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def note(
    action: str,
    object_type: str,
    object_id: str,
    *,
    by: Person,
    at: datetime,
    result: str = ALLOWED,
    siren: str = "",
    in_zone: bool | None = None,
    unlocked_by: str = "",
    purpose: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Writes one row, in the caller's transaction; fields as in ``Trace``. 1 query."""
    trace = Trace(action, object_type, object_id, result, siren, in_zone, unlocked_by, purpose, details or {})
    note_many([trace], by=by, at=at)


def note_many(traces: Iterable[Trace], *, by: Person, at: datetime) -> None:
    """Writes the rows of one page (the sheet and each of its blocks), in the caller's transaction. 1 query per 200."""
    rows = [_row(trace, by, at) for trace in traces]
    held = _held.get()
    if held is None:
        bulk.insert_whole(rows)
    else:
        held += rows


@contextmanager
def reading() -> Iterator[None]:
    """Within it a page is read; what is noted meanwhile is written at its end, before anything is shown.

    In a transaction, the whole reading would keep all writers away (SQLite takes the write lock at once), and readers
    who leave a trace would read one after the other. A reading that fails leaves no trace, and shows nothing. Nothing
    else may be written within it.
    """
    if _held.get() is not None:
        yield
        return
    rows: list[AuditEvent] = []
    token = _held.set(rows)
    try:
        yield
    finally:
        _held.reset(token)
    bulk.insert_whole(rows)


@contextmanager
def seen_from(address: str) -> Iterator[None]:
    """Within it, the rows bear the hash of this network address; set by the middleware for each request."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def hash_of_address(address: str) -> str:
    """What is kept of a network address: the same for the same address, and nothing can be read back from it."""
    key = settings.VIGIE.audit_key or settings.SECRET_KEY
    return salted_hmac("vigie.audit.address", address, secret=key, algorithm="sha256").hexdigest()[:32]


def canonical(values: Iterable[Any]) -> bytes:
    """The one writing of a row that is signed and chained; values: those of ``CONTENT``, in its order.

    JSON, keys sorted. Empty fields are left out: a column added later changes nothing to the rows from before. Written
    piece by piece, for a million rows are verified at a time: the encoder of the library takes twice as long.
    """
    row = tuple(values)
    if len(row) != len(CONTENT):
        raise ValueError(f"{len(row)} values for {len(CONTENT)} columns")
    told = [
        key + (_TEXT(value) if type(value) is str else _written(value))
        for place, key in _SORTED
        if (value := row[place]) or value not in _EMPTY
    ]
    return ("{" + ",".join(told) + "}").encode()


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return f'"{value.astimezone(UTC).isoformat(timespec="microseconds")}"'
    return _JSON.encode(value)


def sign(row: Any) -> str:
    """The service's signature on the content of a row."""
    return signature(canonical(getattr(row, name) for name in CONTENT))


def signature(content: bytes) -> str:
    """The signature on a canonical content."""
    return hmac.new(_key(settings.VIGIE.audit_key or settings.SECRET_KEY), content, hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"vigie.audit.row" + secret.encode()).digest()


def _row(trace: Trace, by: Person, at: datetime) -> AuditEvent:
    address = _address.get()
    row = AuditEvent(
        at=at,
        actor_id=by.user_id,
        actor_name=by.name[:200],
        actor_email=by.email[:254],
        on_behalf_of_id=by.acting_for_id,
        on_behalf_of_name=by.acting_for_name[:200],
        roles=" ".join(sorted(by.roles))[:200],
        segment=by.segment[:40],
        entity=by.entity[:200],
        zone=by.zone_label[:200],
        reach="FR" if by.nationwide else " ".join(sorted(by.departements))[:400],
        action=trace.action[:40],
        result=trace.result,
        object_type=trace.object_type[:60],
        object_id=trace.object_id[:60],
        siren=trace.siren or _firm(trace),
        in_zone=trace.in_zone,
        unlocked_by=trace.unlocked_by[:40],
        purpose=trace.purpose[:200],
        ip_hash=hash_of_address(address) if address else "",
        request_id=str(get_contextvars().get("request_id", ""))[:40],
        details=trace.details,
    )
    row.mac = sign(row)
    return row


def _firm(trace: Trace) -> str:
    """The SIREN of a firm or of an establishment; empty for anything else, and for what is not a number."""
    number = trace.object_id
    known = trace.object_type in FIRMS and len(number) in (9, 14) and number.isascii() and number.isdecimal()
    return number[:9] if known else ""
