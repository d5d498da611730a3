"""Lists, sheets of firms, corrections."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

ACTIONS = (
    Action("list.view", "", "Ouvrir les listes de détection et leur calendrier"),
    Action("list.share", "", "Partager une vue de la liste avec un de ses réseaux"),
    Action("shared_view.use", "watchlists.SharedView", "Ouvrir ou copier une vue que partage un de ses réseaux"),
    Action("shared_view.take_back", "watchlists.SharedView", "Ne plus partager une de ses vues"),
    Action("entry.view", "watchlists.Entry", "Voir le niveau d’alerte d’une entreprise et ses raisons"),
    Action("firm.view", "watchlists.Firm", "Lire l’identité, l’effectif, les comptes publics et les procédures"),
    Action("firm.follow", "watchlists.Firm", "Suivre une entreprise, ce qui ouvre ses données"),
    Action("dossier.score", "watchlists.Firm", "Voir le niveau d’alerte, ses raisons et son histoire"),
    Action("dossier.debts", "watchlists.Firm", "Voir les cotisations, dettes et délais Urssaf"),
    Action("dossier.short_time_work", "watchlists.Firm", "Voir l’activité partielle"),
    Action("dossier.confidential_accounts", "watchlists.Firm", "Voir les données de la Banque de France"),
    Action("dossier.state_loan", "watchlists.Firm", "Voir le prêt garanti par l’État"),
    Action("reworked.list", "", "Ouvrir les listes retraitées des départements"),
    Action("reworked.view", "watchlists.ReworkedList", "Lire la liste retraitée d’un département, et ses raisons"),
    Action("reworked.make", "watchlists.ReworkedList", "Faire la liste retraitée d’un département, et la corriger"),
    Action("opinion.give", "watchlists.Entry", "Dire si une détection était utile"),
    Action("opinion.view", "watchlists.Opinion", "Relire ses avis et ce qu’ils sont devenus"),
    Action("opinion.count", "", "Compter les avis des agents et choisir leurs raisons"),
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
    Grant("list.view", Role.LEVEL_A, Reach.NATIONAL),
    Grant("list.view", Role.LEVEL_B, Reach.NATIONAL),
    Grant("list.share", Role.LEVEL_A, Reach.NATIONAL),
    Grant("list.share", Role.LEVEL_B, Reach.NATIONAL),
    Grant("shared_view.use", Role.LEVEL_A, Reach.NETWORK),
    Grant("shared_view.use", Role.LEVEL_B, Reach.NETWORK),
    Grant("shared_view.take_back", Role.LEVEL_A, Reach.OWN),
    Grant("shared_view.take_back", Role.LEVEL_B, Reach.OWN),
    # Through an agent's eyes: his pages and what is public of a firm, nothing that a level opens.
    Grant("list.view", Role.ONLOOKER, Reach.NATIONAL),
    Grant("firm.view", Role.ONLOOKER, Reach.NATIONAL),
    Grant("entry.view", Role.LEVEL_A, Reach.TERRITORY),
    Grant("entry.view", Role.LEVEL_B, Reach.TERRITORY),
    Grant("firm.view", Role.LEVEL_A, Reach.NATIONAL),
    Grant("firm.view", Role.LEVEL_B, Reach.NATIONAL),
    Grant("firm.follow", Role.LEVEL_A, Reach.NATIONAL),
    Grant("firm.follow", Role.LEVEL_B, Reach.NATIONAL),
    # Level B has no row for debts nor for the data of the Banque de France.
    Grant("dossier.score", Role.LEVEL_A, Reach.UNLOCKED),
    Grant("dossier.score", Role.LEVEL_B, Reach.UNLOCKED),
    Grant("dossier.debts", Role.LEVEL_A, Reach.UNLOCKED),
    Grant("dossier.short_time_work", Role.LEVEL_A, Reach.UNLOCKED),
    Grant("dossier.short_time_work", Role.LEVEL_B, Reach.UNLOCKED),
    Grant("dossier.confidential_accounts", Role.LEVEL_A, Reach.UNLOCKED),
    Grant("dossier.state_loan", Role.LEVEL_A, Reach.UNLOCKED),
    Grant("dossier.state_loan", Role.LEVEL_B, Reach.UNLOCKED),
    # Level A alone: a reason may rest on a payment plan, and a firm missing from the list would tell it as well.
    Grant("reworked.list", Role.LEVEL_A, Reach.NATIONAL),
    Grant("reworked.view", Role.LEVEL_A, Reach.TERRITORY),
    Grant("reworked.make", Role.LEVEL_A, Reach.TERRITORY_CRP),
    Grant("opinion.give", Role.LEVEL_A, Reach.TERRITORY),
    Grant("opinion.give", Role.LEVEL_B, Reach.TERRITORY),
    Grant("opinion.view", Role.LEVEL_A, Reach.OWN),
    Grant("opinion.view", Role.LEVEL_B, Reach.OWN),
    Grant("opinion.count", Role.TEAM, Reach.NATIONAL),
    # The team runs the lists and never reads a firm in them.
    Grant("run.view", Role.TEAM, Reach.NATIONAL),
    Grant("publication.receive", Role.TEAM, Reach.NATIONAL),
    Grant("publication.receive", Role.SYSTEM, Reach.NATIONAL),
    Grant("publication.approve", Role.TEAM, Reach.NATIONAL),
    Grant("publication.open", Role.TEAM, Reach.NATIONAL),
    Grant("publication.open", Role.SYSTEM, Reach.NATIONAL),
    Grant("publication.withdraw", Role.TEAM, Reach.NATIONAL),
    # The list publisher: the same acts on lists, nothing else of the team. Two people still open a list.
    *(
        Grant(action, Role.PUBLISHER, Reach.NATIONAL)
        for action in ("run.view", "publication.approve", "publication.open", "publication.withdraw")
    ),
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
