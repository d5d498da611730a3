"""The models that stand beside the production's in every evaluation, on the same rows and the same features.

The reference forest is reproduced as the service runs it (detection-model.md 3.1): depth 9, 100 trees, square root of
the features, failures drawn again up to 35 % of the rows, missing set to zero. Its faults are shown, not mended.
Each challenger gives log-odds; its calibration, where it has one, uses rows judged by models that never saw the firm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from vigie.detection.model import calibrate
from vigie.detection.model.columns import (
    CATEGORY,
    Floats,
    Frame,
    Integers,
    ModelFeature,
    Preparation,
    number_column,
    text_column,
)
from vigie.detection.model.train import (
    Dealing,
    Parameters,
    TrainedModel,
    group_hashes,
    judge,
    judged_by_others,
    month_ranks,
    sample_rows,
    take,
    train,
)

OVERSAMPLED_SHARE = 0.35
BOOSTING_FOLDS = 5
SHRINKING_ROWS = 200.0
DEBT_RATIO = "debt_to_dues_ratio"


@dataclass(frozen=True)
class Learning:
    """What every model may learn from: the same rows for all."""

    frame: Frame
    labels: Floats
    groups: Any
    months: Any | None
    features: tuple[ModelFeature, ...]
    parameters: Parameters
    seed: int


@dataclass(frozen=True)
class Fitted:
    """A model that can score any table.

    judged: log-odds of rows, given their firms, by what never saw them; None when the model cannot tell.
    held_out: judged of the learning rows (NaN for those that were not learnt from).
    """

    log_odds: Callable[[Frame], Floats]
    held_out: Floats | None = None
    judged: Callable[[Frame, Any], Floats] | None = None


@dataclass(frozen=True)
class Challenger:
    """A code, its French name for the report, and how it is fitted."""

    code: str
    label: str
    fit: Callable[[Learning], Fitted]


@dataclass(frozen=True)
class Matrix:
    """The sampled learning rows as the model reads them."""

    preparation: Preparation
    values: Floats
    labels: Floats
    hashes: Integers
    rows: Integers


def learning_matrix(learning: Learning) -> Matrix:
    """The same sample and preparation as the production model's."""
    target = np.asarray(learning.labels, dtype=np.float64)
    hashes = group_hashes(np.asarray(learning.groups), learning.seed)
    ranks = month_ranks(learning.months, len(target))
    rows = sample_rows(hashes, ranks, ~np.isnan(target), learning.parameters)
    part = take(learning.frame, rows, [one.code for one in learning.features], learning.features)
    preparation = Preparation.fit(part, learning.features, target[rows])
    return Matrix(preparation, preparation.matrix(part), target[rows], hashes[rows], rows)


def production(learning: Learning) -> Fitted:
    """The glass box, as the monthly run trains it."""
    trained = train(
        learning.frame, learning.labels, learning.groups, learning.months, learning.features, learning.parameters,
        learning.seed,
    )  # fmt: skip
    return fitted_production(trained)


def fitted_production(trained: TrainedModel) -> Fitted:
    """A trained glass box under the challengers' face."""
    return Fitted(trained.model.log_odds, trained.held_out, lambda frame, groups: judge(trained, frame, groups))


def oversampled(labels: Floats, share: float, seed: int) -> Integers:
    """Positions with failures drawn again, with replacement, until they are `share` of the rows."""
    positives, negatives = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    wanted = round(share / (1 - share) * len(negatives))
    if wanted <= len(positives):
        return np.arange(len(labels))
    random = np.random.Generator(np.random.PCG64(seed))
    drawn = random.choice(positives, size=wanted, replace=True)
    return np.concatenate([negatives, drawn])


def _forest(learning: Learning, share: float | None) -> Fitted:
    from sklearn.ensemble import RandomForestClassifier

    made = learning_matrix(learning)
    rows = np.arange(len(made.labels)) if share is None else oversampled(made.labels, share, learning.seed)
    forest = RandomForestClassifier(
        n_estimators=100, max_depth=9, max_features="sqrt", n_jobs=learning.parameters.jobs,
        random_state=learning.seed,
    )  # fmt: skip
    forest.fit(np.nan_to_num(made.values[rows], nan=0.0), made.labels[rows])

    def log_odds(frame: Frame) -> Floats:
        values = np.nan_to_num(made.preparation.matrix(frame), nan=0.0)
        return np.asarray(calibrate.logit(np.clip(forest.predict_proba(values)[:, 1], 1e-4, 1 - 1e-4)))

    return Fitted(log_odds)


