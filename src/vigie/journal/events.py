"""What can happen, the sentence that tells it, and who is told. Pure data.

An event happens to one object (``subject``). Each ``Message`` names an audience (who), registered by the subject's
package in its ``apps.py``, and a template folder name: ``<template>.subject.txt``, ``.txt`` and ``.html``.
docs/reference/events.md is generated from this file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A mail that an event causes.

    to: name of a registered audience. template: path without suffix; also the name of its registered content.
    held: the mail waits VIGIE_MESSAGE_HOLD_SECONDS, because an undo within that time must cancel it.
    secret: the content cannot be rebuilt (a code); it is stored until sent, then erased.
    """

    to: str
    template: str
    held: bool = False
    secret: bool = False


@dataclass(frozen=True)
class Event:
    """One thing that can happen: past participle, its subject's model, its French sentence, its messages."""

    name: str
    subject: str
    sentence: str
    messages: tuple[Message, ...] = ()


SOLICITATION = "matching.Solicitation"
NEED = "matching.Need"
MATCH = "matching.Match"
HOLE = "matching.HoleReport"
VISIT = "matching.Diagnosis"
IMPORT = "directory.DirectoryImport"

EVENTS = (
    # --- the request of a company head
    Event("solicitation.started", SOLICITATION, "Une demande a été commencée"),
    Event("solicitation.company_given", SOLICITATION, "L’entreprise a été indiquée"),
    Event(
        "solicitation.completed",
        SOLICITATION,
        "La demande a été envoyée",
        (Message("company_contact", "matching/mail/solicitation_received"),),
    ),
    Event("solicitation.spam_dropped", SOLICITATION, "La demande a été écartée comme indésirable"),
    Event("solicitation.prepared", SOLICITATION, "L’analyse automatique a proposé des experts"),
    Event("solicitation.preparation_failed", SOLICITATION, "L’analyse automatique n’a pas abouti"),
    Event("solicitation.held", SOLICITATION, "La demande attend la validation de l’équipe"),
    Event("solicitation.scheduled", SOLICITATION, "La transmission automatique est programmée"),
    Event("solicitation.recalled", SOLICITATION, "La transmission automatique a été rappelée"),
    Event("solicitation.transmitted", SOLICITATION, "La demande a été transmise aux experts"),
    Event(
        "solicitation.refused",
        SOLICITATION,
        "La demande n’a pas été retenue",
        (Message("company_contact", "matching/mail/solicitation_refused"),),
    ),
    Event(
        "solicitation.withdrawn",
        SOLICITATION,
        "L’entreprise a retiré sa demande",
        (
            Message("company_contact", "matching/mail/solicitation_withdrawn"),
            Message("experts_in_charge", "matching/mail/withdrawn_to_experts"),
        ),
    ),
    Event(
        "solicitation.precision_added",
        SOLICITATION,
        "L’entreprise a ajouté une précision",
        (Message("active_experts", "matching/mail/precision_added"),),
    ),
    Event("solicitation.requalified", SOLICITATION, "Le sujet de la demande a été changé"),
    Event("solicitation.selection_changed", SOLICITATION, "La sélection des experts a été modifiée"),
    # --- the need before its experts
    Event(
        "match.sent",
        MATCH,
        "Le besoin a été transmis à un expert",
        (Message("invited_experts", "matching/mail/match_sent"),),
    ),
    Event(
        "match.taken_in_charge",
        MATCH,
        "Un expert prend en charge",
        (
            Message("company_contact_unless_team", "matching/mail/taken_in_charge", held=True),
            Message("adviser_who_filed", "matching/mail/filed_taken_in_charge", held=True),
        ),
    ),
    Event("match.declined", MATCH, "Un expert a répondu que ce n’est pas pour lui"),
    Event(
        "match.closed_helped",
        MATCH,
        "Un expert a clos avec une aide",
        (
            Message("company_contact_unless_team", "matching/mail/closed_helped", held=True),
            Message("adviser_who_filed", "matching/mail/filed_closed", held=True),
        ),
    ),
    Event(
        "match.closed_no_help",
        MATCH,
        "Un expert a clos sans aide disponible",
        (
            Message("company_contact_unless_team", "matching/mail/closed_no_help", held=True),
            Message("adviser_who_filed", "matching/mail/filed_closed", held=True),
        ),
    ),
    Event(
        "match.closed_unreachable",
        MATCH,
        "Un expert n’a pas pu joindre l’entreprise",
        (
            Message("company_contact_unless_team", "matching/mail/closed_unreachable", held=True),
            Message("adviser_who_filed", "matching/mail/filed_closed", held=True),
        ),
    ),
    Event("match.reopened", MATCH, "Une réponse a été annulée"),
    Event("match.covered", MATCH, "Un collègue de la même institution prend en charge"),
    Event("match.withdrawn", MATCH, "La mise en relation a été retirée avec la demande"),
    Event(
        "match.reassigned",
        MATCH,
        "Le besoin a été confié à un collègue",
        (Message("invited_experts", "matching/mail/match_reassigned"),),
    ),
    Event(
        "need.commented",
        "matching.ThreadMessage",
        "Un message a été écrit dans la discussion",
        (Message("thread_audience", "matching/mail/thread_message", held=True),),
    ),
    Event("need.comment_deleted", "matching.ThreadMessage", "Un message de la discussion a été retiré par son auteur"),
    Event("need.nobody_left", NEED, "Tous les experts ont refusé"),
    # --- what waits
    Event(
        "match.reminded",
        MATCH,
        "Un expert a été relancé",
        (Message("silent_experts", "matching/mail/match_reminder"),),
    ),
    Event(
        "match.last_chance",
        MATCH,
        "Un expert a été relancé une dernière fois",
        (Message("silent_experts", "matching/mail/match_last_chance"),),
    ),
    Event("match.expired", MATCH, "Une mise en relation est restée sans réponse"),
    Event(
        "match.moving",
        MATCH,
        "L’équipe retire le besoin à une équipe d’experts",
        (Message("match_mailbox", "matching/mail/match_moved_away"),),
    ),
    Event(
        "match.moved",
        MATCH,
        "L’équipe confie le besoin à une autre équipe d’experts",
        (Message("invited_experts", "matching/mail/match_moved"),),
    ),
    Event("need.reminded", NEED, "Les experts qui n’ont pas répondu ont été relancés"),
    Event(
        "need.waiting_told",
        NEED,
        "L’entreprise sait que les experts sont relancés",
        (Message("company_of_need", "matching/mail/need_waiting"),),
    ),
    Event(
        "need.abandoned",
        NEED,
        "Le besoin est resté sans réponse : l’entreprise est prévenue",
        (Message("company_of_need", "matching/mail/need_abandoned"),),
    ),
    Event(
        "need.refusal_told",
        NEED,
        "L’entreprise sait que tous les experts ont refusé",
        (Message("company_of_need", "matching/mail/need_refused"),),
    ),
    Event("need.tags_changed", NEED, "Les étiquettes du besoin ont changé"),
    Event("solicitation.tags_changed", SOLICITATION, "Les étiquettes de la demande ont changé"),
    Event("tag.changed", "matching.Tag", "Une étiquette a été créée, archivée ou reprise"),
    Event("note.written", "matching.Note", "L’équipe a écrit une note interne"),
    Event("note.deleted", "matching.Note", "Une note interne a été retirée par son auteur"),
    Event("refusal_template.changed", "matching.RefusalTemplate", "Un modèle de refus a été modifié"),
    Event(
        "expert.digest_sent",
        "directory.Expert",
        "Un récapitulatif a été envoyé à un expert",
        (Message("expert_mailbox", "matching/mail/expert_digest"),),
    ),
    Event("hole.reported", HOLE, "Un manque de l’annuaire a été signalé"),
    Event(
        "hole.filled",
        HOLE,
        "Un manque signalé a été comblé",
        (Message("hole_author", "matching/mail/hole_answered"),),
    ),
    Event(
        "hole.dismissed",
        HOLE,
        "Un manque signalé reste sans suite",
        (Message("hole_author", "matching/mail/hole_answered"),),
    ),
    Event(
        "match.reminded_by_hand",
        MATCH,
        "Un expert qui n’a pas répondu a été relancé à la main",
        (Message("invited_experts", "matching/mail/expert_reminded"),),
    ),
    # --- needs filed after a visit, or passed on
    Event("visit.begun", VISIT, "Une visite a été saisie, avec l’accord de l’entreprise"),
    Event("visit.contact_changed", VISIT, "L’entreprise ou la personne rencontrée a été corrigée"),
    Event("visit.filed", VISIT, "Des besoins ont été déposés après une visite"),
    Event(
        "visit.sent",
        VISIT,
        "Les besoins déposés après une visite ont été transmis aux experts",
        (Message("visited_contact", "matching/mail/visit_sent"),),
    ),
    Event("visit.selection_changed", VISIT, "Les experts d’un besoin déposé ont été changés"),
    Event(
        "visit.returned",
        VISIT,
        "L’équipe a renvoyé une visite à la personne qui l’a déposée",
        (Message("visit_author", "matching/mail/visit_returned"),),
    ),
    Event("visit.abandoned", VISIT, "Une visite a été abandonnée avant son dépôt"),
    Event(
        "visit.passed_on",
        VISIT,
        "Un expert a confié à d’autres un autre besoin de l’entreprise",
        (Message("visited_contact", "matching/mail/visit_sent"),),
    ),
    # --- people
    Event(
        "account.code_asked",
        "accounts.User",
        "Un code de connexion a été demandé",
        (Message("account_holder", "accounts/mail/sign_in_code", secret=True),),
    ),
    Event(
        "account.unknown_asked",
        "accounts.User",
        "Un code a été demandé pour une adresse sans compte",
    ),
    Event("account.signed_in", "accounts.User", "Connexion"),
    Event("account.sign_in_failed", "accounts.User", "Connexion refusée"),
    Event("account.second_factor_set", "accounts.User", "Un second facteur a été installé"),
    Event("account.second_factor_removed", "accounts.User", "Le second facteur a été retiré"),
    Event(
        "account.invited",
        "accounts.User",
        "Une personne a été invitée",
        (Message("account_holder", "accounts/mail/invitation"),),
    ),
    Event("account.entered", "accounts.User", "Une personne a été inscrite par un fichier d’annuaire"),
    Event("account.changed", "accounts.User", "Un compte a été modifié"),
    Event("account.absence_set", "accounts.User", "Une absence a été enregistrée"),
    Event("habilitation.requested", "accounts.Habilitation", "Une habilitation a été demandée"),
    Event("habilitation.granted", "accounts.Habilitation", "Une habilitation a été accordée"),
    Event("habilitation.suspended", "accounts.Habilitation", "Une habilitation a été suspendue"),
    Event("habilitation.revoked", "accounts.Habilitation", "Une habilitation a été révoquée"),
    Event("habilitation.expired", "accounts.Habilitation", "Une habilitation a expiré"),
    # --- the directory
    Event("directory.changed", "directory.Change", "L’annuaire a été modifié"),
    Event("import.read", IMPORT, "Un fichier d’annuaire a été lu"),
    Event("import.found_faulty", IMPORT, "Un fichier d’annuaire contient des erreurs"),
    Event("import.found_same", IMPORT, "Un fichier d’annuaire ne change rien"),
    Event("import.queued", IMPORT, "L’application d’un fichier d’annuaire a été demandée"),
    Event("import.sent_back", IMPORT, "L’annuaire avait changé\u00a0: le fichier est à vérifier de nouveau"),
    Event("import.applied", IMPORT, "Un fichier d’annuaire a été appliqué"),
    Event("import.abandoned", IMPORT, "Un fichier d’annuaire a été abandonné"),
    Event("import.invitations_asked", IMPORT, "Les personnes d’un fichier d’annuaire ont été invitées"),
    # --- the detection lists
    Event("publication.received", "watchlists.Publication", "Une liste a été reçue"),
    Event("publication.checked", "watchlists.Publication", "Une liste a été contrôlée"),
    Event("publication.approved", "watchlists.Publication", "L’ouverture d’une liste a été approuvée"),
    Event("publication.opened", "watchlists.Publication", "Une liste a été ouverte"),
    Event("publication.replaced", "watchlists.Publication", "Une liste a été remplacée par sa correction"),
    Event("publication.withdrawn", "watchlists.Publication", "Une liste a été retirée"),
    Event(
        "facts.received",
        "watchlists.FactsFolder",
        "Des faits plus récents ont été reçus",
        (Message("facts_followers", "watchlists/mail/new_facts"),),
    ),
    Event(
        "operators.warned",
        "watchlists.Notice",
        "Les opérateurs ont été prévenus",
        (Message("operators", "watchlists/mail/notice"),),
    ),
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
    Event("entry.subscribed", "watchlists.Subscription", "Un agent demande à être prévenu des faits nouveaux"),
    Event("entry.unsubscribed", "watchlists.Subscription", "Un agent ne veut plus être prévenu des faits nouveaux"),
    # --- mail and jobs
    Event("message.released", "journal.OutgoingMessage", "Un courriel retenu a été envoyé sans attendre"),
    Event("message.canceled", "journal.OutgoingMessage", "Un courriel retenu a été annulé"),
    Event("message.resent", "journal.OutgoingMessage", "Un courriel en échec a été renvoyé"),
    Event("job.ran", "journal.JobRun", "Un travail a été exécuté"),
)

EVENTS_BY_NAME: dict[str, Event] = {event.name: event for event in EVENTS}
