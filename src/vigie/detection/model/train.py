"""Training of the production model: documented sample, firm-disjoint bags, calibration, shorter horizons.

Sample: the share of failures is never changed (no resampling). One month in `thinning` is kept for each firm, its place
drawn by the hash of the firm, since twelve months in a row of one firm are not twelve observations; then whole firms,
in the order of their hash, up to `max_rows`.

Bags: each bag is trained without a part of the firms. They stop its boosting, and their rows, judged by the one bag
that never saw them, give the calibration: no row is ever calibrated on by a model that was trained with its firm.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from itertools import combinations
from typing import Any

import numpy as np

from vigie.detection.model import calibrate
from vigie.detection.model.additive import REMEDY_FR, AdditiveModel, ModelRefused, extracted
from vigie.detection.model.columns import Floats, Frame, Integers, ModelFeature, Preparation, raw_column
from vigie.kernel.errors import VigieError

BOUNDED_BY = ("interpret-core", "numpy", "scikit-learn")
HORIZONS = (6, 12)
INTERVAL_Z = 1.645


class TrainingRefused(VigieError):
    """What was given cannot train a model; the message says what is lacking."""


@dataclass(frozen=True)
class Parameters:
    """Everything that shapes a training but the data and the seed; defaults are the production's."""

    max_rows: int = 120_000
    thinning: int = 6
    bags: int = 4
    max_bins: int = 128
    max_pair_bins: int = 24
    pairs: int = 10
    learning_rate: float = 0.04
    max_rounds: int = 3_000
    early_stopping_rounds: int = 60
    min_samples_leaf: int = 10
    max_leaves: int = 3
    smoothing_rounds: int = 40
    greedy_ratio: float = 4.0
    reg_lambda: float = 0.0
    calibration_months: int = 6
    jobs: int = 2


@dataclass(frozen=True)
class TrainedModel:
    """A model with what was learnt around it.

    horizons: months → (slope, offset) on the log-odds at 18 months. held_out: log-odds of the training rows, each from
    the bags that never saw the firm (NaN where none); dealing: which bag saw which firm; neither is stored.
    """

    model: AdditiveModel
    parameters: Parameters
    horizons: Mapping[int, tuple[float, float]]
    calibration_rate: float
    facts: Mapping[str, Any]
    held_out: Floats = field(default_factory=lambda: np.empty(0), compare=False, repr=False)
    dealing: Dealing | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> str:
        """The stored form: one JSON with the model inside."""
        return json.dumps(
            {
                "model": json.loads(self.model.to_json()),
                "parameters": asdict(self.parameters),
                "horizons": {str(months): list(pair) for months, pair in sorted(self.horizons.items())},
                "calibration_rate": self.calibration_rate,
                "facts": dict(self.facts),
            },
            ensure_ascii=False, separators=(",", ":"),
        ) + "\n"  # fmt: skip

    @classmethod
    def from_json(cls, text: str, features: Sequence[str] | None = None) -> TrainedModel:
        """The reverse; refused when altered, or when its features are not those announced."""
        stored = json.loads(text)
        model = AdditiveModel.from_json(json.dumps(stored["model"]))
        if features is not None:
            _check_features([one.code for one in model.preparation.features], features)
        return cls(
            model, Parameters(**stored["parameters"]),
            {int(months): (pair[0], pair[1]) for months, pair in stored["horizons"].items()},
            stored["calibration_rate"], stored["facts"],
        )  # fmt: skip

    def with_forecast(self, forecast_rate: float) -> TrainedModel:
        """The same model for a failure rate expected at the horizon, instead of that of the calibration months."""
        shift = calibrate.prior_shift(forecast_rate, self.calibration_rate)
        return replace(self, model=self.model.with_prior_shift(shift))


def _check_features(stored: Sequence[str], announced: Sequence[str]) -> None:
    lacking, foreign = sorted(set(stored) - set(announced)), sorted(set(announced) - set(stored))
    if lacking or foreign:
        raise ModelRefused(f"modèle : données qui lui manquent {lacking}, inconnues de lui {foreign}. {REMEDY_FR}")


