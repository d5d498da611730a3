"""Accounts, mails, jobs, figures."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

ACTIONS = (
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
)

RIGHTS = (
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
)
