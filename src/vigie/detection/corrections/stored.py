"""Scenes and cohorts read from the lake: what a dry run starts from.

A cohort is the last month whose outcome is known under the embargo (18 months, and the delay of reporting). It is taken
as the batch scored it in its time; failing that, it is scored by the model in hand, and the reader is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

from vigie.detection import panel, peers, training_set
from vigie.detection.corrections.application import Thresholds
from vigie.detection.corrections.backtest import Cohort
from vigie.detection.corrections.checks import CorrectionRefused
from vigie.detection.corrections.effects import Contributions
from vigie.detection.corrections.simulation import Scene, Texts
from vigie.detection.engine import engine
from vigie.detection.features.registry import available
from vigie.detection.lake import Lake
from vigie.detection.model import thresholds
from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.columns import Floats, text_column
from vigie.detection.model.train import score
from vigie.detection.monthly import model_stage
from vigie.detection.release.history import history
from vigie.detection.scored import ScoredMonth, load
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month

IN_ITS_TIME = "mois noté par le calcul de l’époque."
AFTERWARDS = "mois noté par le modèle d’aujourd’hui, qui a appris sur lui : l’écart se lit, les niveaux sont flatteurs."
NEEDED_SOURCE = "procol"


def scene(lake: Lake, month: Month, publications: Path | None = None) -> Scene:
    """A month as the batch scored it; CheckFailed when it was not. publications: of the list before, for its levels."""
    former = history(publications, month).former if publications is not None else None
    levels = None if former is None else dict(zip(former["siren"], former["level"].astype(str), strict=True))
    return scene_of(load(lake.scores(month)), levels)


def scene_of(scored: ScoredMonth, former: dict[str, str] | None = None) -> Scene:
    """What corrections need of a scored month. former: siren → level of the list before."""
    return _scene(
        scored.month,
        scored.firms,
        scored.contributions,
        scored.scores.log_odds,
        scored.thresholds,
        scored.facts,
        former,
    )


def _scene(
    month: Month, firms: pa.Table, contributions: Contributions, log_odds: Floats, bounds: Thresholds,
    facts: Mapping[str, Any], former: dict[str, str] | None = None,
) -> Scene:  # fmt: skip
    policy = facts.get("policy")
    if policy is None:
        return Scene(month, firms, contributions, log_odds, bounds)
    rule = thresholds.Thresholds(bounds.strong, bounds.moderate, thresholds.Policy.from_json(policy))
    places = text_column(firms, "departement")
    before = None
    if former is not None:
        before = np.array([former.get(one, "none") for one in text_column(firms, "siren")], dtype=np.str_)

    def levels_of(given: Floats) -> Texts:
        found: Texts = thresholds.levels(rule, sigmoid(given), places, before)
        return found

    return Scene(month, firms, contributions, log_odds, bounds, levels_of)


def cohort(lake: Lake, month: Month) -> Cohort:
    """The last month whose outcome is known at ``month``; refused with the reason when there is none."""
    folder = lake.panel / panel.version()
    built = [_month_of(path) for path in sorted(folder.glob("month=*.parquet"))]
    matured = training_set.matured(built, month)
    sources = _sources(lake, month)
    if not built and any(lake.panel.glob("*/month=*.parquet")):
        raise CorrectionRefused("Le panel a été fait par une autre version du calcul : relancez le calcul du mois.")
    if not matured or NEEDED_SOURCE not in sources:
        raise CorrectionRefused("Aucun mois du panel n’a encore une issue connue à 18 mois.")
    scored_then = [one for one in matured if (lake.scores(one) / "facts.json").exists()]
    chosen = max(scored_then or matured)
    codes = [one.code for one in available()]
    # Not under the lake's own tmp/, which the next run empties.
    with TemporaryDirectory() as place, engine(temp_directory=Path(place)) as opened:
        rows = training_set.read(opened, folder, [chosen], sources, codes, known_until=month)
    if scored_then:
        found = load(lake.scores(chosen))
        known = dict(zip(rows.siren, rows.labels, strict=True))
        return Cohort(scene_of(found), np.array([known.get(one, np.nan) for one in found.siren]), IN_ITS_TIME)
    return Cohort(_scored_afterwards(lake, month, chosen, rows.frame), rows.labels, AFTERWARDS)


def _scored_afterwards(lake: Lake, month: Month, chosen: Month, frame: pa.Table) -> Scene:
    """An old month judged by the model of the month in hand, at the thresholds of that month."""
    today = load(lake.scores(month))
    try:
        trained = model_stage.load(lake.models / str(today.facts["model_id"]))
    except (CheckFailed, KeyError, FileNotFoundError):
        raise CorrectionRefused("Le modèle du mois n’est plus dans le lac : relancez le calcul du mois.") from None
    made = peers.centred(score(trained, frame), peers.groups(frame))
    given = Contributions(made.features, made.by_feature, made.families, made.by_family)
    return _scene(chosen, frame, given, made.log_odds, today.thresholds, today.facts)


def _sources(lake: Lake, month: Month) -> dict[str, Path]:
    """The typed rows in hand that tell the outcomes."""
    found = {}
    for name in (NEEDED_SOURCE, "sirene_histo"):
        if folders := lake.deliveries(name, month):
            found[name] = folders[max(folders)] / "rows.parquet"
    return found


def _month_of(path: Path) -> Month:
    return Month.parse(path.stem.removeprefix("month="))
