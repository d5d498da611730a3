"""Help and opinions: who answers questions, who names those who answer, who reads what people think."""

from __future__ import annotations

from vigie.rights.vocabulary import GRANTABLE, Action, Grant, Reach, Role

HELP = "support.HelpRequest"
ACTIONS = (
    Action("help.view", HELP, "Lire une question reçue"),
    Action("help.answer", HELP, "Répondre à une question reçue, ou la clore"),
    Action("help.name", "", "Nommer qui répond à quelles questions"),
    Action("opinion.read", "", "Lire les avis sur le service"),
)

# Asking and giving an opinion ask for no right: they are open to everybody.
RIGHTS = (
    *(
        Grant(action, role, Reach.OWN)
        for action in ("help.view", "help.answer")
        for role in GRANTABLE
        if role != Role.TEAM
    ),
    Grant("help.view", Role.TEAM, Reach.NATIONAL),
    Grant("help.answer", Role.TEAM, Reach.NATIONAL),
    Grant("help.name", Role.TEAM, Reach.NATIONAL),
    Grant("opinion.read", Role.TEAM, Reach.NATIONAL),
    Grant("opinion.read", Role.STATISTICS, Reach.NATIONAL),
)
