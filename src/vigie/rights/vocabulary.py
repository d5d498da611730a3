"""The words of the policy: roles, reaches, actions, grants. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a habilitation says of a person."""

    ADVISER = "adviser"
    EXPERT = "expert"
    MANAGER = "manager"
    ANIMATOR = "animator"
    TEAM = "team"
    LEVEL_A = "level_a"
    LEVEL_B = "level_b"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    STATISTICS = "statistics"
    REFERENCES = "references"
    PUBLISHER = "publisher"
    ONLOOKER = "onlooker"
    COMPANY = "company"
    SYSTEM = "system"


ROLE_LABELS: dict[Role, str] = {
    Role.ADVISER: "Conseiller",
    Role.EXPERT: "Expert",
    Role.MANAGER: "Responsable d’antenne",
    Role.ANIMATOR: "Animateur local",
    Role.TEAM: "Équipe",
    Role.LEVEL_A: "Agent de détection, niveau A",
    Role.LEVEL_B: "Agent de détection, niveau B",
    Role.REVIEWER: "Responsable des habilitations d’un partenaire",
    Role.AUDITOR: "Auditeur",
    Role.ADMINISTRATOR: "Administrateur de la détection",
    Role.STATISTICS: "Lecteur des statistiques d’usage",
    Role.REFERENCES: "Gestionnaire des données de référence",
    Role.PUBLISHER: "Éditeur des listes",
    Role.ONLOOKER: "Administrateur qui regarde à la place d’un agent",
    Role.COMPANY: "Dirigeant (lien signé)",
    Role.SYSTEM: "Vigie (automate)",
}

# Roles that a person can be given; the others belong to a signed link, to the jobs, and to an administrator who looks
# through an agent's eyes for some minutes.
GRANTABLE = (
    Role.ADVISER, Role.EXPERT, Role.MANAGER, Role.ANIMATOR, Role.TEAM, Role.LEVEL_A, Role.LEVEL_B,
    Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR, Role.STATISTICS, Role.REFERENCES, Role.PUBLISHER,
)  # fmt: skip
# Levels of habilitation of the detection side, which alone open a firm: each is held on a territory.
DETECTION = frozenset({Role.LEVEL_A, Role.LEVEL_B})
# Roles of the detection side that open no firm: they watch over those who do.
STEWARDS = frozenset(
    {Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR, Role.STATISTICS, Role.REFERENCES, Role.PUBLISHER}
)
# Roles whose holder must have a second factor.
SECOND_FACTOR = frozenset({Role.TEAM}) | DETECTION | STEWARDS
# Roles that are held on a territory, and only these.
TERRITORIAL = DETECTION | {Role.ANIMATOR}


class Reach(StrEnum):
    """How far an action extends."""

    OWN_EXPERT = "own_expert"  # objects of the expert teams one belongs to
    OWN_ANTENNE = "own_antenne"  # objects of the antenne one is attached to
    ANTENNE = "antenne"  # objects of the antennes one manages, and of the antennes below them
    FILED_BY_ME = "filed_by_me"
    OWN_LINK = "own_link"  # the request designated by one's signed link
    OWN = "own"  # one's own account
    ZONES = "zones"  # needs of companies in the zones one animates
    TERRITORY = "territory"  # firms with an establishment in one of the départements of one's habilitation
    FOLLOWED = "followed"  # firms that one follows, or whose file one takes part in
    UNLOCKED = "unlocked"  # firms of one's territory that are or were in alert, and those that one follows
    PARTICIPANT = "participant"  # files that one takes part in without leading them
    REFERENT = "referent"  # files that one leads
    TERRITORY_CRP = "territory_crp"  # those of one's territory, for the CRP network and who takes part in them
    NETWORK = "network"  # what the networks one is of hold in common
    CHARGE = "charge"  # agents whom one answers for: bodies and profiles of work, as data
    NATIONAL = "national"


REACH_LABELS: dict[Reach, str] = {
    Reach.OWN_EXPERT: "ses équipes d’experts",
    Reach.OWN_ANTENNE: "son antenne",
    Reach.ANTENNE: "les antennes dont il est responsable, et celles qui en dépendent",
    Reach.FILED_BY_ME: "ce qu’il a déposé",
    Reach.OWN_LINK: "la demande de son lien",
    Reach.OWN: "son compte",
    Reach.ZONES: "les zones qu’il anime",
    Reach.TERRITORY: "son territoire",
    Reach.FOLLOWED: "les entreprises qu’il suit",
    Reach.UNLOCKED: "les entreprises de son territoire qui sont ou ont été en alerte, et celles qu’il suit",
    Reach.PARTICIPANT: "les accompagnements auxquels il participe",
    Reach.REFERENT: "les accompagnements dont il est référent",
    Reach.TERRITORY_CRP: "ceux de son territoire, s’il est du réseau CRP ou y participe",
    Reach.NETWORK: "ce que partagent ses réseaux",
    Reach.CHARGE: "les agents dont il répond",
    Reach.NATIONAL: "partout",
}


@dataclass(frozen=True)
class Action:
    """Something that can be done: its code, the table it is done to (empty: to the service as a whole), its label."""

    code: str
    model: str
    label: str


@dataclass(frozen=True)
class Grant:
    """This role may do this action within this reach."""

    action: str
    role: Role
    within: Reach
