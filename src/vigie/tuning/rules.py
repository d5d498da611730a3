"""The few settings that a team changes without installing the service again, in one table: type, bounds, words. Pure.

Secrets and what an installation needs stay in the environment. A setting whose name is also one of the environment
starts from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Value = int | bool | str


class Kind(StrEnum):
    DAYS = "days"
    SWITCH = "switch"
    TEXT = "text"


@dataclass(frozen=True)
class Setting:
    """low, high: bounds, of the days or of the length of a text. guarded: changed only by who proves who he is again.

    default: None when it is that of the environment.
    """

    name: str
    slug: str
    kind: Kind
    label: str
    told: str
    low: int = 0
    high: int = 0
    guarded: bool = False
    default: Value | None = None

    def fits(self, value: object) -> bool:
        """Whether this is a value that the setting may have."""
        if self.kind is Kind.SWITCH:
            return isinstance(value, bool)
        if self.kind is Kind.DAYS:
            return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high
        return isinstance(value, str) and len(value) <= self.high


SETTINGS = (
    Setting(
        "follow_days", "duree-d-un-suivi", Kind.DAYS, "Durée d’un suivi",
        "Combien de temps suivre une entreprise ouvre ses données, sauf renouvellement. Les suivis en cours gardent "
        "leur date.",
        30, 730, guarded=True,
    ),
    Setting(
        "follow_grace_days", "delai-de-grace", Kind.DAYS, "Délai de grâce après un accompagnement",
        "Combien de temps un accompagnement terminé ouvre encore l’entreprise à ceux qui le tenaient. Ceux déjà "
        "terminés gardent leur date.",
        0, 365, guarded=True,
    ),
    Setting(
        "unused_days", "inactivite", Kind.DAYS, "Inactivité avant suspension",
        "Un agent qui n’a lu aucune page pendant ce temps a son habilitation suspendue, la nuit suivante.",
        30, 730, guarded=True,
    ),
    Setting(
        "review_days", "revue", Kind.DAYS, "Délai entre deux revues des habilitations",
        "Le responsable d’une administration confirme chaque habilitation au moins à ce rythme.",
        30, 730, guarded=True,
    ),
    Setting(
        "review_grace_days", "suspension-sans-revue", Kind.DAYS, "Suspension d’une habilitation non revue",
        "Combien de temps après l’échéance une habilitation que personne n’a confirmée est suspendue. L’équipe et les "
        "administrateurs en sont prévenus au trentième jour.",
        31, 365, guarded=True,
    ),
    Setting(
        "consent_days", "engagement", Kind.DAYS, "Durée de l’engagement de confidentialité",
        "Au bout de ce temps, un agent relit les règles de confidentialité et s’engage de nouveau, à sa page suivante.",
        7, 365, guarded=True,
    ),
    Setting(
        "head_office_only", "listes-par-le-siege", Kind.SWITCH, "Listes selon le seul siège",
        "À l’arrêt, une entreprise est dans la liste d’un agent dès qu’un de ses établissements est dans son "
        "territoire. En marche, il faut que son siège y soit. Les fiches ne changent pas.",
        guarded=True, default=False,
    ),
    Setting(
        "quiet_days", "sans-nouvelle", Kind.DAYS, "Accompagnement sans nouvelle",
        "Au bout de ce temps sans écriture, le référent d’un accompagnement en cours reçoit un rappel, une fois par "
        "mois au plus.",
        14, 365, default=60,
    ),
    Setting(
        "banner", "bandeau", Kind.TEXT, "Bandeau d’annonce",
        "Une phrase en haut de toutes les pages, celles du public aussi. Vide\u00a0: aucun bandeau.",
        0, 200, default="",
    ),
    Setting(
        "maintenance", "maintenance", Kind.SWITCH, "Mode maintenance",
        "Toutes les pages répondent «\u00a0Service en maintenance\u00a0». La connexion, «\u00a0Mon compte\u00a0» et "
        "l’administration restent ouvertes.",
        guarded=True, default=False,
    ),
    Setting(
        "maintenance_text", "texte-de-maintenance", Kind.TEXT, "Texte de la maintenance",
        "Ce que lit qui arrive pendant la maintenance, par exemple l’heure du retour.",
        0, 300, default="",
    ),
)  # fmt: skip
BY_NAME = {one.name: one for one in SETTINGS}
BY_SLUG = {one.slug: one for one in SETTINGS}
# What stays open during a maintenance: signing in, one's own account, administration, health, the files of pages.
OPEN = (
    "/static/", "/sante", "/connexion/", "/deconnexion/", "/mon-compte/", "/administration/", "/equipe/personnes/",
)  # fmt: skip


def stays_open(path: str) -> bool:
    """Whether this address answers during a maintenance."""
    return path.startswith(OPEN)
