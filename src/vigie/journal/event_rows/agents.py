"""Events of ``agents``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

FOLLOW = "agents.Follow"
REVIEW = "agents.FollowReview"
USERS = "agents.UsersImport"

EVENTS: tuple[Event, ...] = (
    Event("firm.followed", FOLLOW, "Un agent suit une entreprise"),
    Event("firm.follow_renewed", FOLLOW, "Un agent prolonge le suivi d’une entreprise"),
    Event("firm.unfollowed", FOLLOW, "Un agent ne suit plus une entreprise"),
    Event("habilitation.confirmed", "accounts.Habilitation", "Un partenaire a confirmé une habilitation"),
    Event("follow.confirmed", REVIEW, "Le suivi d’un agent est confirmé par son administration"),
    Event(
        "follow.contested",
        REVIEW,
        "Le suivi d’un agent est contesté par son administration, et fermé",
        (Message("followed_agent", "agents/mail/follow_contested"),),
    ),
    Event(
        "review.reminded",
        "accounts.User",
        "Un responsable est prévenu de ce qu’il doit revoir",
        (Message("reviewer", "agents/mail/review_reminded"),),
    ),
    Event("users.read", USERS, "Un classeur des utilisateurs a été lu et comparé"),
    Event("users.applied", USERS, "Un classeur des utilisateurs a été appliqué"),
    Event("users.abandoned", USERS, "Un classeur des utilisateurs a été abandonné"),
    Event("confidentiality.published", "agents.ConfidentialityText", "Un nouveau texte des règles est publié"),
)
