"""Events of ``matching``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

SOLICITATION = "matching.Solicitation"
NEED = "matching.Need"
MATCH = "matching.Match"
HOLE = "matching.HoleReport"
VISIT = "matching.Diagnosis"

EVENTS = (
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
    Event("public_subject.changed", "matching.LandingSubject", "Un sujet proposé au public a été modifié"),
    Event("refusal_template.changed", "matching.RefusalTemplate", "Un modèle de refus a été modifié"),
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
    Event("visit.begun", VISIT, "Une visite a été saisie, avec l’accord de l’entreprise"),
    Event("visit.contact_changed", VISIT, "L’entreprise ou la personne rencontrée a été corrigée"),
    Event("visit.filed", VISIT, "Des besoins ont été déposés après une visite"),
    Event(
        "visit.sent",
        VISIT,
        "Les besoins déposés après une visite ont été transmis aux experts",
        (Message("visited_contact", "matching/mail/visit_sent"),),
    ),
    Event("visit.requalified", VISIT, "L’équipe a changé le sujet d’un besoin déposé"),
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
)
