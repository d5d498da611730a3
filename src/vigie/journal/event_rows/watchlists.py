"""Events of ``watchlists``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

EVENTS = (
    Event("publication.received", "watchlists.Publication", "Une liste a été reçue"),
    Event("publication.checked", "watchlists.Publication", "Une liste a été contrôlée"),
    Event("publication.approved", "watchlists.Publication", "L’ouverture d’une liste a été approuvée"),
    Event(
        "publication.opened",
        "watchlists.Publication",
        "Une liste a été ouverte",
        (Message("list_readers", "watchlists/mail/new_list"),),
    ),
    Event("publication.replaced", "watchlists.Publication", "Une liste a été remplacée par sa correction"),
    Event("publication.withdrawn", "watchlists.Publication", "Une liste a été retirée"),
    Event(
        "facts.received",
        "watchlists.FactsFolder",
        "Des faits plus récents ont été reçus",
        (Message("facts_followers", "watchlists/mail/new_facts"),),
    ),
    Event(
        "firm_news.found",
        "watchlists.NewsBatch",
        "Des faits nouveaux ont été trouvés sur des entreprises suivies",
        (Message("news_followers", "watchlists/mail/firm_news"),),
    ),
    Event(
        "operators.warned",
        "watchlists.Notice",
        "Les opérateurs ont été prévenus",
        (Message("operators", "watchlists/mail/notice"),),
    ),
    Event("opinion.given", "watchlists.Opinion", "Un avis a été donné sur une détection"),
    Event("opinion.sent", "watchlists.Publication", "Les avis sur une liste ont été transmis au calcul"),
    Event("opinion.reason_added", "watchlists.OpinionReason", "Une raison d’avis a été ajoutée"),
    Event("opinion.reason_archived", "watchlists.OpinionReason", "Une raison d’avis n’est plus proposée"),
    Event("shared_view.shared", "watchlists.SharedView", "Une vue de la liste a été partagée avec un réseau"),
    Event("shared_view.changed", "watchlists.SharedView", "Une vue partagée a été modifiée par son auteur"),
    Event("shared_view.taken_back", "watchlists.SharedView", "Une vue de la liste n’est plus partagée"),
    Event("reworked.made", "watchlists.ReworkedList", "Une liste retraitée a été faite pour un département"),
    Event("reworked.corrected", "watchlists.ReworkedList", "Une entreprise a été remise ou écartée à la main"),
    Event("batch.started", "watchlists.Delivery", "Le calcul mensuel a été lancé"),
    Event("correction.written", "watchlists.Correction", "Un redressement a été préparé"),
    Event("correction.changed", "watchlists.Correction", "Le brouillon d’un redressement a été modifié"),
    Event("correction.deleted", "watchlists.Correction", "Le brouillon d’un redressement a été supprimé"),
    Event("correction.simulation_asked", "watchlists.Correction", "La simulation d’un redressement a été demandée"),
    Event("correction.simulated", "watchlists.Correction", "Un redressement a été simulé"),
    Event(
        "correction.proposed",
        "watchlists.Correction",
        "Un redressement a été proposé",
        (Message("correction_approvers", "watchlists/mail/correction_proposed"),),
    ),
    Event("correction.taken_back", "watchlists.Correction", "Une proposition de redressement a été reprise"),
    Event(
        "correction.approved",
        "watchlists.Correction",
        "Un redressement a été approuvé",
        (Message("correction_author", "watchlists/mail/correction_decided"),),
    ),
    Event(
        "correction.refused",
        "watchlists.Correction",
        "Un redressement a été refusé",
        (Message("correction_author", "watchlists/mail/correction_decided"),),
    ),
    Event(
        "correction.withdrawn",
        "watchlists.Correction",
        "Un redressement a été retiré",
        (Message("correction_author", "watchlists/mail/correction_decided"),),
    ),
    Event(
        "correction.expired",
        "watchlists.Correction",
        "Un redressement est arrivé à son terme",
        (Message("correction_author", "watchlists/mail/correction_decided"),),
    ),
)
