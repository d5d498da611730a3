"""The lives of a campaign and of each firm in it. Pure."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

OPEN, CLOSED = "open", "closed"
TO_CONTACT, TAKEN, POSTPONED, DONE = "to_contact", "taken", "postponed", "done"

CAMPAIGN = Lifecycle(
    name="campaign",
    initial=OPEN,
    states=(State(OPEN, "En cours", "info"), State(CLOSED, "Close", "success", final=True)),
    transitions=(
        Transition(
            "close", (OPEN,), CLOSED, "campaign.manage", "campaign.closed", button="Clore la campagne",
            stamps=("closed_at",),
        ),
        Transition(
            "reopen", (CLOSED,), OPEN, "campaign.manage", "campaign.reopened", button="Rouvrir la campagne",
            clears=("closed_at",),
        ),
    ),
)  # fmt: skip

# Taken by one agent at a time, in all campaigns: the database refuses a second one.
TARGET = Lifecycle(
    name="target",
    initial=TO_CONTACT,
    states=(
        State(TO_CONTACT, "À contacter", "info"),
        State(TAKEN, "Prise", "new"),
        State(POSTPONED, "Reportée", "warning"),
        State(DONE, "Traitée", "success", final=True),
    ),
    transitions=(
        Transition(
            "take", (TO_CONTACT,), TAKEN, "target.take", "target.taken", button="Je prends contact",
            stamps=("taken_at",), requires=("taken_by_id",),
        ),
        Transition(
            "release", (TAKEN,), TO_CONTACT, "target.contact", "target.released", button="Rendre l’entreprise",
            clears=("taken_at", "taken_by_id", "call_back_on"), requires=("released_for",),
        ),
        Transition(
            "free", (TAKEN,), TO_CONTACT, "target.share", "target.released", button="Libérer l’entreprise",
            clears=("taken_at", "taken_by_id", "call_back_on"),
        ),
        Transition(
            "finish", (TAKEN,), DONE, "target.contact", "target.finished", stamps=("done_at",), requires=("outcome",),
            clears=("call_back_on",),
        ),
        Transition(
            "reopen", (DONE,), TAKEN, "target.contact", "target.reopened", button="Reprendre le contact",
            clears=("done_at",),
        ),
        Transition(
            "postpone", (TO_CONTACT,), POSTPONED, "target.take", "target.postponed", button="Reporter",
            requires=("postponed_for",),
        ),
        Transition(
            "bring_back", (POSTPONED,), TO_CONTACT, "target.take", "target.brought_back",
            button="Remettre à contacter", clears=("postponed_until",),
        ),
    ),
    missing_fr={
        "taken_by_id": "Dites qui prend cette entreprise.",
        "released_for": "Dites pourquoi vous rendez cette entreprise.",
        "postponed_for": "Dites pour combien de temps vous reportez cette entreprise.",
        "outcome": "Dites ce qu’a donné le contact.",
    },
)  # fmt: skip

PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"

VISIT = Lifecycle(
    name="visit",
    initial=PLANNED,
    states=(
        State(PLANNED, "Prévue", "info"),
        State(HELD, "Faite", "success", final=True),
        State(CANCELLED, "Annulée", "warning", final=True),
    ),
    transitions=(
        Transition("hold", (PLANNED,), HELD, "visit.manage", "visit.held", stamps=("ended_at",)),
        Transition(
            "cancel", (PLANNED,), CANCELLED, "visit.manage", "visit.cancelled", button="Annuler la visite",
            stamps=("ended_at",), requires=("cancelled_for",),
        ),
    ),
    missing_fr={"cancelled_for": "Dites pourquoi la visite est annulée."},
)  # fmt: skip
