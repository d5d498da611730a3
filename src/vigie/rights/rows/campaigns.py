"""Campaigns of contact and visits: who calls or visits which firm (follow-up.md 2.7)."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

CAMPAIGN, TARGET, VISIT = "campaigns.Campaign", "campaigns.Target", "campaigns.Visit"

ACTIONS = (
    Action("campaign.list", "", "Lire les campagnes de contact et ses entreprises à contacter"),
    Action("campaign.create", "", "Ouvrir une campagne de contact"),
    Action("campaign.view", CAMPAIGN, "Lire une campagne et son avancement"),
    Action("campaign.manage", CAMPAIGN, "Ajouter des entreprises à une campagne, la partager, la clore, la rouvrir"),
    Action("target.view", TARGET, "Voir une entreprise d’une campagne et qui la contacte"),
    Action("target.take", TARGET, "Prendre une entreprise d’une campagne, la reporter, la remettre à contacter"),
    Action("target.contact", TARGET, "Noter un contact avec une entreprise que l’on a prise, la rendre"),
    Action("target.share", TARGET, "Confier une entreprise d’une campagne à un agent, la libérer"),
    Action("visit.list", "", "Lire les visites d’entreprises de son territoire"),
    Action("visit.plan", "watchlists.Firm", "Prévoir une visite dans une entreprise"),
    Action("visit.view", VISIT, "Voir qu’une visite est prévue ou faite, par qui et avec qui"),
    Action("visit.manage", VISIT, "Annuler une visite que l’on organise, dire qu’elle est faite"),
)

_BOTH: tuple[tuple[str, Reach], ...] = (
    ("campaign.list", Reach.NATIONAL),
    ("campaign.view", Reach.TERRITORY),
    # A firm of a campaign is seen like its detection: in the territory and in alert, or followed.
    ("target.view", Reach.UNLOCKED),
    ("target.take", Reach.UNLOCKED),
    ("target.contact", Reach.OWN),
    ("visit.list", Reach.NATIONAL),
    ("visit.plan", Reach.UNLOCKED),
    ("visit.view", Reach.UNLOCKED),
    ("visit.manage", Reach.OWN),
)

RIGHTS = (
    *(Grant(action, role, reach) for action, reach in _BOTH for role in (Role.LEVEL_A, Role.LEVEL_B)),
    Grant("campaign.create", Role.LEVEL_A, Reach.NATIONAL),
    Grant("campaign.manage", Role.LEVEL_A, Reach.TERRITORY_CRP),
    Grant("target.share", Role.LEVEL_A, Reach.TERRITORY_CRP),
    # A campaign that closes frees what is still taken in it, wherever the firms are.
    Grant("target.share", Role.SYSTEM, Reach.NATIONAL),
    # A firm whose delay is over comes back by itself.
    Grant("target.take", Role.SYSTEM, Reach.NATIONAL),
)
