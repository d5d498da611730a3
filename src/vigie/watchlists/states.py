"""The life of a published list on the side of the service."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

RECEIVED, CHECKED, OPEN, REPLACED, WITHDRAWN = "received", "checked", "open", "replaced", "withdrawn"

PUBLICATION = Lifecycle(
    name="publication",
    states=(
        State(RECEIVED, "Reçue", "info"),
        State(CHECKED, "Contrôlée", "new"),
        State(OPEN, "Ouverte", "success"),
        State(REPLACED, "Remplacée", "info", final=True),
        State(WITHDRAWN, "Retirée", "error", final=True),
    ),
    initial=RECEIVED,
    transitions=(
        Transition("check", (RECEIVED,), CHECKED, "publication.receive", "publication.checked", stamps=("checked_at",)),
        Transition("open", (CHECKED,), OPEN, "publication.open", "publication.opened", stamps=("opened_at",)),
        Transition("replace", (OPEN,), REPLACED, "publication.open", "publication.replaced", stamps=("ended_at",)),
        Transition(
            "withdraw",
            (CHECKED, OPEN),
            WITHDRAWN,
            "publication.withdraw",
            "publication.withdrawn",
            button="Retirer la liste",
            stamps=("ended_at",),
            requires=("withdrawn_reason",),
        ),
    ),
    missing_fr={"withdrawn_reason": "Dites pourquoi la liste est retirée\u00a0: cette raison est gardée."},
)
