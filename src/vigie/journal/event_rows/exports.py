"""Events of ``exports``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

RECORD = "exports.ExportRecord"

EVENTS = (
    Event("export.asked", RECORD, "Un export a été demandé"),
    Event("export.given", RECORD, "Un export a été remis"),
    Event("export.ready", RECORD, "Un export est prêt", (Message("export_author", "exports/mail/ready"),)),
    Event(
        "export.failed", RECORD, "Un export n’a pas pu être produit", (Message("export_author", "exports/mail/failed"),)
    ),
    Event("export.expired", RECORD, "Un export a expiré, son fichier est effacé"),
)
