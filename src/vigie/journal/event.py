"""What an event and its mails are; the tables are in ``event_rows``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A mail that an event causes.

    to: name of a registered audience. template: path without suffix; also the name of its registered content.
    held: the mail waits VIGIE_MESSAGE_HOLD_SECONDS, because an undo within that time must cancel it.
    secret: the content cannot be rebuilt (a code); it is stored until sent, then erased.
    """

    to: str
    template: str
    held: bool = False
    secret: bool = False


@dataclass(frozen=True)
class Event:
    """One thing that can happen: past participle, its subject's model, its French sentence, its messages."""

    name: str
    subject: str
    sentence: str
    messages: tuple[Message, ...] = ()
