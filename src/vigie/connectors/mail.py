"""The mail relay as a parameter: one message handed over at a time, and what became of it.

A relay accepts, or says that it cannot now (TemporaryFailure: try again with the same Message-ID), or that it
never will (PermanentFailure). When to try again, and what is shown to the team, is the outbox's business
(``vigie.journal``). Reasons are French: the team reads them. They quote the relay's code and words, never the
message.
"""

from __future__ import annotations

import re
import smtplib
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from typing import Any, Protocol

from django.core.mail import EmailMultiAlternatives, get_connection

from vigie.kernel.errors import BadAnswer, Unavailable
from vigie.kernel.text import clean_line

SERVICE = "mail"
TIMEOUT_S = 10.0
LONGEST_HEADER = 900  # a line of a message holds 998 characters
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>", re.ASCII)
# One bare address; no quoted local part, and an ASCII one: few relays take others (the domain may be accented).
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,253}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}", re.ASCII)
_OWN_HEADERS = frozenset(
    ("from", "to", "cc", "bcc", "reply-to", "subject", "message-id", "date", "sender", "return-path", "mime-version",
     "content-type", "content-transfer-encoding")
)  # fmt: skip
_CONTENT_REFUSED = (552, 554)  # said of a sender, these codes speak of this very message (too large, unwanted)


class TemporaryFailure(Unavailable):
    """The relay did not take the message now; it may have, if the connection died after the content was sent.

    relay_away: true when no other message would pass either (a breaker may count it), false when the relay is well and
    only this recipient or this message has to wait.
    """

    def __init__(self, reason: str, *, relay_away: bool = True) -> None:
        super().__init__(SERVICE, reason)
        self.reason = reason
        self.relay_away = relay_away


class PermanentFailure(BadAnswer):
    """The relay will never take this message."""

    def __init__(self, reason: str) -> None:
        super().__init__(SERVICE, reason)
        self.reason = reason


@dataclass(frozen=True)
class Mail:
    """One message to one person.

    Header injection is impossible: addresses, identifier and header names that hold anything unexpected are
    refused (PermanentFailure), texts that end in a header are put on one line.
    """

    message_id: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str = ""
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _MESSAGE_ID.fullmatch(self.message_id):
            raise PermanentFailure("identifiant de message mal formé")
        if not _ADDRESS.fullmatch(self.to):
            raise PermanentFailure("adresse électronique mal formée")
        if self.reply_to and not _ADDRESS.fullmatch(self.reply_to):
            raise PermanentFailure("adresse de réponse mal formée")
        object.__setattr__(self, "to_name", clean_line(self.to_name)[:100])
        object.__setattr__(self, "subject", clean_line(self.subject)[:LONGEST_HEADER])
        object.__setattr__(self, "headers", {name: _header(name, value) for name, value in self.headers.items()})


class Relay(Protocol):
    """What takes messages away."""

    def deliver(self, mail: Mail) -> None:
        """Hands the message over; raises TemporaryFailure or PermanentFailure."""

    def was_accepted(self, message_id: str) -> bool | None:
        """True or False when the relay can say whether it has this message; None when it cannot be asked."""


class DjangoRelay:
    """The relay of Django's settings (EMAIL_BACKEND). One connection per message: a bad one holds no
    other."""

    def __init__(self, *, backend: str | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._backend = backend
        self._timeout_s = timeout_s

    def deliver(self, mail: Mail) -> None:
        connection: Any = get_connection(backend=self._backend)
        if getattr(connection, "timeout", self) is None:  # SMTP whose EMAIL_TIMEOUT is not set: never wait for ever
            connection.timeout = self._timeout_s
        try:
            connection.open()
            sent = connection.send_messages([_message(mail, connection)])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()), (450, b""))
            raise _failure(code, words, "adresse refusée par le relais") from error
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code, error.smtp_error, "message refusé par le relais") from error
        except smtplib.SMTPSenderRefused as error:
            # Refusing our sender is a fault of the installation, for all messages: keep them and try again.
            code = error.smtp_code if error.smtp_code in _CONTENT_REFUSED else 450
            raise _failure(code, error.smtp_error, "expéditeur refusé par le relais", said=error.smtp_code) from error
        except smtplib.SMTPResponseException as error:
            raise _failure(450, error.smtp_error, "relais indisponible", said=error.smtp_code) from error
        except (ValueError, MessageError) as error:
            raise PermanentFailure("message impossible à écrire (adresse ou en-tête)") from error
        except (TimeoutError, socket.gaierror, OSError) as error:  # SMTPException is an OSError
            raise TemporaryFailure(f"relais injoignable ({type(error).__name__})") from error
        finally:
            # The message is accepted or not before the good-bye: a connection lost here changes nothing.
            with suppress(OSError):
                connection.close()
        if sent == 0:
            raise TemporaryFailure("le relais n’a pris aucun message")

    def was_accepted(self, message_id: str) -> bool | None:
        return None