@dataclass(frozen=True)
class Scores:
    """What a list needs, one row per firm.

    p18, p12, p6: calibrated probabilities. low, high: bounds of p18. base: log-odds before the terms.
    by_feature, by_family: signed contributions; base + sum = logit(p18).
    """

    p18: Floats
    p12: Floats
    p6: Floats
    low: Floats
    high: Floats
    base: Floats
    log_odds: Floats
    by_feature: Floats
    by_family: Floats
    features: tuple[str, ...]
    families: tuple[str, ...]


def train(
    frame: Frame,
    labels: Any,
    groups: Any,
    months: Any | None,
    features: Sequence[ModelFeature],
    parameters: Parameters | None = None,
    seed: int = 0,
    months_to_event: Any | None = None,
) -> TrainedModel:
    """Gives the production model.

    labels: 1 failed within the horizon, 0 not, NaN unknown (left out: censored rows are never zeros).
    groups: siren of each row. months: an integer, date or text that orders; None when the table has no time.
    months_to_event: months until the failure, NaN when none is known; gives the probabilities at 6 and 12 months.
    """
    parameters = parameters or Parameters()
    target = np.asarray(labels, dtype=np.float64)
    hashes = group_hashes(np.asarray(groups), seed)
    known = ~np.isnan(target)
    ranks = month_ranks(months, len(target))
    rows = sample_rows(hashes, ranks, known, parameters)
    _check_labels(target[rows])
    part = take(frame, rows, [one.code for one in features], features)
    preparation = Preparation.fit(part, features, target[rows])
    matrix = preparation.matrix(part)
    dealing = Dealing.of(hashes[rows], target[rows], parameters.bags)
    fitted = fit_bags(matrix, target[rows], dealing.signs(hashes[rows]), preparation, parameters, seed)
    facts = _facts(rows, target, parameters, seed, known)
    model = extracted(fitted, preparation, [one.direction for one in features], facts)
    raw = judged_by_others(model.raw_bags(matrix), dealing.unseen(hashes[rows]))
    chosen = _calibration_rows(ranks[rows], parameters) & ~np.isnan(raw)
    fitted_platt = calibrate.platt(raw[chosen], target[rows][chosen])
    model = model.with_calibration(fitted_platt.slope, fitted_platt.offset)
    held_out = np.full(len(target), np.nan)
    held_out[rows] = model.calibrated(raw)
    events = None if months_to_event is None else np.asarray(months_to_event, dtype=np.float64)[rows]
    return TrainedModel(
        model, parameters, horizons(held_out[rows][chosen], None if events is None else events[chosen]),
        float(target[rows][chosen].mean()), facts, held_out, dealing,
    )  # fmt: skip


def score(trained: TrainedModel, frame: Frame) -> Scores:
    """Probabilities, bounds and exact contributions of every row."""
    model = trained.model
    matrix = model.preparation.matrix(frame)
    terms, by_bag = model.looked_up(matrix)
    contributions = model.slope * terms
    by_feature, by_family = model.by_feature(contributions), model.by_family(contributions)
    log_odds = model.base + contributions.sum(axis=1)
    deviation = model.slope * by_bag.std(axis=1, ddof=1 if trained.parameters.bags > 1 else 0)
    p18 = calibrate.sigmoid(log_odds)
    p12 = np.minimum(p18, _shorter(trained, log_odds, 12))
    return Scores(
        p18, p12, np.minimum(p12, _shorter(trained, log_odds, 6)),
        calibrate.sigmoid(log_odds - INTERVAL_Z * deviation), calibrate.sigmoid(log_odds + INTERVAL_Z * deviation),
        np.full(len(log_odds), model.base), log_odds, by_feature, by_family,
        tuple(one.code for one in model.preparation.features), model.families,
    )  # fmt: skip


