"""Figures of use: what each partner does with the service, how its pages answer."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

USAGE, IMPACT, FILES = "statistics.UsageCount", "statistics.ImpactCount", "statistics.FollowupCount"
_WHOLE = (Role.TEAM, Role.ADMINISTRATOR, Role.STATISTICS)

ACTIONS = (
    Action("usage.open", "", "Ouvrir la page des usages"),
    Action("usage.read", USAGE, "Lire les usages d’une administration"),
    Action("impact.read", IMPACT, "Lire ce que deviennent les détections, pour une administration"),
    Action("followup_count.read", FILES, "Lire le nombre d’accompagnements d’une administration"),
    Action("report.read", "", "Lire et exporter le bilan des actions de son territoire"),
    Action("pages.measure", "", "Lire les temps de réponse et les erreurs des pages"),
)

# A reviewer reads the bodies that he answers for; nothing here names a person or a firm.
RIGHTS = (
    Grant("usage.open", Role.REVIEWER, Reach.NATIONAL),
    Grant("usage.read", Role.REVIEWER, Reach.CHARGE),
    Grant("impact.read", Role.REVIEWER, Reach.CHARGE),
    Grant("followup_count.read", Role.REVIEWER, Reach.CHARGE),
    *(
        Grant(act, role, Reach.NATIONAL)
        for act in ("usage.open", "usage.read", "impact.read", "followup_count.read")
        for role in _WHOLE
    ),
    Grant("report.read", Role.LEVEL_A, Reach.NATIONAL),
    Grant("report.read", Role.LEVEL_B, Reach.NATIONAL),
    Grant("pages.measure", Role.TEAM, Reach.NATIONAL),
    Grant("pages.measure", Role.STATISTICS, Reach.NATIONAL),
)
