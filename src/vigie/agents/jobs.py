"""The jobs of habilitations. Each may be killed and run again."""

from __future__ import annotations

from vigie.agents.actions.follows import remind_reviewers
from vigie.agents.actions.late import report_late
from vigie.agents.actions.looks import expire
from vigie.agents.actions.unused import suspend_unreviewed, suspend_unused
from vigie.journal.jobs import register_job


def register() -> None:
    """Makes the jobs known to the queue (called once, by apps.py)."""
    register_job(
        "suspend_unused",
        suspend_unused,
        label="Suspendre les habilitations que personne n’utilise",
        cron="25 0 * * *",
        rhythm="chaque nuit à 0 h 25",
    )
    register_job(
        "suspend_unreviewed",
        suspend_unreviewed,
        label="Suspendre les habilitations que leur administration n’a pas revues",
        cron="30 0 * * *",
        rhythm="chaque nuit à 0 h 30",
    )
    register_job(
        "remind_reviewers",
        remind_reviewers,
        label="Prévenir les responsables de ce qu’ils doivent revoir",
        cron="0 7 * * 1",
        rhythm="le lundi à 7 h",
    )
    register_job(
        "report_late_reviews",
        report_late,
        label="Signaler les habilitations non revues depuis trente jours",
        cron="35 0 * * *",
        rhythm="chaque nuit à 0 h 35",
    )
    register_job(
        "expire_looks",
        expire,
        label="Clore les regards à la place d’un agent dont le temps est passé",
        cron="*/15 * * * *",
        rhythm="tous les quarts d’heure",
    )
