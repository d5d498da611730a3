"""Events of ``accounts``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

EVENTS = (
    Event(
        "account.code_asked",
        "accounts.User",
        "Un code de connexion a été demandé",
        (Message("account_holder", "accounts/mail/sign_in_code", secret=True),),
    ),
    Event(
        "account.unknown_asked",
        "accounts.User",
        "Un code a été demandé pour une adresse sans compte",
    ),
    Event("account.signed_in", "accounts.User", "Connexion"),
    Event("account.sign_in_failed", "accounts.User", "Connexion refusée"),
    Event("account.second_factor_set", "accounts.User", "Un second facteur a été installé"),
    Event("account.second_factor_removed", "accounts.User", "Le second facteur a été retiré"),
    Event(
        "account.invited",
        "accounts.User",
        "Une personne a été invitée",
        (Message("account_holder", "accounts/mail/invitation"),),
    ),
    Event("account.entered", "accounts.User", "Une personne a été inscrite par un fichier d’annuaire"),
    Event("account.changed", "accounts.User", "Un compte a été modifié"),
    Event("account.archived", "accounts.User", "Le compte a été archivé"),
    Event("account.reopened", "accounts.User", "Le compte a été rouvert"),
    Event("account.absence_set", "accounts.User", "Une absence a été enregistrée"),
    Event(
        "account.identity_attached",
        "accounts.User",
        "Une identité ProConnect a été rattachée au compte",
        (Message("account_holder", "accounts/mail/identity_attached"),),
    ),
    Event(
        "account.identity_code_asked",
        "accounts.User",
        "Un code a été demandé pour rattacher une autre identité ProConnect",
        (Message("account_holder", "accounts/mail/identity_code", secret=True),),
    ),
    Event(
        "account.employer_changed",
        "accounts.User",
        "ProConnect annonce un autre employeur ou statut\u00a0: les habilitations de détection sont suspendues",
        (
            Message("team_mailbox", "accounts/mail/employer_changed"),
            Message("reviewers_of_agent", "agents/mail/agent_moved"),
        ),
    ),
    Event("account.identity_confirmed", "accounts.User", "La personne a confirmé son identité"),
    Event("account.session_ended_elsewhere", "accounts.User", "La session ProConnect a pris fin"),
    Event("habilitation.rescheduled", "accounts.Habilitation", "La fin d’une habilitation a changé"),
    Event("habilitation.requested", "accounts.Habilitation", "Une habilitation a été demandée"),
    Event(
        "habilitation.granted",
        "accounts.Habilitation",
        "Une habilitation a été accordée",
        (Message("agent_granted", "agents/mail/habilitation_granted"),),
    ),
    Event("habilitation.suspended", "accounts.Habilitation", "Une habilitation a été suspendue"),
    Event("habilitation.revoked", "accounts.Habilitation", "Une habilitation a été révoquée"),
    Event("habilitation.expired", "accounts.Habilitation", "Une habilitation a expiré"),
)
