"""Scenes and cohorts read from the lake: what a dry run starts from."""

from __future__ import annotations

from pathlib import Path

from vigie.detection.corrections.backtest import HORIZON_MONTHS, Cohort
from vigie.detection.corrections.checks import CorrectionRefused
from vigie.detection.corrections.simulation import Scene
from vigie.detection.lake import Lake
from vigie.detection.scored import ScoredMonth, load
from vigie.kernel.period import Month


def scene(lake: Lake, month: Month, publications: Path | None = None) -> Scene:
    """A month scored by the batch; CheckFailed when it was not."""
    return scene_of(load(lake.scores(month)))


def scene_of(scored: ScoredMonth) -> Scene:
    """What corrections need of a scored month."""
    return Scene(scored.month, scored.firms, scored.contributions, scored.scores.log_odds, scored.thresholds)


def cohort(lake: Lake, month: Month) -> Cohort:
    """The last month whose outcome is known at ``month``; refused with the reason when there is none."""
    raise CorrectionRefused(f"Aucun mois d’avant {month.plus(-HORIZON_MONTHS)} n’a été noté par le calcul.")
