"""The whole policy: who may do what, within which reach. Pure data, readable by the data-protection officer.

An action without a row here can be done by nobody. What each reach means on a table is said once, by that table's
``REACHES`` (see ``reach.py``). docs/reference/rights.md is generated from this file.
"""

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
    Role.COMPANY: "Dirigeant (lien signé)",
    Role.SYSTEM: "Vigie (automate)",
}

# Roles that a person can be given; the two others belong to a signed link and to the jobs.
GRANTABLE = (Role.ADVISER, Role.EXPERT, Role.MANAGER, Role.ANIMATOR, Role.TEAM, Role.LEVEL_A, Role.LEVEL_B)
# Roles whose holder must have a second factor.
SECOND_FACTOR = frozenset({Role.TEAM, Role.LEVEL_A, Role.LEVEL_B})
# Roles of the detection side: each is held on a territory.
DETECTION = frozenset({Role.LEVEL_A, Role.LEVEL_B})
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


ACTIONS = (
    Action("solicitation.view", "matching.Solicitation", "Lire une sollicitation"),
    Action("solicitation.fill", "matching.Solicitation", "Remplir ou compléter sa demande"),
    Action("solicitation.follow", "matching.Solicitation", "Suivre sa demande, ajouter une précision, la retirer"),
    Action("solicitation.triage", "matching.Solicitation", "Vérifier, requalifier, refuser une sollicitation"),
    Action("solicitation.transmit", "matching.Solicitation", "Transmettre une sollicitation aux experts"),
    Action("need.view", "matching.Need", "Lire un besoin"),
    Action("need.comment", "matching.Need", "Écrire dans la discussion d’un besoin"),
    Action("need.explain", "matching.Need", "Voir pourquoi chaque expert a été retenu ou écarté"),
    Action("need.add_expert", "matching.Need", "Ajouter un expert à un besoin"),
    Action("need.remind", "matching.Need", "Relancer les experts qui n’ont pas répondu"),
    Action("need.pass_on", "matching.Need", "Confier à d’autres experts un autre besoin de la même entreprise"),
    Action("need.tag", "matching.Need", "Étiqueter un besoin"),
    Action("visit.file", "", "Déposer un besoin après une visite"),
    Action("visit.edit", "matching.Diagnosis", "Compléter et envoyer ce qu’il a commencé à déposer"),
    Action("visit.validate", "matching.Diagnosis", "Valider et envoyer un besoin déposé après une visite"),
    Action("network.view", "", "Suivre les besoins des zones qu’il anime"),
    Action("hole.report", "", "Signaler que personne ne répond pour un sujet dans une zone"),
    Action("hole.view", "matching.HoleReport", "Lire un manque signalé"),
    Action("hole.answer", "matching.HoleReport", "Répondre à un manque signalé"),
    Action("following.view", "", "Suivre les besoins qui attendent"),
    Action("note.write", "", "Lire et écrire les notes internes de l’équipe"),
    Action("tag.edit", "", "Créer et archiver les étiquettes"),
    Action("refusal.edit", "", "Modifier les modèles de refus"),
    Action("match.view", "matching.Match", "Voir une mise en relation"),
    Action("match.answer", "matching.Match", "Répondre à une mise en relation"),
    Action("match.reopen", "matching.Match", "Remettre une mise en relation en attente"),
    Action("match.reassign", "matching.Match", "Confier une mise en relation à un collègue"),
    Action("match.explain", "matching.Match", "Savoir pourquoi on a reçu un besoin"),
    Action("match.withdraw", "matching.Match", "Retirer une mise en relation avec la demande"),
    Action("match.move", "matching.Match", "Confier une mise en relation à une autre antenne"),
    Action("match.expire", "matching.Match", "Clore une mise en relation restée sans réponse"),
    Action("match.cover", "matching.Match", "Fermer les mises en relation des collègues d’une même institution"),
    Action("directory.view", "", "Lire l’annuaire"),
    Action("directory.edit", "", "Modifier l’annuaire"),
    Action("directory.export", "", "Exporter l’annuaire"),
    Action("import.read", "directory.DirectoryImport", "Lire un fichier d’annuaire"),
    Action("import.decide", "directory.DirectoryImport", "Appliquer ou abandonner un fichier d’annuaire"),
    Action("simulator.use", "", "Simuler « Qui serait notifié ? »"),
    Action("message.view", "", "Voir les courriels partis, retenus ou en échec"),
    Action("message.release", "", "Envoyer maintenant ou annuler un courriel retenu"),
    Action("message.resend", "", "Renvoyer un courriel en échec"),
    Action("job.view", "", "Voir l’état des travaux"),
    Action("job.run", "", "Lancer un travail sans attendre son heure"),
    Action("figures.view", "", "Voir les chiffres du service"),
    Action("account.view", "accounts.User", "Voir un compte"),
    Action("account.edit", "accounts.User", "Modifier un compte"),
    Action("account.absence", "accounts.User", "Enregistrer l’absence d’une autre personne"),
    Action("absence.plan", "", "Voir et prévoir les absences des personnes dont on répond"),
    Action("account.secure", "accounts.User", "Retirer le second facteur d’un compte et fermer ses sessions"),
    Action("account.invite", "", "Inviter une personne"),
    Action("habilitation.decide", "accounts.Habilitation", "Accorder, suspendre ou révoquer une habilitation"),
    Action("list.view", "", "Ouvrir les listes de détection et leur calendrier"),
    Action("entry.view", "watchlists.Entry", "Voir le niveau d’alerte d’une entreprise et ses raisons"),
    Action("entry.subscribe", "watchlists.Entry", "Être prévenu des faits nouveaux d’une entreprise"),
    Action("dossier.debts", "watchlists.Entry", "Voir les cotisations, dettes et délais Urssaf"),
    Action("dossier.short_time_work", "watchlists.Entry", "Voir l’activité partielle"),
    Action("run.view", "", "Voir les intégrations mensuelles"),
    Action("publication.receive", "watchlists.Publication", "Recevoir et contrôler une liste"),
    Action("publication.approve", "watchlists.Publication", "Approuver l’ouverture d’une liste"),
    Action("publication.open", "watchlists.Publication", "Ouvrir une liste, et remplacer celle qu’elle corrige"),
    Action("publication.withdraw", "watchlists.Publication", "Retirer une liste"),
    Action("correction.view", "", "Voir les redressements et ce qu’ils changent"),
    Action("correction.write", "", "Préparer un redressement"),
    Action("correction.propose", "watchlists.Correction", "Modifier, simuler et proposer un redressement"),
    Action("correction.approve", "watchlists.Correction", "Approuver ou refuser le redressement d’un autre"),
    Action("correction.withdraw", "watchlists.Correction", "Retirer un redressement approuvé"),
    Action("correction.expire", "watchlists.Correction", "Clore un redressement échu"),
)

