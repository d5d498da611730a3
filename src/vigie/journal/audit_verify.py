"""Verifying the audit: what was changed, taken out, put in, swapped, cut or put back, and which row is the first.

Reads only. The whole chain is computed again from its first link, and compared with the heads written outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from vigie.journal import audit_heads
from vigie.journal.audit import CONTENT, canonical, sign
from vigie.journal.audit_chain import link, unsealed
from vigie.journal.audit_heads import Head
from vigie.journal.models import AuditEvent, AuditSeal

PURGE = "audit_purged"
_AT, _IN_ZONE, _DETAILS = (CONTENT.index(name) for name in ("at", "in_zone", "details"))
CHUNK = 5000
WAITS_AT_MOST = timedelta(hours=1)  # a row older than that and in no link is a fault


@dataclass(frozen=True)
class Fault:
    """What is wrong first. kind: changed, missing_row, missing_link, forged, rewritten, cut, beheaded, unsealed.

    row: number of the audit row, None when nothing tells it; seq: number of the link. text: English, for an operator.
    """

    kind: str
    row: int | None
    seq: int | None
    text: str


@dataclass(frozen=True)
class Verdict:
    """links: how many were verified; waiting: rows not sealed yet; head: of the chain; fault: None when all is right.

    compared: how many heads written outside the chain was compared with.
    """

    links: int
    waiting: int
    last: int
    head: str
    compared: int
    fault: Fault | None


@dataclass
class _State:
    """Where the verification stands: the last link that is right."""

    seq: int = 0
    hash: str = ""
    links: int = 0


def verify(at: datetime) -> Verdict:
    """The verdict on all that is in the base. Some 3 queries, and 1 per 5,000 rows."""
    heads, purges = audit_heads.known()
    expected = {head.seq: head for head in heads if head.seq}
    state = _State()
    fault = _start(state, purges) or _follow(state, expected) or _end(state, expected)
    waiting = unsealed().only("pk", "mac", *CONTENT)
    fault = fault or _waiting(waiting.iterator(chunk_size=CHUNK), at)
    compared = sum(seq <= state.seq for seq in expected)
    return Verdict(state.links, waiting.count(), state.seq, state.hash, compared, fault)


def first_wrong(at: datetime) -> Fault | None:
    """What is wrong first; None when all is right."""
    return verify(at).fault


def _start(state: _State, purges: list[Head]) -> Fault | None:
    """Sets where the chain begins: at its first link, or after what the retention rules erased."""
    first = AuditSeal.objects.order_by("seq").values_list("seq", flat=True).first()
    if first is None or first == 1:
        return None
    anchor = AuditEvent.objects.filter(action=PURGE, details__seq=first - 1).order_by("-pk").first()
    if anchor is None or sign(anchor) != anchor.mac:
        said = f"les maillons 1 à {first - 1} ont disparu, et aucune trace ne dit qu’ils ont été effacés"
        return Fault("beheaded", None, 1, said)
    state.seq, state.hash = first - 1, str(anchor.details["hash"])
    if not any((one.seq, one.hash) == (state.seq, state.hash) for one in purges):
        said = f"les maillons 1 à {first - 1} ont disparu, et rien hors de la base ne dit qu’ils ont été effacés"
        return Fault("beheaded", anchor.pk, first - 1, said)
    return None


def _follow(state: _State, expected: dict[int, Head]) -> Fault | None:
    """Goes from link to link; stops at the first that is wrong."""
    for seq, row_id, digest, genuine, mac, *values in _links(state.seq):
        wanted = state.seq + 1
        if seq != wanted:
            return Fault(
                "missing_link",
                None,
                wanted,
                f"le maillon {wanted} a disparu\u00a0; le suivant est {seq}, de la trace {row_id}",
            )
        if mac is None:
            return Fault("missing_row", row_id, seq, f"la trace {row_id} (maillon {seq}) a été retirée")
        if link(state.hash, row_id, canonical(values)) != digest:
            return Fault(
                "changed", row_id, seq, f"la trace {row_id} (maillon {seq}) n’est plus celle qui a été scellée"
            )
        head = expected.get(seq)
        if head is not None and head.hash != digest:
            said = f"la chaîne a été réécrite jusqu’à la trace {row_id} (maillon {seq})\u00a0: {_of(head)}"
            return Fault("rewritten", row_id, seq, said)
        if not genuine:
            said = (
                f"la trace {row_id} (maillon {seq}) n’a pas été écrite par le service, ou a changé avant son scellement"
            )
            return Fault("forged", row_id, seq, said)
        state.seq, state.hash, state.links = seq, digest, state.links + 1
    return None


def _links(after: int) -> Iterator[tuple[Any, ...]]:
    """The links in order, each with its row: seq, row_id, hash, genuine, mac (None: the row is gone), content."""
    fields = ("seq", "row_id", "hash", "genuine", "row__mac", *(f"row__{name}" for name in CONTENT))
    while True:
        query = AuditSeal.objects.filter(seq__gt=after).order_by("seq").values_list(*fields)[:CHUNK].query
        with connection.cursor() as cursor:  # without the converters of the ORM, which take two thirds of the time
            cursor.execute(*query.sql_with_params())
            rows = cursor.fetchall()
        for row in rows:
            yield (*row[:5], *_read(row[5:]))
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


def _read(values: Sequence[Any]) -> list[Any]:
    """The content of a row as the two engines give it, made what ``canonical`` takes; a row that is gone, as it is."""
    read = list(values)
    if read[_AT] is None:
        return read
    if read[_AT].tzinfo is None:  # SQLite
        read[_AT] = read[_AT].replace(tzinfo=UTC)
    if read[_IN_ZONE] is not None:
        read[_IN_ZONE] = bool(read[_IN_ZONE])
    if isinstance(read[_DETAILS], str):
        read[_DETAILS] = {} if read[_DETAILS] == "{}" else json.loads(read[_DETAILS])
    return read


def _end(state: _State, expected: dict[int, Head]) -> Fault | None:
    """The tail: a head outside that the chain does not reach."""
    if not expected or max(expected) <= state.seq:
        return None
    head = expected[max(expected)]
    seq = state.seq + 1
    said = (
        f"la fin de l’audit a disparu à partir du maillon {seq}, ou une ancienne base a été remise\u00a0: {_of(head)}"
    )
    return Fault("cut", head.row if head.seq == seq else None, seq, said)


def _waiting(rows: Iterator[AuditEvent], at: datetime) -> Fault | None:
    """The rows in no link yet: signed by the service, and recent."""
    for row in rows:
        if row.mac != sign(row):
            return Fault(
                "forged", row.pk, None, f"la trace {row.pk}, pas encore scellée, n’a pas été écrite par le service"
            )
        if row.at < at - WAITS_AT_MOST:
            when = f"{row.at:%Y-%m-%d %H:%M} UTC"
            said = (
                f"la trace {row.pk}, du {when}, n’est dans aucun maillon\u00a0: ajoutée ensuite, ou plus rien ne scelle"
            )
            return Fault("unsealed", row.pk, None, said)
    return None


def _of(head: Head) -> str:
    return f"la tête écrite le {head.at} est le maillon {head.seq} (trace {head.row})"