def reference_forest(learning: Learning) -> Fitted:
    """The forest in service since 2024, faithfully: with its oversampling and its zeros."""
    return _forest(learning, OVERSAMPLED_SHARE)


def plain_forest(learning: Learning) -> Fitted:
    """The same forest without oversampling."""
    return _forest(learning, None)


def logistic(learning: Learning) -> Fitted:
    """Logistic regression L2 on signed logarithms, median and indicator of what is missing."""
    from sklearn.linear_model import LogisticRegression

    made = learning_matrix(learning)
    shaped = _LinearShape.fit(made.values, learning.features, made.preparation)
    model = LogisticRegression(C=0.1, max_iter=500).fit(shaped(made.values), made.labels)
    return Fitted(lambda frame: np.asarray(model.decision_function(shaped(made.preparation.matrix(frame)))))


@dataclass(frozen=True)
class _LinearShape:
    """Medians, scales and columns with holes, learnt on training rows."""

    medians: Floats
    means: Floats
    scales: Floats
    holed: Integers
    one_hot: tuple[tuple[int, int], ...]

    @classmethod
    def fit(cls, values: Floats, features: Sequence[ModelFeature], preparation: Preparation) -> _LinearShape:
        logs = np.sign(values) * np.log1p(np.abs(values))
        empty = np.isnan(logs).all(axis=0)
        medians = np.where(empty, 0.0, np.nanmedian(np.where(empty, 0.0, logs), axis=0))
        filled = np.where(np.isnan(logs), medians, logs)
        scales = filled.std(axis=0)
        one_hot = tuple(
            (index, rank)
            for index, one in enumerate(features)
            if one.kind == CATEGORY
            for rank in range(len(preparation.categories[one.code]))
        )
        return cls(
            medians, filled.mean(axis=0), np.where(scales > 0, scales, 1.0),
            np.flatnonzero(np.isnan(values).any(axis=0)), one_hot,
        )  # fmt: skip

    def __call__(self, values: Floats) -> Floats:
        logs = np.sign(values) * np.log1p(np.abs(values))
        filled = (np.where(np.isnan(logs), self.medians, logs) - self.means) / self.scales
        missing = np.isnan(values[:, self.holed]).astype(np.float64)
        ranks = [(values[:, index] == rank).astype(np.float64) for index, rank in self.one_hot]
        return np.column_stack([filled, missing, *ranks])


def boosting_default(learning: Learning) -> Fitted:
    """LightGBM as it comes."""
    made = learning_matrix(learning)
    model = _lightgbm(learning, {}, 100)(made.values, made.labels)
    return Fitted(lambda frame: np.asarray(model.predict(made.preparation.matrix(frame), raw_score=True)))


BOOSTING = {"learning_rate": 0.08, "num_leaves": 8, "max_bin": 63}
BOOSTING_ROUNDS = 600


def boosting_monotone(learning: Learning) -> Fitted:
    """LightGBM on all rows, monotone where the registry says; firm-disjoint folds of it only calibrate and judge."""
    made = learning_matrix(learning)
    dealing = Dealing.of(made.hashes, made.labels, BOOSTING_FOLDS)
    keep = [~unseen for unseen in dealing.unseen(made.hashes).T] + [np.ones(len(made.labels), dtype=bool)]
    fit = _lightgbm(learning, BOOSTING, BOOSTING_ROUNDS)
    with ThreadPoolExecutor(learning.parameters.jobs) as threads:
        *folds, whole = threads.map(lambda rows: fit(made.values[rows], made.labels[rows]), keep)

    def unseen_score(values: Floats, hashes: Integers) -> Floats:
        by_fold = np.column_stack([model.predict(values, raw_score=True) for model in folds])
        return judged_by_others(by_fold, dealing.unseen(hashes))

    raw = unseen_score(made.values, made.hashes)
    calibrated = calibrate.platt(raw, made.labels)
    held_out = np.full(len(learning.labels), np.nan)
    held_out[made.rows] = calibrated(raw)

    def judged(frame: Frame, groups: Any) -> Floats:
        hashes = group_hashes(np.asarray(groups), learning.seed)
        return calibrated(unseen_score(made.preparation.matrix(frame), hashes))

    def log_odds(frame: Frame) -> Floats:
        return calibrated(np.asarray(whole.predict(made.preparation.matrix(frame), raw_score=True)))

    return Fitted(log_odds, held_out, judged)