RIGHTS = (
    Grant("solicitation.view", Role.COMPANY, Reach.OWN_LINK),
    Grant("solicitation.view", Role.TEAM, Reach.NATIONAL),
    Grant("solicitation.fill", Role.COMPANY, Reach.OWN_LINK),
    Grant("solicitation.follow", Role.COMPANY, Reach.OWN_LINK),
    Grant("solicitation.triage", Role.TEAM, Reach.NATIONAL),
    Grant("solicitation.triage", Role.SYSTEM, Reach.NATIONAL),
    Grant("solicitation.transmit", Role.TEAM, Reach.NATIONAL),
    Grant("solicitation.transmit", Role.SYSTEM, Reach.NATIONAL),
    Grant("need.view", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("need.view", Role.EXPERT, Reach.OWN_ANTENNE),
    Grant("need.view", Role.ADVISER, Reach.FILED_BY_ME),
    Grant("need.view", Role.EXPERT, Reach.FILED_BY_ME),
    Grant("need.view", Role.MANAGER, Reach.FILED_BY_ME),
    Grant("need.view", Role.ANIMATOR, Reach.FILED_BY_ME),
    Grant("need.view", Role.ANIMATOR, Reach.ZONES),
    Grant("need.view", Role.MANAGER, Reach.ANTENNE),
    Grant("need.view", Role.TEAM, Reach.NATIONAL),
    Grant("need.comment", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("need.comment", Role.MANAGER, Reach.ANTENNE),
    Grant("need.comment", Role.ADVISER, Reach.FILED_BY_ME),
    Grant("need.comment", Role.EXPERT, Reach.FILED_BY_ME),
    Grant("need.comment", Role.MANAGER, Reach.FILED_BY_ME),
    Grant("need.comment", Role.ANIMATOR, Reach.FILED_BY_ME),
    Grant("need.comment", Role.ANIMATOR, Reach.ZONES),
    Grant("need.comment", Role.TEAM, Reach.NATIONAL),
    Grant("need.explain", Role.TEAM, Reach.NATIONAL),
    Grant("need.add_expert", Role.TEAM, Reach.NATIONAL),
    Grant("visit.file", Role.ADVISER, Reach.NATIONAL),
    Grant("visit.file", Role.EXPERT, Reach.NATIONAL),
    Grant("visit.file", Role.MANAGER, Reach.NATIONAL),
    Grant("visit.file", Role.ANIMATOR, Reach.NATIONAL),
    Grant("visit.file", Role.TEAM, Reach.NATIONAL),
    Grant("visit.edit", Role.ADVISER, Reach.FILED_BY_ME),
    Grant("visit.edit", Role.EXPERT, Reach.FILED_BY_ME),
    Grant("visit.edit", Role.MANAGER, Reach.FILED_BY_ME),
    Grant("visit.edit", Role.ANIMATOR, Reach.FILED_BY_ME),
    Grant("visit.edit", Role.TEAM, Reach.FILED_BY_ME),
    Grant("visit.validate", Role.TEAM, Reach.NATIONAL),
    Grant("need.remind", Role.ANIMATOR, Reach.ZONES),
    Grant("need.remind", Role.TEAM, Reach.NATIONAL),
    Grant("need.remind", Role.SYSTEM, Reach.NATIONAL),
    Grant("need.pass_on", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("need.pass_on", Role.TEAM, Reach.NATIONAL),
    Grant("need.tag", Role.TEAM, Reach.NATIONAL),
    Grant("network.view", Role.ANIMATOR, Reach.NATIONAL),
    Grant("hole.report", Role.ANIMATOR, Reach.NATIONAL),
    Grant("hole.report", Role.MANAGER, Reach.NATIONAL),
    Grant("hole.view", Role.ANIMATOR, Reach.OWN),
    Grant("hole.view", Role.MANAGER, Reach.OWN),
    Grant("hole.view", Role.TEAM, Reach.NATIONAL),
    Grant("hole.answer", Role.TEAM, Reach.NATIONAL),
    Grant("following.view", Role.TEAM, Reach.NATIONAL),
    Grant("note.write", Role.TEAM, Reach.NATIONAL),
    Grant("tag.edit", Role.TEAM, Reach.NATIONAL),
    Grant("refusal.edit", Role.TEAM, Reach.NATIONAL),
    Grant("match.view", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("match.view", Role.MANAGER, Reach.ANTENNE),
    Grant("match.view", Role.TEAM, Reach.NATIONAL),
    Grant("match.answer", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("match.answer", Role.MANAGER, Reach.ANTENNE),
    Grant("match.answer", Role.TEAM, Reach.NATIONAL),
    Grant("match.reopen", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("match.reopen", Role.MANAGER, Reach.ANTENNE),
    Grant("match.reopen", Role.TEAM, Reach.NATIONAL),
    Grant("match.reopen", Role.SYSTEM, Reach.NATIONAL),
    Grant("match.reassign", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("match.reassign", Role.MANAGER, Reach.ANTENNE),
    Grant("match.reassign", Role.TEAM, Reach.NATIONAL),
    Grant("match.explain", Role.EXPERT, Reach.OWN_EXPERT),
    Grant("match.explain", Role.MANAGER, Reach.ANTENNE),
    Grant("match.explain", Role.TEAM, Reach.NATIONAL),
    Grant("match.withdraw", Role.COMPANY, Reach.OWN_LINK),
    Grant("match.withdraw", Role.TEAM, Reach.NATIONAL),
    Grant("match.move", Role.TEAM, Reach.NATIONAL),
    Grant("match.expire", Role.TEAM, Reach.NATIONAL),
    Grant("match.expire", Role.SYSTEM, Reach.NATIONAL),
    Grant("match.cover", Role.SYSTEM, Reach.NATIONAL),
    Grant("directory.view", Role.TEAM, Reach.NATIONAL),
    Grant("directory.edit", Role.TEAM, Reach.NATIONAL),
    Grant("directory.export", Role.TEAM, Reach.NATIONAL),
    Grant("import.read", Role.TEAM, Reach.NATIONAL),
    Grant("import.read", Role.SYSTEM, Reach.NATIONAL),
    Grant("import.decide", Role.TEAM, Reach.NATIONAL),
    Grant("simulator.use", Role.TEAM, Reach.NATIONAL),
    Grant("message.view", Role.TEAM, Reach.NATIONAL),
    Grant("message.release", Role.TEAM, Reach.NATIONAL),
    Grant("message.resend", Role.TEAM, Reach.NATIONAL),
    Grant("job.view", Role.TEAM, Reach.NATIONAL),
    Grant("job.run", Role.TEAM, Reach.NATIONAL),
    Grant("figures.view", Role.TEAM, Reach.NATIONAL),
    Grant("account.view", Role.ADVISER, Reach.OWN),
    Grant("account.view", Role.EXPERT, Reach.OWN),
    Grant("account.view", Role.MANAGER, Reach.OWN),
    Grant("account.view", Role.ANIMATOR, Reach.OWN),
    Grant("account.view", Role.TEAM, Reach.NATIONAL),
    Grant("account.edit", Role.ADVISER, Reach.OWN),
    Grant("account.edit", Role.EXPERT, Reach.OWN),
    Grant("account.edit", Role.MANAGER, Reach.OWN),
    Grant("account.edit", Role.ANIMATOR, Reach.OWN),
    Grant("account.edit", Role.TEAM, Reach.NATIONAL),
    Grant("account.absence", Role.MANAGER, Reach.ANTENNE),
    Grant("account.absence", Role.TEAM, Reach.NATIONAL),
    Grant("absence.plan", Role.MANAGER, Reach.NATIONAL),
    Grant("absence.plan", Role.TEAM, Reach.NATIONAL),
    Grant("account.secure", Role.TEAM, Reach.NATIONAL),
    Grant("account.invite", Role.TEAM, Reach.NATIONAL),
    Grant("habilitation.decide", Role.TEAM, Reach.NATIONAL),
    Grant("habilitation.decide", Role.SYSTEM, Reach.NATIONAL),
    Grant("account.view", Role.LEVEL_A, Reach.OWN),
    Grant("account.view", Role.LEVEL_B, Reach.OWN),
    Grant("account.edit", Role.LEVEL_A, Reach.OWN),
    Grant("account.edit", Role.LEVEL_B, Reach.OWN),
    Grant("list.view", Role.LEVEL_A, Reach.NATIONAL),
    Grant("list.view", Role.LEVEL_B, Reach.NATIONAL),
    Grant("entry.view", Role.LEVEL_A, Reach.TERRITORY),
    Grant("entry.view", Role.LEVEL_B, Reach.TERRITORY),
    Grant("entry.subscribe", Role.LEVEL_A, Reach.TERRITORY),
    Grant("entry.subscribe", Role.LEVEL_B, Reach.TERRITORY),
    Grant("dossier.debts", Role.LEVEL_A, Reach.TERRITORY),  # level B has no such row
    Grant("dossier.short_time_work", Role.LEVEL_A, Reach.TERRITORY),
    Grant("dossier.short_time_work", Role.LEVEL_B, Reach.TERRITORY),
    # The team runs the lists and never reads a firm in them.
    Grant("run.view", Role.TEAM, Reach.NATIONAL),
    Grant("publication.receive", Role.TEAM, Reach.NATIONAL),
    Grant("publication.receive", Role.SYSTEM, Reach.NATIONAL),
    Grant("publication.approve", Role.TEAM, Reach.NATIONAL),
    Grant("publication.open", Role.TEAM, Reach.NATIONAL),
    Grant("publication.open", Role.SYSTEM, Reach.NATIONAL),
    Grant("publication.withdraw", Role.TEAM, Reach.NATIONAL),
    # Every reader of a list sees what corrects it. Who approves is never who wrote: two people, in the database too.
    Grant("correction.view", Role.LEVEL_A, Reach.NATIONAL),
    Grant("correction.view", Role.LEVEL_B, Reach.NATIONAL),
    Grant("correction.view", Role.TEAM, Reach.NATIONAL),
    Grant("correction.write", Role.LEVEL_A, Reach.NATIONAL),
    Grant("correction.write", Role.TEAM, Reach.NATIONAL),
    Grant("correction.propose", Role.LEVEL_A, Reach.OWN),
    Grant("correction.propose", Role.TEAM, Reach.OWN),
    Grant("correction.approve", Role.TEAM, Reach.NATIONAL),
    Grant("correction.withdraw", Role.LEVEL_A, Reach.OWN),
    Grant("correction.withdraw", Role.TEAM, Reach.NATIONAL),
    Grant("correction.expire", Role.SYSTEM, Reach.NATIONAL),
)

ACTIONS_BY_CODE: dict[str, Action] = {action.code: action for action in ACTIONS}


def grants(action: str, roles: frozenset[Role]) -> tuple[Grant, ...]:
    """The rows that let these roles do this action; KeyError for an action that is not in the table."""
    ACTIONS_BY_CODE[action]
    return tuple(grant for grant in RIGHTS if grant.action == action and grant.role in roles)
