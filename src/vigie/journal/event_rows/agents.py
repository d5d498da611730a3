"""Events of ``agents``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

FOLLOW = "agents.Follow"
REVIEW = "agents.FollowReview"
USERS = "agents.UsersImport"
LOOK = "agents.Look"
MOVE = "agents.AskedMove"
REFERENCE = "agents.ReferenceChange"

EVENTS: tuple[Event, ...] = (
    Event("firm.followed", FOLLOW, "Un agent suit une entreprise"),
    Event("firm.follow_renewed", FOLLOW, "Un agent prolonge le suivi d’une entreprise"),
    Event("firm.unfollowed", FOLLOW, "Un agent ne suit plus une entreprise"),
    Event(
        "firm.follows_ending",
        "accounts.User",
        "Un agent est prévenu que des suivis arrivent à leur terme",
        (Message("ending_follower", "watchlists/mail/follows_ending"),),
    ),
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
    Event(
        "review.late",
        "agents.LateReport",
        "Des habilitations qu’une administration ne revoit pas sont signalées au-dessus d’elle",
        (Message("overseers", "agents/mail/review_late"),),
    ),
    Event(
        "move.asked",
        MOVE,
        "Une administration demande un changement pour un de ses agents",
        (Message("team_of_moves", "agents/mail/move_asked"),),
    ),
    Event(
        "move.made",
        MOVE,
        "Un changement demandé pour un agent est fait",
        (Message("asker_of_move", "agents/mail/move_answered"),),
    ),
    Event(
        "move.left",
        MOVE,
        "Un changement demandé pour un agent est écarté",
        (Message("asker_of_move", "agents/mail/move_answered"),),
    ),
    Event("users.read", USERS, "Un classeur des utilisateurs a été lu et comparé"),
    Event("users.applied", USERS, "Un classeur des utilisateurs a été appliqué"),
    Event("users.abandoned", USERS, "Un classeur des utilisateurs a été abandonné"),
    Event("look.asked", LOOK, "Un administrateur demande à regarder à la place d’un agent"),
    Event("look.signed", LOOK, "Un autre administrateur signe la demande"),
    Event("look.refused", LOOK, "Un autre administrateur refuse la demande"),
    Event(
        "look.begun",
        LOOK,
        "Un administrateur commence à regarder à la place d’un agent",
        (Message("looked_agent", "agents/mail/look_begun"),),
    ),
    Event("look.ended", LOOK, "Un administrateur cesse de regarder à la place d’un agent"),
    Event("look.expired", LOOK, "Le temps d’un regard est passé"),
    Event("reference.created", REFERENCE, "Une donnée de référence est créée (zone, réseau, profil, mot…)"),
    Event("reference.changed", REFERENCE, "Une donnée de référence est modifiée"),
    Event("reference.withdrawn", REFERENCE, "Une donnée de référence est retirée"),
    Event("reference.restored", REFERENCE, "Une donnée de référence est remise en service"),
    Event("reference.merged", REFERENCE, "Un mot, un profil ou une administration est réuni à un autre"),
    Event("charge.given", "accounts.Charge", "Un responsable répond d’autres agents"),
    Event("charge.withdrawn", "accounts.Charge", "Un responsable ne répond plus de ces agents"),
    Event("duty.given", "accounts.Duty", "Un agent tient une fonction dans un département"),
    Event("duty.withdrawn", "accounts.Duty", "Un agent ne tient plus une fonction"),
    Event("confidentiality.published", "agents.ConfidentialityText", "Un nouveau texte des règles est publié"),
)