def judge(trained: TrainedModel, frame: Frame, groups: Any) -> Floats:
    """Calibrated log-odds of each row by the bags that never saw its firm: right after a training, to calibrate."""
    assert trained.dealing is not None
    hashes = group_hashes(np.asarray(groups), int(trained.facts["seed"]))
    by_bag = trained.model.raw_bags(trained.model.preparation.matrix(frame))
    return trained.model.calibrated(judged_by_others(by_bag, trained.dealing.unseen(hashes)))


def recalibrated(trained: TrainedModel, log_odds: Floats, labels: Floats) -> TrainedModel:
    """The same model calibrated anew on judged rows (log-odds as it gives them now); sums stay exact."""
    known = ~np.isnan(log_odds)
    fitted = calibrate.platt(log_odds[known], labels[known])
    model = trained.model
    moved = model.with_calibration(fitted.slope * model.slope, fitted.slope * model.offset + fitted.offset)
    return replace(trained, model=moved, calibration_rate=float(labels[known].mean()))


def _shorter(trained: TrainedModel, log_odds: Floats, months: int) -> Floats:
    slope, offset = trained.horizons.get(months, (1.0, float(np.log(months / 18))))
    return calibrate.sigmoid(slope * log_odds + offset)


def horizons(log_odds: Floats, months_to_event: Floats | None) -> dict[int, tuple[float, float]]:
    """Slope and offset that give the probability of a failure within fewer months from the log-odds at 18."""
    if months_to_event is None:
        return {}
    found = {}
    for months in HORIZONS:
        within = ((months_to_event > 0) & (months_to_event <= months)).astype(np.float64)
        fitted = calibrate.platt(log_odds, within)
        found[months] = (fitted.slope, fitted.offset)
    return found


def group_hashes(groups: Any, seed: int) -> Integers:
    """A number in [0, 2^32) for each row, the same for all rows of a firm, whatever the other firms are."""
    names, inverse = np.unique(np.asarray(groups), return_inverse=True)
    digests = [hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=4).digest() for name in names]
    return np.array([int.from_bytes(one, "big") for one in digests], dtype=np.int64)[inverse]


def month_ranks(months: Any | None, count: int) -> Integers:
    """0, 1, 2… in the order of the months; all 0 when there is no time."""
    if months is None:
        return np.zeros(count, dtype=np.int64)
    return np.unique(np.asarray(months), return_inverse=True)[1].astype(np.int64)


def sample_rows(hashes: Integers, ranks: Integers, known: Any, parameters: Parameters) -> Integers:
    """Positions of the training rows, in the table's order; the share of failures is left as it is."""
    rows = np.flatnonzero(known)
    if len(rows) <= parameters.max_rows:
        return rows
    # Rows that come already thinned pass max_rows by little: they only lose firms.
    if ranks.max() > 0 and len(rows) > 2 * parameters.max_rows:
        rows = rows[(ranks[rows] + hashes[rows]) % parameters.thinning == 0]
    if len(rows) <= parameters.max_rows:
        return rows
    order = np.sort(hashes[rows])
    return rows[hashes[rows] <= order[parameters.max_rows - 1]]


@dataclass(frozen=True)
class Dealing:
    """Which bag never sees which firm. hashes: of the firms of the sample, sorted; parts: the bag that misses each."""

    hashes: Integers
    parts: Integers
    bags: int

    @classmethod
    def of(cls, hashes: Integers, labels: Floats, bags: int) -> Dealing:
        """Deals firms in the order of their hash, those that fail apart, so that each bag misses as many of each."""
        names, inverse = np.unique(hashes, return_inverse=True)
        failing = np.bincount(inverse, labels, minlength=len(names)) > 0
        count = bags if bags > 3 else 5  # with few bags, a bag still misses no more than a fifth
        parts = np.empty(len(names), dtype=np.int64)
        for kind in (False, True):
            chosen = np.flatnonzero(failing == kind)
            parts[chosen] = np.arange(len(chosen)) % count
        return cls(names, parts, bags)

    def unseen(self, hashes: Integers) -> Any:
        """Rows × bags: True where the bag never saw the firm; all bags for a firm out of the sample."""
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        foreign = self.hashes[place] != hashes
        return foreign[:, None] | (self.parts[place][:, None] == np.arange(self.bags)[None, :])

    def signs(self, hashes: Integers) -> Any:
        """What interpret asks for: −1 for the rows a bag must not learn from, 1 for the others."""
        return np.where(self.unseen(hashes), -1, 1).astype(np.int8)


