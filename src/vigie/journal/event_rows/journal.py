"""Events of ``journal``."""

from __future__ import annotations

from vigie.journal.event import Event

EVENTS = (
    Event("message.released", "journal.OutgoingMessage", "Un courriel retenu a été envoyé sans attendre"),
    Event("message.canceled", "journal.OutgoingMessage", "Un courriel retenu a été annulé"),
    Event("message.resent", "journal.OutgoingMessage", "Un courriel en échec a été renvoyé"),
    Event("job.ran", "journal.JobRun", "Un travail a été exécuté"),
)
