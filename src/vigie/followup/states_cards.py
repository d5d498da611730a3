"""The life of a file of cards: read, then taken up whole or left. Pure."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

READ, APPLIED, ABANDONED = "read", "applied", "abandoned"
RIGHT = "cards.apply"

CARDS_IMPORT = Lifecycle(
    name="cards_import",
    initial=READ,
    states=(
        State(READ, "À relire", "info"),
        State(APPLIED, "Repris", "success", final=True),
        State(ABANDONED, "Abandonné", "warning", final=True),
    ),
    transitions=(
        Transition(
            "apply", (READ,), APPLIED, RIGHT, "cards.applied", button="Reprendre ces cartes", stamps=("ended_at",),
        ),
        Transition(
            "abandon", (READ,), ABANDONED, RIGHT, "cards.abandoned", button="Abandonner", stamps=("ended_at",),
        ),
    ),
)  # fmt: skip
