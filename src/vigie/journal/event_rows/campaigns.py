"""Events of ``campaigns``. None writes to a firm."""

from __future__ import annotations

from vigie.journal.event import Event, Message

CAMPAIGN, TARGET, VISIT = "campaigns.Campaign", "campaigns.Target", "campaigns.Visit"
_VISIT = (Message("visit_companions", "campaigns/mail/visit"),)

EVENTS = (
    Event("campaign.opened", CAMPAIGN, "Une campagne de contact a été ouverte"),
    Event("campaign.changed", CAMPAIGN, "Le nom, l’objectif ou les dates d’une campagne ont changé"),
    Event("campaign.grown", CAMPAIGN, "Des entreprises ont été ajoutées à une campagne"),
    Event("campaign.joined", CAMPAIGN, "Des agents ont été ajoutés à une campagne"),
    Event("campaign.shared", CAMPAIGN, "Les entreprises d’une campagne ont été partagées"),
    Event("campaign.closed", CAMPAIGN, "Une campagne est close"),
    Event("campaign.reopened", CAMPAIGN, "Une campagne a été rouverte"),
    Event("target.assigned", TARGET, "Une entreprise a été confiée à un agent"),
    Event("target.taken", TARGET, "Un agent a pris une entreprise"),
    Event("target.released", TARGET, "Une entreprise a été rendue ou libérée"),
    Event("target.contacted", TARGET, "Un contact avec une entreprise a été noté"),
    Event("target.finished", TARGET, "Le contact avec une entreprise est terminé"),
    Event("target.reopened", TARGET, "Le contact avec une entreprise a repris"),
    Event("target.postponed", TARGET, "Une entreprise a été reportée"),
    Event("target.brought_back", TARGET, "Une entreprise est de nouveau à contacter"),
    Event("visit.planned", VISIT, "Une visite d’entreprise est prévue", _VISIT),
    Event("visit.held", VISIT, "Une visite d’entreprise a été faite"),
    Event("visit.cancelled", VISIT, "Une visite d’entreprise est annulée", _VISIT),
)
