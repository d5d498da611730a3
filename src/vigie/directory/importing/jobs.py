"""The jobs of the files of the address book, told to the queue."""

from __future__ import annotations

from vigie.directory.importing import acts, invitations
from vigie.journal.jobs import register_job


def register() -> None:
    """Called once, by apps.py."""
    register_job(acts.READ_JOB, acts.read_job, label="Lire un fichier d’annuaire")
    register_job(acts.APPLY_JOB, acts.apply_job, label="Appliquer un fichier d’annuaire")
    register_job(invitations.INVITE_JOB, invitations.invite_job, label="Inviter les personnes d’un fichier d’annuaire")
