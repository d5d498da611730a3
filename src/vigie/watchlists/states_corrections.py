"""The life of an expert correction: written, simulated, proposed, approved by another person, over."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

DRAFT, PROPOSED, APPROVED, EXPIRED, WITHDRAWN = "draft", "proposed", "approved", "expired", "withdrawn"

CORRECTION = Lifecycle(
    name="correction",
    states=(
        State(DRAFT, "Brouillon", "info"),
        State(PROPOSED, "Proposé", "new"),
        State(APPROVED, "Approuvé", "success"),
        State(EXPIRED, "Échu", "info", final=True),
        State(WITHDRAWN, "Retiré", "error", final=True),
    ),
    initial=DRAFT,
    transitions=(
        Transition(
            "propose",
            (DRAFT,),
            PROPOSED,
            "correction.propose",
            "correction.proposed",
            button="Proposer",
            stamps=("proposed_at",),
            requires=("simulated_at",),
        ),
        Transition(
            "take_back",
            (PROPOSED,),
            DRAFT,
            "correction.propose",
            "correction.taken_back",
            button="Reprendre le brouillon",
            clears=("proposed_at", "proposed_by"),
        ),
        Transition(
            "approve",
            (PROPOSED,),
            APPROVED,
            "correction.approve",
            "correction.approved",
            button="Approuver",
            stamps=("approved_at",),
        ),
        Transition(
            "refuse",
            (PROPOSED,),
            WITHDRAWN,
            "correction.approve",
            "correction.refused",
            button="Refuser",
            stamps=("ended_at",),
            requires=("ended_reason",),
        ),
        Transition(
            "withdraw",
            (APPROVED,),
            WITHDRAWN,
            "correction.withdraw",
            "correction.withdrawn",
            button="Retirer",
            stamps=("ended_at",),
            requires=("ended_reason",),
        ),
        Transition(
            "expire", (APPROVED,), EXPIRED, "correction.expire", "correction.expired", stamps=("ended_at",)
        ),
    ),
    missing_fr={
        "simulated_at": "Simulez d’abord ce redressement\u00a0: qui l’approuve doit voir ce qu’il change.",
        "ended_reason": "Dites pourquoi\u00a0: cette raison est gardée.",
    },
)  # fmt: skip

REFUSED = State(WITHDRAWN, "Refusé", "error")


def state_shown(state: str, *, approved: bool) -> State:
    """What readers are told: refused and withdrawn end alike, but only one of them was ever approved."""
    return REFUSED if state == WITHDRAWN and not approved else CORRECTION.by_code[state]
