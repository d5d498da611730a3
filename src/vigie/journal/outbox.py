"""The rows of the outbox: what is owed, what is held, what is being sent, what became of it.

A message is owed in the transaction of its event and leaves through ``delivery``. Its state is not moved by
``actions.perform`` but here, by conditional UPDATEs of one row: two workers may want the same message at the same
instant, and the one whose UPDATE found the row in the state that it expected has it. That holds on SQLite and on
PostgreSQL, locks nothing while the relay is spoken to, and needs no right: nobody decides that a mail leaves.
The moment of a claim is also its key: a worker that comes back too late finds that its claim is no longer the one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Least

from vigie.journal import jobs
from vigie.journal.crash import crash_point
from vigie.journal.events import EVENTS, Message
from vigie.journal.models import Event, OutgoingMessage
from vigie.journal.registry import Recipient
from vigie.journal.states import CANCELED, CLAIMED, FAILED, SENT, WAITING
from vigie.kernel.errors import TransitionRefused

DELIVER = "deliver_message"  # the job that sends one message; declared in apps.py
STALE = timedelta(minutes=2)  # a claim older than this belongs to a worker that died: no exchange lasts so long
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))  # then every hour
RETRY_THEN = timedelta(hours=1)
GIVE_UP = timedelta(hours=72)
GIVE_UP_SECRET = timedelta(minutes=15)  # a code is of no use later, and does not stay in the database
_SECRET_TEMPLATES = {message.template for event in EVENTS for message in event.messages if message.secret}
MOST_ATTEMPTS = 100  # hourly retries for three days make 76: beyond, it is the message that kills its workers


# --- owing ----------------------------------------------------------------------------------------------------------
def owe(
    event: Event, message: Message, recipient: Recipient, *, due_at: datetime, secret: dict[str, Any] | None = None
) -> OutgoingMessage:
    """The row of a mail to one person, with the job that will send it; in the caller's transaction.

    One row per event name, template, object, recipient and hold window: while an identical message is held, no other
    is owed, and its hold starts again, so that the last click can be undone as long as the first. An address that
    cannot be written to gives a message that failed at once: the team sees it.
    """
    fault = _address_fault(recipient.email)
    row = None
    while row is None:  # another transaction may take the same window; the next round sees its row
        if message.held and not fault:
            row = _hold_again(event, message, recipient, due_at)
        row = row or _owe_anew(event, message, recipient, due_at, fault, secret)
    if not fault:
        jobs.enqueue(DELIVER, run_at=due_at if due_at > event.at else None, message=row.pk)
    crash_point("outbox.after_owe")
    return row


def _hold_again(event: Event, message: Message, recipient: Recipient, due_at: datetime) -> OutgoingMessage | None:
    """The identical message that is still held, from now on until ``due_at``; None when there is none."""
    held = _same(event, message, recipient).filter(held=True, state=WAITING, attempts=0, due_at__gt=event.at)
    row = held.select_for_update(of=("self",)).order_by("pk").last()
    if row is not None:
        row.event, row.due_at, row.next_attempt_at = event, max(due_at, row.due_at), max(due_at, row.due_at)
        row.save(update_fields=["event", "due_at", "next_attempt_at"])
    return row


def _owe_anew(
    event: Event,
    message: Message,
    recipient: Recipient,
    due_at: datetime,
    fault: str,
    secret: dict[str, Any] | None,
) -> OutgoingMessage | None:
    """A new row in the next window; None when another transaction has just taken that window."""
    unique_key = _next_key(event, message, recipient)
    try:
        with transaction.atomic():
            return OutgoingMessage.objects.create(
                event=event,
                template=message.template,
                audience=message.to,
                recipient=recipient.email[:254],
                recipient_name=recipient.name[:200],
                subject_type=event.subject_type,
                subject_id=event.subject_id,
                unique_key=unique_key,
                message_id=_message_id(unique_key, event.at),
                state=FAILED if fault else WAITING,
                ended_at=event.at if fault else None,
                error=fault,
                created_at=event.at,
                due_at=due_at,
                held=due_at > event.at,
                next_attempt_at=due_at,
                secret=None if fault else secret,
            )
    except IntegrityError:
        if not OutgoingMessage.objects.filter(unique_key=unique_key).exists():
            raise
        return None


def _same(event: Event, message: Message, recipient: Recipient) -> Any:
    return OutgoingMessage.objects.filter(
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        template=message.template,
        recipient=recipient.email[:254],
        event__name=event.name,
    )


def _next_key(event: Event, message: Message, recipient: Recipient) -> str:
    last = _same(event, message, recipient).order_by("pk").values_list("unique_key", flat=True).last()
    window = int(last.rpartition(" ")[2]) + 1 if last else 1
    to = hashlib.sha256(recipient.email.encode()).hexdigest()[:32]
    return f"{event.name} {message.template} {event.subject_type} {event.subject_id} {to} {window}"


def _message_id(unique_key: str, at: datetime) -> str:
    """Given by what the message is, so that it can be computed again; ``at`` keeps apart two bases of one site."""
    site = settings.VIGIE.site_url
    return f"<{uuid5(NAMESPACE_URL, f'{site} {unique_key} {at.isoformat()}')}@{urlsplit(site).hostname}>"


def _address_fault(email: str) -> str:
    if not email.strip():
        return "aucune adresse électronique"
    try:
        validate_email(email)
    except ValidationError:
        return "adresse électronique mal formée"
    return "adresse électronique trop longue" if len(email) > 254 else ""


# --- sending --------------------------------------------------------------------------------------------------------
def due(now: datetime, limit: int) -> Sequence[int]:
    """The messages to send now, the most overdue first, then the claims that a worker left behind it. 2 queries."""
    waiting = OutgoingMessage.objects.filter(state=WAITING, next_attempt_at__lte=now)
    left = OutgoingMessage.objects.filter(state=CLAIMED, claimed_at__lte=now - STALE)
    found = list(left.order_by("claimed_at").values_list("pk", flat=True)[:limit])
    return found + list(waiting.order_by("next_attempt_at").values_list("pk", flat=True)[: limit - len(found)])


def is_due(pk: int, now: datetime) -> bool:
    """True when ``claim`` would find it, unless somebody is quicker. 1 query."""
    return bool(OutgoingMessage.objects.filter(_to_send(now), pk=pk).exists())


def claim(pk: int, now: datetime) -> OutgoingMessage | None:
    """The message, now ours to send; None when it is not due, somebody has it, or it has ended.

    Committed at once, and refused inside a transaction: a claim that could be rolled back would claim nothing.
    """
    with transaction.atomic(durable=True):
        ours = OutgoingMessage.objects.filter(_to_send(now), pk=pk).update(
            state=CLAIMED, claimed_at=now, attempts=F("attempts") + 1
        )
    return OutgoingMessage.objects.get(pk=pk) if ours else None


def _to_send(now: datetime) -> Q:
    return Q(state=WAITING, next_attempt_at__lte=now) | Q(state=CLAIMED, claimed_at__lte=now - STALE)


def mark_sent(message: OutgoingMessage, at: datetime) -> bool:
    """The relay has it."""
    return _leave_claim(message, state=SENT, ended_at=at, secret=None, error="", mail_subject=message.mail_subject)


def mark_failed(message: OutgoingMessage, at: datetime, reason: str) -> bool:
    """It will never leave; the reason is for the team."""
    return _leave_claim(message, state=FAILED, ended_at=at, secret=None, error=reason[:500])


def mark_pointless(message: OutgoingMessage, at: datetime, reason: str) -> bool:
    """There is nothing left to say."""
    return _leave_claim(message, state=CANCELED, ended_at=at, secret=None, error=reason[:500])


def put_back(message: OutgoingMessage, at: datetime, reason: str) -> bool:
    """It could not leave now: tried again after 1, 5, 30 minutes, then hourly; failed after three days."""
    lasts = GIVE_UP if message.secret is None else GIVE_UP_SECRET
    again = at + (RETRY_AFTER[message.attempts - 1] if message.attempts <= len(RETRY_AFTER) else RETRY_THEN)
    if again > message.due_at + lasts:
        hours = int(lasts.total_seconds() // 3600)
        waited = f"{hours}\u00a0heures" if hours else f"{int(lasts.total_seconds() // 60)}\u00a0minutes"
        return mark_failed(message, at, f"toujours pas parti après {waited}\u00a0: {reason}")
    return _leave_claim(message, state=WAITING, claimed_at=None, next_attempt_at=again, error=reason[:500])


def _leave_claim(message: OutgoingMessage, **changes: Any) -> bool:
    """True when our claim was still the one."""
    with transaction.atomic(durable=True):
        claimed = OutgoingMessage.objects.filter(pk=message.pk, state=CLAIMED, claimed_at=message.claimed_at)
        return bool(claimed.update(**changes))


# --- what a person may do (rights and events: actions.py) -----------------------------------------------------------
def send_now(message: OutgoingMessage, at: datetime) -> None:
    """Ends the hold, or the wait before the next attempt; raises TransitionRefused when there is none any more."""
    waiting = OutgoingMessage.objects.filter(pk=message.pk, state=WAITING, next_attempt_at__gt=at)
    # A message held leaves from now on; the delay of one that is late goes on counting from the moment it was due.
    if not waiting.update(next_attempt_at=at, due_at=Least(F("due_at"), Value(at))):
        raise TransitionRefused("message_not_waiting", "Ce courriel n’attend plus\u00a0: il part, ou il est parti.")
    jobs.enqueue(DELIVER, message=message.pk)


def cancel(message: OutgoingMessage, at: datetime) -> None:
    """The message will not leave; raises TransitionRefused when it has left or ended."""
    waiting = OutgoingMessage.objects.filter(pk=message.pk, state=WAITING)
    if not waiting.update(state=CANCELED, ended_at=at, secret=None, error=""):
        raise TransitionRefused(
            "message_not_waiting", "Il est trop tard pour annuler ce courriel\u00a0: il part, ou il est parti."
        )


def send_again(message: OutgoingMessage, at: datetime) -> None:
    """A failed message waits anew, to leave now; raises TransitionRefused when it has not failed, or cannot leave."""
    if not can_be_sent_again(message):
        raise TransitionRefused(
            "message_not_sendable",
            "Ce courriel ne peut pas être renvoyé\u00a0: son adresse ne convient pas, ou son contenu a été effacé.",
        )
    failed = OutgoingMessage.objects.filter(pk=message.pk, state=FAILED)
    if not failed.update(
        state=WAITING, attempts=0, claimed_at=None, ended_at=None, due_at=at, next_attempt_at=at, error=""
    ):
        raise TransitionRefused("message_not_failed", "Ce courriel n’est plus en échec\u00a0: il est déjà renvoyé.")
    jobs.enqueue(DELIVER, message=message.pk)


def can_be_sent_again(message: OutgoingMessage) -> bool:
    """True when a new try could end otherwise: not without a right address, and never for a code, which is erased."""
    return not _address_fault(message.recipient) and message.template not in _SECRET_TEMPLATES
