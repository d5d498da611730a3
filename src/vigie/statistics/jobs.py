"""The jobs of the statistics. Each may be killed and run again: a month is written whole or not at all."""

from __future__ import annotations

from datetime import datetime

from vigie.journal.jobs import Trace, register_job
from vigie.statistics import actions, actions_followups, actions_use
from vigie.ui.formats import counted, percent


def count_statistics(*, at: datetime) -> str:
    """Counts every month again, and records the coverage of the day."""
    months = actions.count_again(at)
    available, pairs = actions.record_coverage(at)
    covered = f", couverture {percent(available / pairs)}" if pairs else ""
    return f"{counted(months, 'mois compté', 'mois comptés')}{covered}"


def refresh_statistics(*, at: datetime) -> str:
    """Counts again the months touched since the last time."""
    return counted(actions.count_touched(at), "mois recompté", "mois recomptés")


def count_usage(*, at: datetime) -> str:
    """Counts what agents did in the month in course and the one before, and forgets old answers of pages."""
    return counted(actions_use.count_usage(at), "compte d’usage", "comptes d’usage")


def count_followups(*, at: datetime) -> str:
    """Counts the accompagnements of the month in course, of the one before, and of those never counted."""
    return counted(actions_followups.count_followups(at), "mois compté", "mois comptés")


def count_impact(*, at: datetime) -> str:
    """Counts what was done with each list of the last twenty months, and what became of its firms."""
    return counted(actions_use.count_impact(at), "liste comptée", "listes comptées")


def register() -> None:
    """Makes the jobs known to the queue (called once, by apps.py)."""
    register_job(
        "count_statistics",
        count_statistics,
        label="Compter les statistiques publiques et relever la couverture",
        cron="10 3 * * *",
        rhythm="chaque nuit",
    )
    register_job(
        "refresh_statistics",
        refresh_statistics,
        label="Tenir les statistiques à jour des derniers changements",
        cron="*/15 * * * *",
        rhythm="tous les quarts d’heure",
        trace=Trace.ROW,
    )
    register_job(
        "count_usage",
        count_usage,
        label="Compter les usages des partenaires",
        cron="40 3 * * *",
        rhythm="chaque nuit à 3 h 40",
    )
    register_job(
        "count_followups",
        count_followups,
        label="Compter les accompagnements ouverts, en cours et terminés",
        cron="45 3 * * *",
        rhythm="chaque nuit à 3 h 45",
    )
    register_job(
        "count_impact",
        count_impact,
        label="Compter ce que deviennent les entreprises détectées",
        cron="50 3 * * *",
        rhythm="chaque nuit à 3 h 50",
    )
