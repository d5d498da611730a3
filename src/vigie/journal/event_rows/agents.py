"""Events of ``agents``."""

from __future__ import annotations

from vigie.journal.event import Event

FOLLOW = "agents.Follow"
USERS = "agents.UsersImport"

EVENTS: tuple[Event, ...] = (
    Event("firm.followed", FOLLOW, "Un agent suit une entreprise"),
    Event("firm.follow_renewed", FOLLOW, "Un agent prolonge le suivi d’une entreprise"),
    Event("firm.unfollowed", FOLLOW, "Un agent ne suit plus une entreprise"),
    Event("habilitation.confirmed", "accounts.Habilitation", "Un partenaire a confirmé une habilitation"),
    Event("users.read", USERS, "Un classeur des utilisateurs a été lu et comparé"),
    Event("users.applied", USERS, "Un classeur des utilisateurs a été appliqué"),
    Event("users.abandoned", USERS, "Un classeur des utilisateurs a été abandonné"),
    Event("confidentiality.published", "agents.ConfidentialityText", "Un nouveau texte des règles est publié"),
)
