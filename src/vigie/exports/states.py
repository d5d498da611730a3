"""The life of an export: written down, then made, then gone."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

REQUESTED, GIVEN, READY, FAILED, EXPIRED = "requested", "given", "ready", "failed", "expired"

EXPORT = Lifecycle(
    name="export",
    initial=REQUESTED,
    states=(
        State(REQUESTED, "En préparation", "info"),
        State(READY, "Prêt", "success"),
        State(GIVEN, "Remis", "success", final=True),
        State(FAILED, "Échec", "error", final=True),
        State(EXPIRED, "Expiré", "warning", final=True),
    ),
    transitions=(
        # A small one is given at once and not kept; a large one is kept a day for its author.
        Transition("give", (REQUESTED,), GIVEN, "export.own", "export.given", stamps=("made_at", "ended_at")),
        Transition("finish", (REQUESTED,), READY, "export.produce", "export.ready", stamps=("made_at",)),
        Transition("fail", (REQUESTED,), FAILED, "export.produce", "export.failed", stamps=("ended_at",)),
        Transition("expire", (READY,), EXPIRED, "export.produce", "export.expired", stamps=("ended_at",)),
    ),
)
