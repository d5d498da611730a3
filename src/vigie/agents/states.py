"""The life of a workbook of users: read, then applied or left."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

READ, APPLIED, ABANDONED = "read", "applied", "abandoned"

USERS_IMPORT = Lifecycle(
    name="users_import",
    initial=READ,
    states=(
        State(READ, "À relire", "info"),
        State(APPLIED, "Appliqué", "success", final=True),
        State(ABANDONED, "Abandonné", "warning", final=True),
    ),
    transitions=(
        Transition("apply", (READ,), APPLIED, "users.sync", "users.applied", "Appliquer", stamps=("ended_at",)),
        Transition("abandon", (READ,), ABANDONED, "users.sync", "users.abandoned", "Abandonner", stamps=("ended_at",)),
    ),
)
