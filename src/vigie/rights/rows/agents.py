"""Public agents: who they are, what they were given, what they accepted, which firms they follow."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

LOOK = "agents.Look"
MOVE = "agents.AskedMove"

ACTIONS: tuple[Action, ...] = (
    Action("consent.give", "", "S’engager à respecter les règles de confidentialité"),
    Action("agent.request", "", "Demander l’habilitation d’un agent dont il répond"),
    Action("agent.review", "accounts.Habilitation", "Revoir et fermer les habilitations des agents dont il répond"),
    Action("follow.review", "agents.Follow", "Relire les suivis des agents dont il répond"),
    Action("move.list", "", "Lire les changements d’habilitation que demandent les administrations"),
    Action("move.decide", MOVE, "Appliquer ou écarter un changement d’habilitation demandé"),
    Action("profile.view", "", "Voir les profils d’habilitation en usage"),
    Action("users.import", "", "Lire le classeur des utilisateurs et le comparer à la base"),
    Action("users.export", "", "Exporter la liste des agents du service"),
    Action("users.many", "", "Changer plusieurs agents à la fois"),
    Action("users.sync", "agents.UsersImport", "Appliquer ou abandonner un classeur des utilisateurs"),
    Action("sight.simulate", "", "Simuler ce qu’une personne verrait d’une entreprise"),
    Action("look.list", "", "Demander à regarder à la place d’un agent, et relire les demandes"),
    Action("look.sign", LOOK, "Signer ou refuser la demande d’un autre administrateur"),
    Action("look.begin", LOOK, "Commencer à regarder à la place d’un agent, et cesser"),
    Action("look.expire", LOOK, "Clore un regard dont le temps est passé"),
    Action("reference.edit", "", "Tenir les zones, les réseaux, les profils de travail et les administrations"),
    Action("reference.open", "", "Changer une donnée de référence quand cela donne ou retire un accès"),
    Action("duty.edit", "", "Dire qui est secrétaire permanent du CODEFI, ou chargé de mission CDED"),
    Action("charge.edit", "", "Dire de quels agents répond un responsable des habilitations"),
    Action("consent.edit", "", "Publier un nouveau texte des règles de confidentialité"),
)

RIGHTS: tuple[Grant, ...] = (
    Grant("consent.give", Role.LEVEL_A, Reach.NATIONAL),
    Grant("consent.give", Role.LEVEL_B, Reach.NATIONAL),
    Grant("agent.request", Role.REVIEWER, Reach.NATIONAL),
    Grant("agent.review", Role.REVIEWER, Reach.CHARGE),
    Grant("follow.review", Role.REVIEWER, Reach.CHARGE),
    Grant("move.list", Role.TEAM, Reach.NATIONAL),
    Grant("move.decide", Role.TEAM, Reach.NATIONAL),
    Grant("profile.view", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("users.import", Role.TEAM, Reach.NATIONAL),
    Grant("users.export", Role.TEAM, Reach.NATIONAL),
    Grant("users.many", Role.TEAM, Reach.NATIONAL),
    Grant("users.sync", Role.TEAM, Reach.NATIONAL),
    Grant("sight.simulate", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("look.list", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("look.sign", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("look.begin", Role.ADMINISTRATOR, Reach.OWN),
    Grant("look.expire", Role.SYSTEM, Reach.NATIONAL),
    Grant("reference.edit", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("reference.edit", Role.REFERENCES, Reach.NATIONAL),
    Grant("reference.open", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("duty.edit", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("charge.edit", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("consent.edit", Role.ADMINISTRATOR, Reach.NATIONAL),
)
