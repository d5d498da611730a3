"""The job of campaigns, told to the queue. Run twice, it brings a firm back once."""

from __future__ import annotations

from datetime import datetime

from vigie.campaigns.actions.targets import bring_back_due
from vigie.journal.jobs import register_job
from vigie.ui.formats import counted


def bring_back_postponed(*, at: datetime) -> str:
    """Firms whose delay is over."""
    return counted(bring_back_due(at), "entreprise de nouveau à contacter", "entreprises de nouveau à contacter")


def register() -> None:
    """Called once, by apps.py."""
    register_job(
        "bring_back_postponed", bring_back_postponed, label="Remettre à contacter les entreprises reportées à ce jour",
        cron="20 6 * * *", rhythm="chaque matin",
    )  # fmt: skip