class MemoryRelay:
    """A relay for tests: keeps what it accepts, and fails as it is told.

    Messages are ranked 1, 2, 3… at their first attempt; rank n × k meets the fault given as ``…_one_in=n``:
    refuse: this recipient is refused, always. defer: not now, the first time. delay: taken after ``delay_s``.
    cut: accepted, then the connection dies before the answer, the first time.
    down: nobody answers. answers: whether ``was_accepted`` can be asked.
    """

    def __init__(
        self,
        *,
        refuse_one_in: int = 0,
        defer_one_in: int = 0,
        delay_one_in: int = 0,
        cut_one_in: int = 0,
        delay_s: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
        answers: bool = True,
    ) -> None:
        self.accepted: list[Mail] = []
        self.attempts: Counter[str] = Counter()
        self.down = False
        self.answers = answers
        self._ranks: dict[str, int] = {}
        self._one_in = {"refuse": refuse_one_in, "defer": defer_one_in, "delay": delay_one_in, "cut": cut_one_in}
        self._delay_s = delay_s
        self._sleep = sleep

    def deliver(self, mail: Mail) -> None:
        if self.down:
            raise TemporaryFailure("relais injoignable")
        self.attempts[mail.message_id] += 1
        rank = self._ranks.setdefault(mail.message_id, len(self._ranks) + 1)
        first = self.attempts[mail.message_id] == 1
        if self._meets("refuse", rank):
            raise PermanentFailure("adresse refusée par le relais (550)")
        if self._meets("defer", rank) and first:
            raise TemporaryFailure("relais occupé (451)", relay_away=False)
        if self._meets("delay", rank):
            self._sleep(self._delay_s)
        self.accepted.append(mail)
        if self._meets("cut", rank) and first:
            raise TemporaryFailure("connexion coupée par le relais")

    def was_accepted(self, message_id: str) -> bool | None:
        if not self.answers:
            return None
        return any(mail.message_id == message_id for mail in self.accepted)

    def doubled(self) -> list[str]:
        """The identifiers accepted more than once."""
        counts = Counter(mail.message_id for mail in self.accepted)
        return [message_id for message_id, count in counts.items() if count > 1]

    def _meets(self, fault: str, rank: int) -> bool:
        return self._one_in[fault] > 0 and rank % self._one_in[fault] == 0


def _header(name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
        raise PermanentFailure("en-tête interdit")
    return clean_line(value)[:LONGEST_HEADER]


def _message(mail: Mail, connection: object) -> EmailMultiAlternatives:
    local, domain = mail.to.rsplit("@", 1)
    shown = str(Address(mail.to_name, username=local, domain=domain))
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],  # the envelope holds the bare address; the name is in the header only
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={**mail.headers, "Message-ID": mail.message_id, "To": shown},
        connection=connection,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _failure(
    code: int, words: bytes | str, what: str, *, said: int | None = None
) -> TemporaryFailure | PermanentFailure:
    """The failure that an SMTP code means: 5xx is for ever, everything else is for now.

    said: the code to show, when it is not ``code``: the relay speaks of itself, not of this message.
    """
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    reason = f"{what} ({said or code} {clean_line(text)[:150]})".replace(" )", ")")
    if 500 <= code < 600:
        return PermanentFailure(reason)
    return TemporaryFailure(reason, relay_away=said is not None)
