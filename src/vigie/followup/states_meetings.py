"""The life of a meeting of the CODEFI. Pure."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"
RIGHT = "meeting.manage"

MEETING = Lifecycle(
    name="meeting",
    initial=PLANNED,
    states=(
        State(PLANNED, "Prévue", "info"),
        State(HELD, "Tenue", "success", final=True),
        State(CANCELLED, "Annulée", "warning", final=True),
    ),
    transitions=(
        Transition(
            "hold", (PLANNED,), HELD, RIGHT, "meeting.held", button="Clore le compte rendu", stamps=("ended_at",),
        ),
        Transition(
            "cancel", (PLANNED,), CANCELLED, RIGHT, "meeting.cancelled", button="Annuler la réunion",
            stamps=("ended_at",),
        ),
    ),
)  # fmt: skip
