"""The jobs of expert corrections: simulate, put the files in the door, end what is over."""

from __future__ import annotations

from datetime import datetime

from vigie.journal.jobs import Trace, register_job
from vigie.watchlists.actions import correction_runs, corrections


def simulate(*, at: datetime, correction_id: int) -> str:
    """Starts ``vigie-batch correct --dry-run`` for one draft."""
    return correction_runs.start_simulation(correction_id, at=at)


def register() -> None:
    """Called once, when the applications are ready."""
    register_job(corrections.SIMULATE_JOB, simulate, label="Simuler un redressement", trace=Trace.FAILURE)
    register_job(
        corrections.COLLECT_JOB,
        correction_runs.collect_simulations,
        label="Lire les simulations de redressements",
        cron="* * * * *",
        rhythm="chaque minute",
        trace=Trace.FAILURE,
    )
    register_job(
        corrections.EXPORT_JOB,
        correction_runs.export_corrections,
        label="Déposer les redressements pour le calcul",
        cron="30 4 * * *",
        rhythm="chaque jour à 4 h 30",
        trace=Trace.ROW,
    )
    register_job(
        "corrections_expire",
        corrections.expire_due,
        label="Clore les redressements échus",
        cron="15 4 * * *",
        rhythm="chaque jour à 4 h 15",
    )
