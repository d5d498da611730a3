"""What may be done to a file, and when: pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.period import paris_day

REOPEN_DAYS = 30
RESTORE_DAYS = 30
REMINDED_EVERY_DAYS = 30
LOCK_HOURS = 2
SHORTEST_COMMENT = 10
FOR_EVER = timedelta(days=36_500)  # while a file runs, its follow has no foreseen end
CONTACT_YEARS = 3
SKELETON = "**Contexte :**\n\n**Difficultés :**\n\n**Actions :**\n"
REDIRECT_ACTION = "reorientation-externe-codefi"  # code of the action that any redirect adds


def refuse_late_reopening(ended_at: datetime | None, at: datetime) -> None:
    """A completed file is final after thirty days: it goes on as a duplicate."""
    if ended_at is not None and at - ended_at > timedelta(days=REOPEN_DAYS):
        raise Refused(
            "reopen_too_late",
            f"Cet accompagnement est terminé depuis plus de {REOPEN_DAYS}\u00a0jours\u00a0: il ne se rouvre plus. "
            "Dupliquez-le pour continuer.",
        )


def refuse_late_restoring(deleted_at: datetime | None, at: datetime) -> None:
    """A deleted file can be taken back for thirty days."""
    if deleted_at is None or at - deleted_at > timedelta(days=RESTORE_DAYS):
        raise Refused("restore_too_late", f"Un accompagnement se restaure pendant {RESTORE_DAYS}\u00a0jours seulement.")


def refuse_motive(motive: str, comment: str, known: tuple[str, ...], other: str) -> None:
    """R-07: one of the motives, and a few words for « other ». InvalidInput names the field."""
    if motive not in known:
        raise InvalidInput(
            "motive_missing", "Dites pourquoi vous ouvrez les données de cette entreprise.", field="motive"
        )
    if motive == other and len(comment.strip()) < SHORTEST_COMMENT:
        raise InvalidInput(
            "comment_too_short", f"Précisez ce motif en {SHORTEST_COMMENT}\u00a0caractères au moins.", field="comment"
        )


def lock_holds(locked_at: datetime | None, at: datetime) -> bool:
    """Whether a lock of a summary still keeps the others out."""
    return locked_at is not None and at - locked_at < timedelta(hours=LOCK_HOURS)


def refuse_talk_of_tomorrow(talked_on: date | None, at: datetime) -> None:
    """A talk is recorded once it took place."""
    if talked_on is not None and talked_on > paris_day(at):
        raise InvalidInput(
            "talk_in_future", "Cette date est à venir. Indiquez le jour de l’échange.", field="talked_on"
        )
