"""The life of an outgoing message. Below ``perform``: only the outbox moves it (see outbox.py for why)."""

from __future__ import annotations

from vigie.kernel.lifecycle import State

WAITING, CLAIMED, SENT, FAILED, CANCELED = "waiting", "claimed", "sent", "failed", "canceled"

MESSAGE_STATES = (
    State(WAITING, "En attente", "info"),
    State(CLAIMED, "Envoi en cours", "info"),
    State(SENT, "Parti", "success", final=True),
    State(FAILED, "Échec", "error", final=True),
    State(CANCELED, "Annulé", "new", final=True),
)