def fit_bags(
    matrix: Floats, labels: Floats, bags: Any, preparation: Preparation, parameters: Parameters, seed: int
) -> Any:
    """interpret's classifier fitted with our bags; its pairs stay inside one family."""
    from interpret.glassbox import ExplainableBoostingClassifier
    from joblib import parallel_config

    features = preparation.features
    crossed = [(i, j) for i, j in combinations(range(len(features)), 2) if features[i].family != features[j].family]
    directions = [one.direction for one in features]
    classifier = ExplainableBoostingClassifier(
        feature_names=[one.code for one in features], feature_types=["continuous"] * len(features),
        max_bins=parameters.max_bins, max_interaction_bins=parameters.max_pair_bins, interactions=parameters.pairs,
        exclude=crossed or None, outer_bags=bags.shape[1], learning_rate=parameters.learning_rate,
        greedy_ratio=parameters.greedy_ratio, smoothing_rounds=parameters.smoothing_rounds,
        interaction_smoothing_rounds=parameters.smoothing_rounds, max_rounds=parameters.max_rounds,
        early_stopping_rounds=parameters.early_stopping_rounds, min_samples_leaf=parameters.min_samples_leaf,
        max_leaves=parameters.max_leaves, reg_lambda=parameters.reg_lambda,
        monotone_constraints=directions if any(directions) else None, n_jobs=parameters.jobs, random_state=seed,
    )  # fmt: skip
    with parallel_config(backend="threading"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Missing values detected")  # our curves show the missing bin
        warnings.filterwarnings("ignore", "All-NaN slice")  # a feature not known yet in the months learnt
        classifier.fit(matrix, labels.astype(np.int64), bags=bags)
    return classifier


def judged_by_others(by_bag: Floats, unseen: Any) -> Floats:
    """Mean score of each row over the bags that never saw its firm; NaN where there is none."""
    count = unseen.sum(axis=1)
    return np.where(count > 0, (by_bag * unseen).sum(axis=1) / np.maximum(count, 1), np.nan)


def _calibration_rows(ranks: Integers, parameters: Parameters) -> Any:
    """Rows of the last months known; all rows when there is no time. Those no bag has left out are not there."""
    last = np.unique(ranks)[-parameters.calibration_months :]
    return np.isin(ranks, last)


def _check_labels(labels: Floats) -> None:
    if len(labels) == 0 or labels.min() == labels.max():
        raise TrainingRefused(
            "l’apprentissage demande des lignes des deux issues. Prenez plus de mois ou d’entreprises."
        )


def _facts(rows: Integers, target: Floats, parameters: Parameters, seed: int, known: Any) -> dict[str, Any]:
    """What a card says of the training."""
    return {
        "rows": len(rows), "rows_known": int(known.sum()), "positives": int(target[rows].sum()),
        "base_rate": round(float(target[rows].mean()), 8), "base_rate_known": round(float(target[known].mean()), 8),
        "seed": seed, "versions": {name: version(name) for name in BOUNDED_BY},
        "parameters": asdict(parameters),
    }  # fmt: skip


def take(frame: Frame, rows: Integers, codes: Sequence[str], features: Sequence[ModelFeature]) -> dict[str, Any]:
    """The columns needed, at some rows."""
    names = [*codes, *(["naf_section"] if any(one.winsorise for one in features) else [])]
    return {name: raw_column(frame, name)[rows] for name in dict.fromkeys(names)}
