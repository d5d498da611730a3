"""The jobs of the audit. Each may be killed and run again: a day or a week is written once."""

from __future__ import annotations

from datetime import datetime

from vigie.audit import actions
from vigie.journal.jobs import register_job
from vigie.ui.formats import counted


def close_audit_day(*, at: datetime) -> str:
    """Verifies the chain and sends its head to the auditors."""
    head = actions.close_day(at)
    return (
        f"FAUTE\u00a0: {head.fault}" if head.fault else f"{counted(head.links, 'trace vérifiée', 'traces vérifiées')}"
    )


def report_audit_anomalies(*, at: datetime) -> str:
    """What was out of the ordinary in the week."""
    return counted(len(actions.report_anomalies(at).findings), "signal", "signaux")


def register() -> None:
    """Makes the jobs known to the queue (called once, by apps.py)."""
    register_job(
        "close_audit_day",
        close_audit_day,
        label="Vérifier la chaîne de l’audit et envoyer sa tête aux auditeurs",
        cron="20 0 * * *",
        rhythm="chaque nuit à 0 h 20",
    )
    register_job(
        "report_audit_anomalies",
        report_audit_anomalies,
        label="Relever les accès qui sortent de l’ordinaire",
        cron="0 6 * * 1",
        rhythm="le lundi à 6 h",
    )
