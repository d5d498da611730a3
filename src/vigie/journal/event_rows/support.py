"""Events of ``support``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

HELP, RESPONDER = "support.HelpRequest", "support.Responder"

EVENTS = (
    Event(
        "help.asked",
        HELP,
        "Une question a été posée",
        (Message("help_responder", "support/mail/to_answer"), Message("help_asker", "support/mail/received")),
    ),
    Event("help.answered", HELP, "Une question a reçu sa réponse", (Message("help_asker", "support/mail/answered"),)),
    Event("help.closed", HELP, "Une question est close"),
    Event("help.responder_named", RESPONDER, "Une personne répond désormais à des questions"),
    Event("help.responder_removed", RESPONDER, "Une personne ne répond plus à des questions"),
)
