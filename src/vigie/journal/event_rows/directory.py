"""Events of ``directory``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

IMPORT = "directory.DirectoryImport"

EVENTS = (
    Event(
        "expert.digest_sent",
        "directory.Expert",
        "Un récapitulatif a été envoyé à un expert",
        (Message("expert_mailbox", "matching/mail/expert_digest"),),
    ),
    Event("directory.changed", "directory.Change", "L’annuaire a été modifié"),
    Event("import.read", IMPORT, "Un fichier d’annuaire a été lu"),
    Event("import.found_faulty", IMPORT, "Un fichier d’annuaire contient des erreurs"),
    Event("import.found_same", IMPORT, "Un fichier d’annuaire ne change rien"),
    Event("import.queued", IMPORT, "L’application d’un fichier d’annuaire a été demandée"),
    Event("import.sent_back", IMPORT, "L’annuaire avait changé\u00a0: le fichier est à vérifier de nouveau"),
    Event("import.applied", IMPORT, "Un fichier d’annuaire a été appliqué"),
    Event("import.abandoned", IMPORT, "Un fichier d’annuaire a été abandonné"),
    Event("import.invitations_asked", IMPORT, "Les personnes d’un fichier d’annuaire ont été invitées"),
)