def _lightgbm(learning: Learning, parameters: dict[str, Any], rounds: int) -> Callable[..., Any]:
    """A function (values, labels) that fits a booster."""
    import lightgbm

    directions = [one.direction for one in learning.features]
    options = {
        "objective": "binary", "verbosity": -1, "seed": learning.seed, "deterministic": True, "force_row_wise": True,
        "num_threads": 1, **parameters,  # its own threads spin when the cores are taken; ours run one fold each
    }  # fmt: skip
    if parameters and any(directions):
        options["monotone_constraints"] = directions

    def fit(values: Floats, labels: Floats) -> Any:
        return lightgbm.train(options, lightgbm.Dataset(values, labels), rounds)

    return fit


def sector_and_size(learning: Learning) -> Fitted:
    """Trivial: the failure rate of the firm's section and size band, shrunk to the mean."""
    target = np.asarray(learning.labels, dtype=np.float64)
    known = ~np.isnan(target)
    mean = float(target[known].mean())
    names = _group_names(learning.frame)
    groups, inverse = np.unique(names[known], return_inverse=True)
    rows = np.bincount(inverse)
    rates = (np.bincount(inverse, target[known]) + SHRINKING_ROWS * mean) / (rows + SHRINKING_ROWS)
    table = {str(group): float(calibrate.logit(rate)) for group, rate in zip(groups, rates, strict=True)}
    usual = float(calibrate.logit(mean))
    return Fitted(lambda frame: np.array([table.get(str(name), usual) for name in _group_names(frame)]))


def _group_names(frame: Frame) -> Any:
    sections, sizes = text_column(frame, "naf_section"), text_column(frame, "size_band")
    return np.char.add(np.char.add(sections, "|"), sizes)


def debt_over_a_month(learning: Learning) -> Fitted:
    """Trivial: « owes Urssaf more than one month of contributions », with the two rates seen in training."""
    target = np.asarray(learning.labels, dtype=np.float64)
    known = ~np.isnan(target)
    flagged = number_column(learning.frame, DEBT_RATIO) > 1.0
    usual = float(target[known].mean())
    rates = [
        (target[known & (flagged == side)].sum() + SHRINKING_ROWS * usual)
        / ((known & (flagged == side)).sum() + SHRINKING_ROWS)
        for side in (False, True)
    ]
    values = np.asarray(calibrate.logit(np.array(rates)))
    return Fitted(lambda frame: values[(number_column(frame, DEBT_RATIO) > 1.0).astype(np.int64)])


def blend(learning: Learning, glass_box: Fitted | None = None, boosted: Fitted | None = None) -> Fitted:
    """The declared blend: mean log-odds of the glass box and of monotone LightGBM, calibrated on rows left out."""
    first = glass_box or production(learning)
    second = boosted or boosting_monotone(learning)
    assert first.held_out is not None
    assert second.held_out is not None
    mean = (first.held_out + second.held_out) / 2
    known = ~np.isnan(mean)
    calibrated = calibrate.platt(mean[known], np.asarray(learning.labels, dtype=np.float64)[known])

    def judged(frame: Frame, groups: Any) -> Floats:
        assert first.judged is not None
        assert second.judged is not None
        return calibrated((first.judged(frame, groups) + second.judged(frame, groups)) / 2)

    return Fitted(
        lambda frame: calibrated((first.log_odds(frame) + second.log_odds(frame)) / 2),
        np.where(known, calibrated(mean), np.nan), judged,
    )  # fmt: skip


CHALLENGERS = (
    Challenger(
        "reference_forest", "Forêt de référence (profondeur 9, 100 arbres, 35 % de défaillances)", reference_forest
    ),
    Challenger("plain_forest", "Même forêt sans suréchantillonnage", plain_forest),
    Challenger("logistic", "Régression logistique", logistic),
    Challenger("boosting_default", "LightGBM par défaut", boosting_default),
    Challenger("boosting_monotone", "LightGBM monotone", boosting_monotone),
)
TRIVIAL = (
    Challenger("sector_and_size", "Règle simple : taux du secteur et de la taille", sector_and_size),
    Challenger("debt_over_a_month", "Règle simple : dette de plus d’un mois de cotisations", debt_over_a_month),
)
PRODUCTION_LABEL = "Modèle additif (production)"
BLEND_LABEL = "Mélange déclaré (additif et LightGBM)"
