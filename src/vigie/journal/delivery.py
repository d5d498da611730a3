"""How an owed message leaves: claim it, build it from the state of that moment, hand it over, mark it.

One message at a time, each with its own short transactions, none of them open while the relay is spoken to: a bad
recipient holds nobody back, and a failure sends nobody anything again. A worker can die between any two lines: its
claim grows stale, another takes it, and asks the relay about the identifier before sending anything again. A relay
that cannot be asked (plain SMTP) may then receive a message twice, with the same Message-ID.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.template.loader import render_to_string

from vigie.connectors.breaker import Breaker
from vigie.connectors.mail import SERVICE, Mail, PermanentFailure, Relay, TemporaryFailure
from vigie.journal import outbox
from vigie.journal.crash import crash_point
from vigie.journal.models import OutgoingMessage
from vigie.journal.registry import Recipient, content, subject_of
from vigie.journal.relay import relay
from vigie.kernel import clock

Now = Callable[[], datetime]

SWEEP_LIMIT = 500
WRITE_TRIES = 3

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of a message: nothing when it was not due, no longer ours, or the relay is away."""

    SENT = "sent"
    RETRIED = "retried"
    FAILED = "failed"
    POINTLESS = "pointless"
    NOTHING = "nothing"


OUTCOME_LABELS = {
    Outcome.SENT: ("parti", "partis"),
    Outcome.RETRIED: ("remis à plus tard", "remis à plus tard"),
    Outcome.FAILED: ("en échec", "en échec"),
    Outcome.POINTLESS: ("sans objet", "sans objet"),
    Outcome.NOTHING: ("laissé", "laissés"),
}


def deliver(pk: int, now: Now) -> Outcome:
    """Sends the message if it is due and free. now: gives the moment, at the claim and when the relay has answered.

    Called outside any transaction. After five failures in a row the relay is left alone for a minute: messages stay
    due, untouched, and workers do not spend their time waiting for a relay that is away.
    """
    breaker = Breaker(SERVICE, cache)
    if not (outbox.is_due(pk, now()) and breaker.allows(now())):
        return Outcome.NOTHING
    message = outbox.claim(pk, now())
    if message is None:
        return Outcome.NOTHING
    crash_point("outbox.after_claim")
    verdict = _attempt(message, breaker, now)
    return _write(message, verdict, now())


@dataclass(frozen=True)
class _Verdict:
    """What became of an attempt, before it is written."""

    outcome: Outcome
    reason: str = ""


def _attempt(message: OutgoingMessage, breaker: Breaker, now: Now) -> _Verdict:
    try:
        verdict = _hand_over(message, relay(), now)
    except TemporaryFailure as failure:
        if failure.relay_away:
            breaker.failed(now(), failure.reason)
        else:
            breaker.succeeded(now())
        return _Verdict(Outcome.RETRIED, failure.reason)
    except PermanentFailure as failure:
        breaker.succeeded(now())
        return _Verdict(Outcome.FAILED, failure.reason)
    except Exception as error:  # a fault of ours in one message must not hold the others; it is seen by the team
        log.exception("message_not_built", message=message.pk, template=message.template)
        return _Verdict(Outcome.RETRIED, f"erreur interne ({type(error).__name__})")
    if verdict.outcome is Outcome.SENT:
        breaker.succeeded(now())
    return verdict


def _hand_over(message: OutgoingMessage, to: Relay, now: Now) -> _Verdict:
    if message.attempts > outbox.MOST_ATTEMPTS:
        return _Verdict(Outcome.FAILED, f"abandonné après {outbox.MOST_ATTEMPTS} essais interrompus")
    if message.attempts > 1 and to.was_accepted(message.message_id):
        crash_point("outbox.after_asking")
        return _Verdict(Outcome.SENT)
    mail = build(message, now())
    if mail is None:
        return _Verdict(Outcome.POINTLESS, "devenu sans objet")
    crash_point("outbox.before_send")
    to.deliver(mail)
    crash_point("outbox.after_send")
    message.mail_subject = "" if message.secret else mail.subject[:300]  # a code may be in it
    return _Verdict(Outcome.SENT)


def _write(message: OutgoingMessage, verdict: _Verdict, at: datetime) -> Outcome:
    """Writes the verdict, again if the database is locked or away: what has been sent must be known as sent."""
    if verdict.outcome is Outcome.RETRIED:
        crash_point("outbox.before_retry")
    for tries_left in reversed(range(WRITE_TRIES)):
        try:
            ours = _WRITERS[verdict.outcome](message, at, verdict.reason)
            break
        except OperationalError:
            if not tries_left:
                raise
            log.warning("message_not_marked", message=message.pk, outcome=verdict.outcome)
            connection.close()  # the next query opens another
    crash_point("outbox.after_mark")
    return verdict.outcome if ours else Outcome.NOTHING


_WRITERS: dict[Outcome, Callable[[OutgoingMessage, datetime, str], bool]] = {
    Outcome.SENT: lambda message, at, reason: outbox.mark_sent(message, at),
    Outcome.FAILED: outbox.mark_failed,
    Outcome.POINTLESS: outbox.mark_pointless,
    Outcome.RETRIED: outbox.put_back,
}


def build(message: OutgoingMessage, at: datetime) -> Mail | None:
    """The mail as it reads at that moment; None when its object is gone or there is nothing left to say."""
    context = message.secret or _content(message, at)
    if context is None:
        return None
    environment = settings.VIGIE
    shared = {
        "recipient_name": message.recipient_name,
        "site_url": environment.site_url,
        "team_email": environment.team_email,
    }
    context = {**shared, **context}
    return Mail(
        message_id=message.message_id,
        to=message.recipient,
        to_name=message.recipient_name,
        subject=render_to_string(f"{message.template}.subject.txt", context, using="text"),
        text=render_to_string(f"{message.template}.txt", context, using="text").strip() + "\n",
        html=render_to_string(f"{message.template}.html", context),
        reply_to=environment.team_email,
        headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: answering machines keep quiet
    )


def _content(message: OutgoingMessage, at: datetime) -> dict[str, Any] | None:
    subject = subject_of(message.subject_type, message.subject_id)
    if subject is None:
        return None
    return content(message.template)(subject, Recipient(message.recipient, message.recipient_name), at)


# --- jobs -----------------------------------------------------------------------------------------------------------
def deliver_message(*, at: datetime, message: int) -> str:
    """The job of one message. It reads the clock itself: a claim must bear its true moment."""
    return deliver(message, clock.now).value


def sweep(now: Now, limit: int = SWEEP_LIMIT) -> Counter[Outcome]:
    """Sends what is due and settles the claims left by workers that died; gives the count of each outcome."""
    return Counter(deliver(pk, now) for pk in outbox.due(now(), limit))


def send_messages(*, at: datetime) -> str:
    """The job of every minute: the sweep, for what its own job did not send."""
    return account(sweep(clock.now))


def account(outcomes: Counter[Outcome]) -> str:
    """The outcomes in one French line."""
    parts = [f"{count} {OUTCOME_LABELS[outcome][count > 1]}" for outcome, count in sorted(outcomes.items())]
    return ", ".join(parts) or "rien à envoyer"
