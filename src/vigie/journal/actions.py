"""The only writers of what happens: ``record`` an event with its messages, ``perform`` a transition.

State, event and messages change in the caller's transaction: all or nothing. Below, what the team may do to a message
that waits and to a job.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from structlog.contextvars import get_contextvars

from vigie.journal import jobs, outbox
from vigie.journal.crash import crash_point
from vigie.journal.events import EVENTS_BY_NAME
from vigie.journal.models import Event, OutgoingMessage
from vigie.journal.registry import audience
from vigie.kernel.errors import Refused
from vigie.kernel.lifecycle import Lifecycle
from vigie.rights.person import Person
from vigie.rights.reach import require

BY_HAND = "run_by_hand"  # the job that runs another for somebody; declared in apps.py


@transaction.atomic
def record(
    name: str,
    subject: models.Model,
    *,
    by: Person,
    at: datetime,
    payload: dict[str, Any] | None = None,
    secret: dict[str, Any] | None = None,
) -> Event:
    """Writes the event and the messages it owes; gives the event.

    payload: small JSON of codes and numbers, no text typed by people. secret: content of a mail that cannot be rebuilt.
    """
    declared = EVENTS_BY_NAME[name]
    if declared.subject != subject._meta.label:
        raise ValueError(f"{name} happens to {declared.subject}, not to {subject._meta.label}")
    event = Event.objects.create(
        name=name,
        at=at,
        actor_kind=by.kind,
        actor_id=by.user_id,
        actor_name=by.name,
        subject_type=subject._meta.label,
        subject_id=str(subject.pk),
        payload=payload or {},
        request_id=str(get_contextvars().get("request_id", "")),
    )
    crash_point("journal.after_event")
    for message in declared.messages:
        hold = timedelta(seconds=settings.VIGIE.message_hold_seconds if message.held else 0)
        for recipient in audience(message.to)(subject, by):
            outbox.owe(event, message, recipient, due_at=at + hold, secret=secret if message.secret else None)
    crash_point("journal.after_messages")
    return event


@transaction.atomic
def record_each(name: str, subjects: Iterable[models.Model], *, by: Person, at: datetime) -> None:
    """The same event for many objects, in few statements; for events that owe no message."""
    declared = EVENTS_BY_NAME[name]
    rows = list(subjects)
    if declared.messages or any(row._meta.label != declared.subject for row in rows):
        raise ValueError(f"{name} happens to {declared.subject}, and must owe no message")
    told = {
        "name": name, "at": at, "actor_kind": by.kind, "actor_id": by.user_id, "actor_name": by.name,
        "subject_type": declared.subject, "request_id": str(get_contextvars().get("request_id", "")),
    }  # fmt: skip
    Event.objects.bulk_create((Event(subject_id=str(row.pk), **told) for row in rows), batch_size=1000)


@transaction.atomic
def perform(
    obj: Any,
    transition: str,
    *,
    by: Person,
    at: datetime,
    payload: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
) -> Any:
    """Makes ``obj`` go through a transition of its LIFECYCLE; gives it back, up to date.

    One transaction: locks the row, asks the rights table, asks the lifecycle, writes state, stamps, clears and
    ``changes`` (other fields of the same act, such as a reason), records the event and owes its messages.
    Raises Forbidden, TransitionRefused, or Refused when a required field of the act is empty.
    """
    changes = changes or {}
    lifecycle: Lifecycle = obj.LIFECYCLE
    row = type(obj)._base_manager.select_for_update().get(pk=obj.pk)
    before = getattr(row, lifecycle.field)
    known = lifecycle.by_name.get(transition)
    if known is not None:
        require(by, known.right, row)
    step = lifecycle.transition(transition, before)
    for name in step.requires:
        if not (changes[name] if name in changes else getattr(row, name)):
            raise Refused(f"{name}_missing", lifecycle.missing_fr.get(name, "Il manque une précision pour faire ceci."))
    written = {lifecycle.field: step.target, **changes}
    written |= {name: at for name in step.stamps if getattr(row, name) is None}
    written |= dict.fromkeys(step.clears)
    for name, value in written.items():
        setattr(row, name, value)
    row.save(update_fields=_with_touch(row, written))
    crash_point("perform.after_state")
    record(
        step.event,
        row,
        by=by,
        at=at,
        payload={"transition": transition, "from": before, "to": step.target, **(payload or {})},
    )
    for name in written:
        setattr(obj, name, getattr(row, name))
    return obj


@transaction.atomic
def release_message(message: OutgoingMessage, *, by: Person, at: datetime) -> OutgoingMessage:
    """« Envoyer maintenant »: ends the hold of a message, or its wait before the next attempt."""
    require(by, "message.release")
    outbox.send_now(message, at)
    record("message.released", message, by=by, at=at)
    return message


@transaction.atomic
def cancel_message(message: OutgoingMessage, *, by: Person, at: datetime) -> OutgoingMessage:
    """« Annuler »: a message that waits will not leave."""
    require(by, "message.release")
    outbox.cancel(message, at)
    record("message.canceled", message, by=by, at=at)
    return message


@transaction.atomic
def resend_message(message: OutgoingMessage, *, by: Person, at: datetime) -> OutgoingMessage:
    """« Renvoyer »: a message that failed is tried again, from the first attempt, with the content of today."""
    require(by, "message.resend")
    outbox.send_again(message, at)
    record("message.resent", message, by=by, at=at)
    return message


def launch_job(name: str, *, by: Person) -> None:
    """« Lancer maintenant »: puts a planned job in the queue; its account names who asked for it."""
    require(by, "job.run")
    jobs.enqueue(BY_HAND, name=name, user_id=by.user_id, user_name=by.name)


def _with_touch(row: models.Model, written: Iterable[str]) -> list[str]:
    names = list(written)
    if any(field.name == "updated_at" for field in row._meta.concrete_fields):
        names.append("updated_at")
    return names
