"""The jobs of help. Each may be killed and run again."""

from __future__ import annotations

from vigie.journal.jobs import register_job
from vigie.support.actions import purge


def register() -> None:
    """Makes the jobs known to the queue (called once, by apps.py)."""
    register_job(
        "purge_help",
        purge,
        label="Effacer les questions closes ou répondues depuis plus d’un an",
        cron="50 3 * * *",
        rhythm="chaque nuit à 3 h 50",
    )
