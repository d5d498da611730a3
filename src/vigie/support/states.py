"""The life of a question put to the service: asked, answered, closed."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

ASKED, ANSWERED, CLOSED = "asked", "answered", "closed"

HELP = Lifecycle(
    name="help",
    initial=ASKED,
    states=(
        State(ASKED, "À répondre", "new"),
        State(ANSWERED, "Répondue", "success"),
        State(CLOSED, "Close", "info", final=True),
    ),
    transitions=(
        Transition(
            "answer", (ASKED,), ANSWERED, "help.answer", "help.answered", "Envoyer la réponse",
            stamps=("answered_at",), requires=("answer",),
        ),
        # Without an answer: a message that asks nothing, or somebody who was called meanwhile.
        Transition("close", (ASKED, ANSWERED), CLOSED, "help.answer", "help.closed", "Clore", stamps=("closed_at",)),
    ),
    missing_fr={"answer": "Écrivez votre réponse."},
)  # fmt: skip
