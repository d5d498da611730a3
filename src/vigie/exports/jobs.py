"""The jobs of exports, told to the queue."""

from __future__ import annotations

from vigie.exports import background
from vigie.exports.actions import PRODUCE_JOB
from vigie.journal.jobs import Trace, register_job

LONGEST_S = 30 * 60  # far beyond the largest; the lease says earlier that a maker is gone


def register() -> None:
    """Called once, by apps.py."""
    register_job(PRODUCE_JOB, background.produce, label="Préparer un export", trace=Trace.ROW, timeout_s=LONGEST_S)
    register_job(
        "resume_exports",
        background.resume,
        label="Reprendre les exports interrompus",
        cron="* * * * *",
        rhythm="chaque minute",
        trace=Trace.ROW,
    )
    register_job(
        "expire_exports",
        background.expire,
        label="Effacer les exports expirés",
        cron="5 * * * *",
        rhythm="chaque heure",
        trace=Trace.ROW,
    )
