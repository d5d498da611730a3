"""The jobs of accompagnements, told to the queue. Each may run twice: what was told or erased is not again."""

from __future__ import annotations

from datetime import datetime

from vigie.followup.actions.contacts import purge_contacts
from vigie.followup.actions.drafts import purge_drafts
from vigie.followup.actions.notices import tell_digests, tell_orphans, tell_quiet_files
from vigie.journal.jobs import register_job
from vigie.ui.formats import counted


def digest_files(*, at: datetime) -> str:
    """What others wrote, to each participant."""
    return counted(tell_digests(at), "résumé envoyé", "résumés envoyés")


def remind_quiet_files(*, at: datetime) -> str:
    """Files without news."""
    return counted(tell_quiet_files(at), "accompagnement sans nouvelle", "accompagnements sans nouvelle")


def find_orphan_files(*, at: datetime) -> str:
    """Files without référent."""
    return counted(tell_orphans(at), "accompagnement sans référent", "accompagnements sans référent")


def purge_file_contacts(*, at: datetime) -> str:
    """Contacts of firms whose last file closed three years ago."""
    return counted(purge_contacts(at=at), "contact effacé", "contacts effacés")


def purge_summary_drafts(*, at: datetime) -> str:
    """Drafts that nobody took up again."""
    return counted(purge_drafts(at=at), "brouillon effacé", "brouillons effacés")


def register() -> None:
    """Called once, by apps.py."""
    register_job(
        "digest_files", digest_files, label="Envoyer le résumé du matin, à 7 h là où est chacun", cron="0 * * * *",
        rhythm="chaque heure",
    )  # fmt: skip
    register_job(
        "remind_quiet_files", remind_quiet_files, label="Relancer les accompagnements sans nouvelle",
        cron="30 7 * * 1", rhythm="chaque lundi",
    )  # fmt: skip
    register_job(
        "find_orphan_files", find_orphan_files, label="Signaler les accompagnements sans référent", cron="40 7 * * *",
        rhythm="chaque matin",
    )  # fmt: skip
    register_job(
        "purge_file_contacts", purge_file_contacts, label="Effacer les contacts d’entreprises trois ans après",
        cron="50 3 * * *", rhythm="chaque nuit",
    )  # fmt: skip
    register_job(
        "purge_summary_drafts", purge_summary_drafts, label="Effacer les brouillons de synthèse laissés deux heures",
        cron="20 * * * *", rhythm="chaque heure",
    )  # fmt: skip
