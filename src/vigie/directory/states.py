"""The life of an imported file: read, reviewed by a person, then applied as a whole or not at all."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

READING, PROPOSED, FAULTY, SAME = "reading", "proposed", "faulty", "same"
APPLYING, APPLIED, ABANDONED = "applying", "applied", "abandoned"
# Those in which the file may still change the address book.
PENDING = (READING, PROPOSED, APPLYING)

IMPORT = Lifecycle(
    name="directory_import",
    initial=READING,
    states=(
        State(READING, "Lecture en cours", "info"),
        State(PROPOSED, "À vérifier", "new"),
        State(APPLYING, "Application en cours", "info"),
        State(FAULTY, "À corriger", "error", final=True),
        State(SAME, "Rien à changer", "info", final=True),
        State(APPLIED, "Appliqué", "success", final=True),
        State(ABANDONED, "Abandonné", "warning", final=True),
    ),
    transitions=(
        Transition("propose", (READING,), PROPOSED, "import.read", "import.read"),
        Transition("find_faults", (READING,), FAULTY, "import.read", "import.found_faulty", stamps=("ended_at",)),
        Transition("find_same", (READING,), SAME, "import.read", "import.found_same", stamps=("ended_at",)),
        Transition("queue", (PROPOSED,), APPLYING, "import.decide", "import.queued"),
        Transition(
            "apply",
            (PROPOSED, APPLYING),
            APPLIED,
            "import.decide",
            "import.applied",
            button="Appliquer ces changements",
            stamps=("ended_at",),
        ),
        Transition("send_back", (APPLYING,), PROPOSED, "import.read", "import.sent_back"),
        Transition(
            "abandon",
            (READING, PROPOSED),
            ABANDONED,
            "import.decide",
            "import.abandoned",
            button="Abandonner cet import",
            stamps=("ended_at",),
        ),
    ),
)
