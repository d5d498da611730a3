"""The model of the month, trained or reused, and the scores of the month's firms.

A model is trained again when there is none for the present features, when the last one is older than the parameters
allow, or when an operator asks. Thresholds come with the model: chosen on its calibration months, by firms that the
bags judging them had never seen. The list of the month plays no part in any of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.detection import panel, peers, scored, training_set
from vigie.detection.corrections.application import Thresholds as Bounds
from vigie.detection.engine import engine
from vigie.detection.features.registry import available
from vigie.detection.lake import atomic_folder, code_fingerprint, file_hash, fingerprint, read_json, write_json
from vigie.detection.model import calibrate, thresholds
from vigie.detection.model.additive import REMEDY_FR
from vigie.detection.model.columns import model_features
from vigie.detection.model.drift import Reference
from vigie.detection.model.train import Parameters as Training
from vigie.detection.model.train import TrainedModel, month_ranks, score, train
from vigie.detection.monthly import panel_stage
from vigie.detection.monthly.context import Run
from vigie.detection.scored import ScoredMonth
from vigie.detection.steps import PACKAGE, Facts, Step
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month

REFERENCE_MONTHS = 12
MODEL_FILE, FACTS_FILE, REFERENCE_FILE = "model.json", "facts.json", "reference.json"
FEWEST_MONTHS = 12
CODE = ("model", "training_set.py", "target.py", "monthly/model_stage.py")


def model_in_hand(run: Run) -> Facts:
    """The model to score with: `model_id` and what is known of it; trains one when none will do."""
    found = None if run.retrain or _trained_this_month(run) else _reusable(run)
    if found is not None:
        run.record.skipped("train", found)
        return found
    step = Step(
        name="train",
        code=CODE,
        inputs={
            "panel": panel_stage.state_of(run),
            "parameters": run.parameters.facts(),
            "month": str(run.month),
        },
        outputs=(run.lake.models / _model_id(run.month) / FACTS_FILE,),
        work=lambda: _train(run),
    )
    return run.do(step)


def _model_id(month: Month) -> str:
    return f"{month}-ebm-a"


def _trained_this_month(run: Run) -> bool:
    """Whether a model was trained for the month: the step then says if it stands, and no older one comes back."""
    facts = read_json(run.lake.models / _model_id(run.month) / FACTS_FILE)
    return bool(facts) and facts["fitting"] == _fitting(run)


def _reusable(run: Run) -> Facts | None:
    """The newest model of the same features and parameters that is not too old."""
    for folder in sorted(run.lake.models.glob("*-ebm-*"), reverse=True):
        facts = read_json(folder / FACTS_FILE)
        if not facts or Month.parse(facts["month"]) > run.month:
            continue
        young = Month.parse(facts["month"]) > run.month.plus(-run.parameters.retrain_months)
        if young and facts["fitting"] == _fitting(run) and Month.parse(facts["month"]) < run.month:
            return dict(facts)
    return None


def _fitting(run: Run) -> str:
    """What makes a model of another kind: the features, the code and the parameters that shape it."""
    shaping = [run.parameters.training, run.parameters.levels.to_json(), run.parameters.seed, run.parameters.months]
    return fingerprint(panel.version(), shaping, code_fingerprint(*(PACKAGE / place for place in CODE)))


def _train(run: Run) -> Facts:
    features = model_features(available())
    months = training_set.matured(panel_stage.months(run), run.month)
    if len(months) < FEWEST_MONTHS:
        raise CheckFailed(
            str(run.month),
            f"{len(months)} mois ont une issue connue, il en faut {FEWEST_MONTHS}. "
            "Demandez des livraisons qui remontent plus loin.",
        )
    parameters = run.parameters.training
    with engine(temp_directory=run.lake.tmp / "labels") as opened:
        rows = training_set.read(
            opened, panel_stage.folder(run), months, {name: run.rows(name) for name in ("procol", "sirene_histo")},
            [one.code for one in features], known_until=run.month, seed=run.parameters.seed,
            thinning=parameters.thinning if _large(run, len(months), parameters) else 1, max_rows=parameters.max_rows,
        )  # fmt: skip
    trained = train(
        rows.frame, rows.labels, rows.siren, rows.month, features, parameters, run.parameters.seed,
        months_to_event=rows.months_to_event,
    )  # fmt: skip
    chosen = _thresholds(run, trained, rows)
    return _store(run, trained, chosen, rows, months)


def _large(run: Run, count: int, parameters: Training) -> bool:
    firms = pq.read_metadata(panel.month_file(panel_stage.folder(run), run.month)).num_rows
    return firms * count > parameters.max_rows


def _thresholds(run: Run, trained: TrainedModel, rows: training_set.TrainingSet) -> thresholds.Thresholds:
    """Chosen on the calibration months, from the scores of firms unseen by the bags that judged them."""
    ranks = month_ranks(rows.month, len(rows.labels))
    last = np.unique(ranks[~np.isnan(rows.labels)])[-trained.parameters.calibration_months :]
    usable = np.isin(ranks, last) & ~np.isnan(trained.held_out) & ~np.isnan(rows.labels)
    return thresholds.choose(
        run.parameters.levels, calibrate.sigmoid(trained.held_out[usable]), rows.labels[usable]
    )  # fmt: skip


def _store(
    run: Run, trained: TrainedModel, chosen: thresholds.Thresholds, rows: training_set.TrainingSet, months: list[Month]
) -> Facts:
    model_id = _model_id(run.month)
    folder = run.lake.models / model_id
    facts: dict[str, Any] = {
        "model_id": model_id,
        "month": str(run.month),
        "fitting": _fitting(run),
        "training_window": {"first": str(months[0]), "last": str(months[-1])},
        "sample": dict(training_set.facts(rows)),
        "calibration_rate": trained.calibration_rate,
        "thresholds": chosen.to_json(),
        "seed": run.parameters.seed,
    }
    with atomic_folder(folder, run.lake.tmp) as work:
        (work / MODEL_FILE).write_text(trained.to_json(), encoding="utf-8")
        facts["fingerprint"] = file_hash(work / MODEL_FILE)
        newest = _newest_year(rows, months)
        shapes = Reference.of(newest, model_features(available()), trained.model.log_odds(newest))
        write_json(work / REFERENCE_FILE, shapes.to_json())
        write_json(work / FACTS_FILE, facts)
    return facts


def _newest_year(rows: training_set.TrainingSet, months: list[Month]) -> pa.Table:
    """The rows to which later months are compared: the last year of the training.

    The first months of the panel have a short past (no workforce of 24 months before): beside them, every later month
    would look strange, and a warning that always speaks is no warning.
    """
    first = months[-min(REFERENCE_MONTHS, len(months))].first_day
    return rows.frame.filter(pc.greater_equal(rows.frame["month"], first))


def reference(folder: Path) -> Reference | None:
    """What the rows that a model learnt from looked like; None when it was not kept."""
    stored = read_json(folder / REFERENCE_FILE)
    return None if stored is None else Reference.from_json(stored)


def load(folder: Path) -> TrainedModel:
    """The stored model, its hash verified and its features compared with the registry's."""
    facts = read_json(folder / FACTS_FILE)
    if facts is None or file_hash(folder / MODEL_FILE) != facts["fingerprint"]:
        raise CheckFailed(str(folder), f"le fichier du modèle n’est plus celui d’origine. {REMEDY_FR}")
    text = (folder / MODEL_FILE).read_text(encoding="utf-8")
    return TrainedModel.from_json(text, [one.code for one in available()])


