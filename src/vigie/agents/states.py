"""The life of a workbook of users, and of a look through an agent's eyes."""

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

ASKED, SIGNED, RUNNING, REFUSED, ENDED = "asked", "signed", "running", "refused", "ended"

LOOK = Lifecycle(
    name="look",
    initial=ASKED,
    states=(
        State(ASKED, "À signer", "info"),
        State(SIGNED, "Signée", "new"),
        State(RUNNING, "En cours", "warning"),
        State(REFUSED, "Refusée", "error", final=True),
        State(ENDED, "Terminée", "success", final=True),
    ),
    transitions=(
        Transition("sign", (ASKED,), SIGNED, "look.sign", "look.signed", "Signer", stamps=("signed_at",)),
        Transition("refuse", (ASKED,), REFUSED, "look.sign", "look.refused", "Refuser", stamps=("ended_at",)),
        Transition("begin", (SIGNED,), RUNNING, "look.begin", "look.begun", "Commencer", stamps=("begun_at",)),
        Transition("end", (ASKED, SIGNED, RUNNING), ENDED, "look.begin", "look.ended", "Terminer",
                   stamps=("ended_at",)),
        Transition("expire", (ASKED, SIGNED, RUNNING), ENDED, "look.expire", "look.expired", stamps=("ended_at",)),
    ),
)  # fmt: skip

WAITING, MADE, LEFT = "waiting", "made", "left"

MOVE = Lifecycle(
    name="asked_move",
    initial=WAITING,
    states=(
        State(WAITING, "À traiter", "info"),
        State(MADE, "Fait", "success", final=True),
        State(LEFT, "Écarté", "warning", final=True),
    ),
    transitions=(
        Transition("make", (WAITING,), MADE, "move.decide", "move.made", "Appliquer", stamps=("ended_at",)),
        Transition(
            "leave", (WAITING,), LEFT, "move.decide", "move.left", "Écarter", stamps=("ended_at",),
            requires=("answer",),
        ),
    ),
    missing_fr={"answer": "Dites pourquoi\u00a0: le responsable le lira."},
)  # fmt: skip
