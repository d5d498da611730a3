"""The jobs of the files of the address book, told to the queue."""

from __future__ import annotations

from vigie.directory.importing import acts, invitations
from vigie.journal.jobs import Trace, register_job


def register() -> None:
    """Called once, by apps.py."""
    longest = int(acts.LONGEST.total_seconds())
    register_job(acts.READ_JOB, acts.read_job, label="Lire un fichier d’annuaire", timeout_s=longest)
    register_job(acts.APPLY_JOB, acts.apply_job, label="Appliquer un fichier d’annuaire", timeout_s=longest)
    register_job(
        "resume_directory_imports",
        acts.resume,
        label="Reprendre les fichiers d’annuaire interrompus",
        cron="*/10 * * * *",
        rhythm="toutes les dix minutes",
        trace=Trace.ROW,
    )
    register_job(invitations.INVITE_JOB, invitations.invite_job, label="Inviter les personnes d’un fichier d’annuaire")