def score_month(run: Run, model: Facts) -> Facts:
    """Scores the month's eligible firms and stores them with their contributions."""
    step = Step(
        name="score",
        code=("model", "peers.py", "scored.py", "monthly/model_stage.py"),
        inputs={
            "model": model["fingerprint"],
            "panel": panel_stage.state_of(run),
            "forecast": run.parameters.forecast_rate,
            "thresholds": model["thresholds"],
        },
        outputs=(run.lake.scores(run.month) / "facts.json",),
        work=lambda: _score(run, model),
    )
    return run.do(step)


def _score(run: Run, model: Facts) -> Facts:
    trained = load(run.lake.models / model["model_id"])
    forecast = run.parameters.forecast_rate
    if forecast:
        trained = trained.with_forecast(forecast)
    firms = pq.read_table(panel.month_file(panel_stage.folder(run), run.month))
    firms = firms.filter(pa.array(training_set.eligible(firms)))
    made = peers.centred(score(trained, firms), peers.groups(firms))
    stored = thresholds.Thresholds.from_json(model["thresholds"])
    facts = {
        "model_id": model["model_id"],
        "model_fingerprint": model["fingerprint"],
        "policy": stored.policy.to_json(),
        "expected": dict(stored.expected),
        "expected_rate": forecast or model["calibration_rate"],
    }
    found = ScoredMonth(run.month, firms, made, Bounds(stored.strong, stored.moderate), facts)
    scored.save(found, run.lake.scores(run.month), run.lake.tmp)
    return {"firms": firms.num_rows, "mean_score": round(float(made.p18.mean()), 6) if firms.num_rows else None}
