"""The life of a habilitation: a role, within a reach, for a period, granted by someone."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

REQUESTED, GRANTED, SUSPENDED, REVOKED, EXPIRED = "requested", "granted", "suspended", "revoked", "expired"

HABILITATION = Lifecycle(
    name="habilitation",
    initial=REQUESTED,
    states=(
        State(REQUESTED, "Demandée", "info"),
        State(GRANTED, "Accordée", "success"),
        State(SUSPENDED, "Suspendue", "warning"),
        State(REVOKED, "Révoquée", "error", final=True),
        State(EXPIRED, "Expirée", "new", final=True),
    ),
    transitions=(
        Transition(
            "grant",
            (REQUESTED, SUSPENDED),
            GRANTED,
            "habilitation.decide",
            "habilitation.granted",
            button="Accorder",
            stamps=("granted_at",),
            requires=("granted_by_id",),
        ),
        Transition(
            "suspend", (GRANTED,), SUSPENDED, "habilitation.decide", "habilitation.suspended", button="Suspendre"
        ),
        Transition(
            "revoke",
            (REQUESTED, GRANTED, SUSPENDED),
            REVOKED,
            "habilitation.decide",
            "habilitation.revoked",
            button="Révoquer",
            stamps=("ended_at",),
        ),
        Transition(
            "close",
            (REQUESTED, GRANTED, SUSPENDED),
            REVOKED,
            "agent.review",
            "habilitation.revoked",
            stamps=("ended_at",),
        ),
        Transition(
            "expire", (GRANTED, SUSPENDED), EXPIRED, "habilitation.decide", "habilitation.expired", stamps=("ended_at",)
        ),
    ),
    missing_fr={"granted_by_id": "Une habilitation est accordée par quelqu’un\u00a0: indiquez qui."},
)
