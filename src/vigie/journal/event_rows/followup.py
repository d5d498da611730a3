"""Events of ``followup``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

FILE = "followup.Followup"
WRITTEN = "followup/mail/written"
_ACTION = (Message("action_readers", WRITTEN),)
_MOVED = (Message("file_members", "followup/mail/moved"),)
_MEMBER = (Message("file_member", "followup/mail/member"),)
_MEETING = (Message("meeting_participants", "followup/mail/meeting"),)
MEETING = "followup.Meeting"

EVENTS = (
    Event("file.opened", FILE, "Un accompagnement a été ouvert"),
    Event("file.changed", FILE, "Un accompagnement a été modifié"),
    Event("file.moved", FILE, "L’état d’un accompagnement a changé", _MOVED),
    Event("file.completed", FILE, "Un accompagnement est terminé", _MOVED),
    Event("file.reopened", FILE, "Un accompagnement a été rouvert", _MOVED),
    Event("file.deleted", FILE, "Un accompagnement a été supprimé", _MOVED),
    Event("file.restored", FILE, "Un accompagnement a été restauré", _MOVED),
    Event("file.analysed", FILE, "Un échange avec l’entreprise a été analysé", _ACTION),
    Event("file.acted", FILE, "Une action pour l’entreprise a été notée", _ACTION),
    Event("file.referred", FILE, "L’entreprise a été orientée vers un conseiller"),
    Event(
        "file.requested",
        FILE,
        "L’entreprise a demandé de l’aide, et un expert habilité l’a prise en charge",
        (Message("members_of_asked", "followup/mail/requested"),),
    ),
    Event("file.contacted", FILE, "Ce qu’a donné un contact de campagne a été noté"),
    Event("file.summarised", FILE, "Une synthèse a été enregistrée"),
    Event("file.commented", FILE, "Un commentaire a été écrit, corrigé ou supprimé"),
    Event(
        "file.written",
        FILE,
        "Un commentaire a été écrit, pour qui veut le savoir tout de suite",
        (Message("comment_readers", WRITTEN),),
    ),
    Event(
        "file.summary_written",
        FILE,
        "Une synthèse a changé, pour qui veut le savoir tout de suite",
        (Message("summary_readers", WRITTEN),),
    ),
    Event(
        "file.mentioned",
        "followup.Comment",
        "Un participant a été nommé dans un commentaire",
        (Message("comment_mentioned", "followup/mail/mentioned"),),
    ),
    Event(
        "file.digested",
        "followup.Digest",
        "Le résumé du matin est parti",
        (Message("digest_reader", "followup/mail/digest"),),
    ),
    Event(
        "file.quiet",
        FILE,
        "Un accompagnement est sans nouvelle depuis longtemps",
        (Message("file_in_charge", "followup/mail/quiet"),),
    ),
    Event(
        "file.orphaned",
        FILE,
        "Un accompagnement n’a plus de référent en exercice",
        (Message("file_keepers", "followup/mail/orphaned"),),
    ),
    Event("file.imported", FILE, "Un accompagnement a été repris d’un ancien tableau"),
    Event("cards.read", "followup.CardsImport", "Un fichier de cartes a été lu"),
    Event(
        "cards.applied",
        "followup.CardsImport",
        "Les cartes d’un ancien tableau ont été reprises",
        (Message("cards_people", "followup/mail/imported"),),
    ),
    Event("cards.abandoned", "followup.CardsImport", "Un fichier de cartes a été abandonné"),
    Event("closed_place.allowed", "followup.ClosedPlace", "Un accompagnement est permis sur un établissement fermé"),
    Event("closed_place.ended", "followup.ClosedPlace", "Cette exception a pris fin"),
    Event("file.words_merged", FILE, "Un mot de l’accompagnement a été réuni à un autre"),
    Event("file.contacts_changed", FILE, "Les contacts de l’entreprise ont changé"),
    Event("file.member_added", "followup.Member", "Une personne a été ajoutée à un accompagnement", _MEMBER),
    Event("file.member_changed", "followup.Member", "Le rôle d’une personne a changé dans un accompagnement", _MEMBER),
    Event("file.member_removed", "followup.Member", "Une personne a été retirée d’un accompagnement", _MEMBER),
    Event(
        "file.handed_over",
        "followup.Handover",
        "Les accompagnements d’une personne ont été confiés à une autre",
        (Message("handover_people", "followup/mail/handed_over"),),
    ),
    Event(
        "file.joined",
        "followup.Member",
        "Une personne a rejoint d’elle-même un accompagnement",
        (Message("file_referents", "followup/mail/joined"),),
    ),
    Event("meeting.planned", MEETING, "Une réunion du CODEFI est prévue", _MEETING),
    Event("meeting.moved", MEETING, "La date ou le lieu d’une réunion du CODEFI a changé", _MEETING),
    Event("meeting.changed", MEETING, "L’ordre du jour ou les participants d’une réunion du CODEFI ont changé"),
    Event("meeting.decided", MEETING, "Une décision du CODEFI a été écrite"),
    Event("meeting.carried_out", MEETING, "Une décision du CODEFI a été suivie d’effet, ou ne l’est plus"),
    Event("meeting.held", MEETING, "Le compte rendu d’une réunion du CODEFI est clos"),
    Event("meeting.cancelled", MEETING, "Une réunion du CODEFI est annulée", _MEETING),
)
