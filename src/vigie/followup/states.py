"""The life of a file: in progress, under surveillance, completed. Pure."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

IN_PROGRESS, UNDER_SURVEILLANCE, COMPLETED = "in_progress", "under_surveillance", "completed"
ACTIVE = (IN_PROGRESS, UNDER_SURVEILLANCE)
RIGHT = "file.manage_state"

FOLLOWUP = Lifecycle(
    name="followup",
    initial=IN_PROGRESS,
    states=(
        State(IN_PROGRESS, "En cours", "info"),
        State(UNDER_SURVEILLANCE, "Sous surveillance", "warning"),
        State(COMPLETED, "Terminé", "success", final=True),
    ),
    transitions=(
        Transition(
            "start_surveillance", (IN_PROGRESS,), UNDER_SURVEILLANCE, RIGHT, "file.moved",
            button="Mettre sous surveillance",
        ),
        Transition(
            "resume", (UNDER_SURVEILLANCE,), IN_PROGRESS, RIGHT, "file.moved", button="Reprendre l’accompagnement"
        ),
        Transition(
            "complete", ACTIVE, COMPLETED, RIGHT, "file.completed", button="Terminer l’accompagnement",
            stamps=("ended_at",),
        ),
        Transition(
            "reopen", (COMPLETED,), IN_PROGRESS, RIGHT, "file.reopened", button="Rouvrir l’accompagnement",
            clears=("ended_at",), requires=("reopened_reason",),
        ),
    ),
    missing_fr={"reopened_reason": "Dites pourquoi vous rouvrez cet accompagnement."},
)  # fmt: skip


def accompanied(*states: str) -> str:
    """What is said of a firm whose files are in these states: « Accompagnement sous surveillance »."""
    said = [FOLLOWUP.label(state).lower() for state in states]
    return f"Accompagnement{'s' if len(said) > 1 else ''} {' et '.join(said)}"
