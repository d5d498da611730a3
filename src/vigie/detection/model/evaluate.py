"""Rolling-origin backtests: at each past month, learn what could then be learnt, judge the month, wait 18 months.

At an origin T: training months end at T − 18 − reporting delay (embargo), with the outcomes known at T; every firm of
the perimeter in bonis at T is judged once, and its outcome is read at T + 18. Two splits: A, as in production (a firm
may have been seen earlier in time); B, firms never seen (one firm in five, by hash, is kept out of the training). Every
model has the same rows and the same features. Nothing is split at random by row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from vigie.detection.model import beside, calibrate, challengers
from vigie.detection.model.beside import Followed, Partner
from vigie.detection.model.challengers import Challenger, Fitted, Learning
from vigie.detection.model.columns import Floats, ModelFeature
from vigie.detection.model.forecast import Seen, expected_rate, numbers
from vigie.detection.model.hazard import person_periods, score_hazard, train_hazard
from vigie.detection.model.metrics import DRAWS
from vigie.detection.model.thresholds import Policy, Thresholds, choose
from vigie.detection.model.train import Parameters, TrainedModel, group_hashes, month_ranks, train
from vigie.kernel.errors import VigieError
from vigie.kernel.period import Month

HORIZON_MONTHS = 18
REPORTING_DELAY_MONTHS = 2
EMBARGO_MONTHS = HORIZON_MONTHS + REPORTING_DELAY_MONTHS
STEP_MONTHS = 6
FEWEST_MONTHS = 6
NEW_FIRM_PARTS = 5
INNER_PARTS = 4
A, B = "A", "B"
COVID = (Month(2020, 3), Month(2021, 12))
WITH_FORECAST, WITH_FORECAST_LABEL = "with_forecast", "Modèle additif, au taux attendu alors"
HAZARD_LABEL = "Variante à risques par période"


class EvaluationRefused(VigieError):
    """The panel cannot be evaluated; the message says what is lacking."""


class Rows(Protocol):
    """Rows of the panel with their outcome (training_set.TrainingSet)."""

    frame: pa.Table
    labels: Floats
    months_to_event: Floats
    months_to_closure: Floats
    known_months: Floats

    @property
    def siren(self) -> Any: ...

    @property
    def month(self) -> Any: ...


class Reader(Protocol):
    """Gives the eligible rows of some months, thinned when asked, with the outcomes known at a month."""

    def __call__(self, months: Sequence[Month], known_until: Month, *, thin: bool) -> Rows: ...


@dataclass(frozen=True)
class Options:
    """origins: how many past months are judged at most. models: codes, empty = all.

    partner: a partner's scores, when they were delivered; partner_weight: their part in the declared mean of log-odds.
    followed: firms → whether they were accompanied, first after a month (None: at any time) and by another.
    """

    seed: int = 0
    origins: int = 4
    draws: int = DRAWS
    splits: tuple[str, ...] = (A, B)
    models: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)
    policy: Policy = field(default_factory=Policy)
    partner: Partner | None = None
    partner_weight: float = 0.5
    followed: Followed | None = None


@dataclass(frozen=True)
class Origin:
    """A month judged: what was learnt, on how many rows; fingerprint: of the firms judged."""

    month: Month
    train_first: Month
    train_last: Month
    rows_learnt: int
    rows_judged: int
    failures: int
    fingerprint: str
    covid: bool


@dataclass
class Judgements:
    """One model on one split: rows of all origins, one after the other."""

    log_odds: list[Floats] = field(default_factory=list)
    strong: list[Any] = field(default_factory=list)
    moderate: list[Any] = field(default_factory=list)

    def joined(self) -> tuple[Floats, Any, Any]:
        """Log-odds, strong, moderate over all origins."""
        return np.concatenate(self.log_odds), np.concatenate(self.strong), np.concatenate(self.moderate)


@dataclass
class Judged:
    """The rows of a split over all origins, and each model's judgement of them."""

    labels: list[Floats] = field(default_factory=list)
    firms: list[Any] = field(default_factory=list)
    context: list[pa.Table] = field(default_factory=list)
    models: dict[str, Judgements] = field(default_factory=dict)


@dataclass
class Backtest:
    """All that was judged; last: the newest origin's production model and its thresholds."""

    origins: list[Origin]
    splits: dict[str, Judged]
    labels_fr: dict[str, str]
    last: tuple[Origin, TrainedModel, Thresholds]


FOLLOWED = "accompanied"
CONTEXT = ("siren", "naf_section", "region", "departement", "size_band", "age_years", "accounts_public", "plan_running")


def origins(months: Sequence[Month], known_until: Month, count: int) -> list[tuple[Month, list[Month]]]:
    """The months to judge, newest first, each with its training months; those with too few are dropped."""
    found = []
    for number in range(count):
        month = known_until.plus(-EMBARGO_MONTHS - STEP_MONTHS * number)
        learnt = [one for one in months if one <= month.plus(-EMBARGO_MONTHS)]
        if month in months and len(learnt) >= FEWEST_MONTHS:
            found.append((month, learnt))
    if not found:
        raise EvaluationRefused(
            f"{len(months)} mois jusqu’à {known_until} : il en faut {2 * EMBARGO_MONTHS + FEWEST_MONTHS} pour rejouer "
            "le passé. Allongez le panel (« months » dans parameters.toml)."
        )
    return found


def backtest(
    read: Reader,
    months: Sequence[Month],
    known_until: Month,
    features: Sequence[ModelFeature],
    options: Options,
    say: Callable[[str], None] = lambda said: None,
) -> Backtest:
    """Judges each origin by each model on each split."""
    judged = {split: Judged() for split in options.splits}
    done: list[Origin] = []
    last: tuple[Origin, TrainedModel, Thresholds] | None = None
    for month, learnt in origins(months, known_until, options.origins):
        test = read([month], known_until, thin=False)
        sample = read(learnt, month, thin=True)
        recent = read([one for one in months if one <= month], month, thin=True)
        before = read([month.plus(-1)], known_until, thin=False)
        done.append(_origin(month, learnt, sample, test))
        for split in options.splits:
            say(f"{month} {split}")
            trained, cut = _judge_split(judged[split], split, sample, recent, test, features, options, say)
            judged[split].context[-1] = _with_followed(judged[split].context[-1], month, options)
            _judge_beside(judged[split], trained, cut, before, month, options)
            if split == options.splits[0] and last is None:
                last = (done[-1], trained, cut)
    assert last is not None
    weighted = f"{beside.LABELS_FR[beside.WITH_PARTNER]} (poids {options.partner_weight:g})".replace(".", ",")
    return Backtest(done, judged, labels_fr() | {beside.WITH_PARTNER: weighted}, last)


def _judge_split(
    target: Judged, split: str, sample: Rows, recent: Rows, test: Rows, features: Sequence[ModelFeature],
    options: Options, say: Callable[[str], None],
) -> tuple[TrainedModel, Thresholds]:  # fmt: skip
    """Every model learns from its side of the firms and judges the other; gives the production's."""
    kept, shown = _sides(split, sample.siren, test.siren, options.seed)
    learning = Learning(
        sample.frame.filter(pa.array(kept)), sample.labels[kept], sample.siren[kept], sample.month[kept],
        tuple(features), options.parameters, options.seed,
    )  # fmt: skip
    frame = test.frame.filter(pa.array(shown))
    target.labels.append(test.labels[shown])
    target.firms.append(test.siren[shown])
    target.context.append(frame.select([name for name in CONTEXT if name in frame.column_names]))
    own: tuple[TrainedModel, Thresholds] | None = None
    then = _sides(split, recent.siren, test.siren, options.seed)[0]
    for code, fitted, cut, trained in _models(learning, options, say):
        if trained is not None:
            own = (trained, cut)
            if not options.models or WITH_FORECAST in options.models:
                expected = _at_the_rate_expected(trained, learning, recent, then).model.log_odds(frame)
                _judge(target.models.setdefault(WITH_FORECAST, Judgements()), expected, cut)
        _judge(target.models.setdefault(code, Judgements()), fitted.log_odds(frame), cut)
    if not options.models or "hazard" in options.models:
        say("hazard")
        log_odds = _hazard(recent, then, features, options)
        cut = _hazard_cut(learning, log_odds)
        _judge(target.models.setdefault("hazard", Judgements()), log_odds(frame), cut)
    assert own is not None
    return own


def _at_the_rate_expected(trained: TrainedModel, learning: Learning, recent: Rows, kept: Any) -> TrainedModel:
    """The production at the failure rate expected from what was known then, and from nothing later."""
    rows = Seen(
        recent.siren[kept], numbers(recent.month[kept]), recent.months_to_event[kept],
        recent.months_to_closure[kept], recent.known_months[kept],
    )  # fmt: skip
    calibration = np.unique(numbers(np.asarray(learning.months)[_calibration_rows(learning)]))
    return trained.with_forecast(expected_rate(rows, calibration, trained.calibration_rate))


def _with_followed(context: pa.Table, month: Month, options: Options) -> pa.Table:
    """Whether each firm judged was accompanied before its outcome: help changes what is measured."""
    if options.followed is None:
        return context
    during = options.followed(context["siren"].to_pylist(), None, month.plus(HORIZON_MONTHS))
    return context.append_column(FOLLOWED, pa.array(during))


def _judge_beside(
    target: Judged, trained: TrainedModel, cut: Thresholds, before: Rows, month: Month, options: Options
) -> None:
    """The former list as it stands, and the production combined with a partner's score."""
    firms, wanted = target.firms[-1], set(options.models) or set(beside.LABELS_FR)
    if beside.PREVIOUS_LIST in wanted:
        former = beside.previous_list(before.siren, trained.model.log_odds(before.frame), firms, cut)
        _judge(target.models.setdefault(beside.PREVIOUS_LIST, Judgements()), former, cut)
    if beside.WITH_PARTNER in wanted and options.partner is not None:
        ours = target.models["production"].log_odds[-1]
        both = beside.combined(ours, options.partner(month, firms), options.partner_weight)
        _judge(target.models.setdefault(beside.WITH_PARTNER, Judgements()), both, cut)


def labels_fr() -> dict[str, str]:
    """French names of the models, production first."""
    return {
        "production": challengers.PRODUCTION_LABEL,
        WITH_FORECAST: WITH_FORECAST_LABEL,
        "hazard": HAZARD_LABEL,
        "blend": challengers.BLEND_LABEL,
        **{one.code: one.label for one in (*challengers.CHALLENGERS, *challengers.TRIVIAL)},
        **beside.LABELS_FR,
    }


def _origin(month: Month, learnt: Sequence[Month], sample: Rows, test: Rows) -> Origin:
    known = ~np.isnan(test.labels)
    names = "\n".join(sorted(str(one) for one in test.siren))
    return Origin(
        month, learnt[0], learnt[-1], len(sample.labels), int(known.sum()), int(np.nansum(test.labels)),
        hashlib.sha256(f"{month}\n{names}".encode()).hexdigest(), touches_crisis(month),
    )  # fmt: skip


def touches_crisis(month: Month) -> bool:
    """Whether the 18 months that follow meet the months when aid kept firms alive: a regime of its own."""
    return month <= COVID[1] and month.plus(HORIZON_MONTHS) >= COVID[0]


def _sides(split: str, learnt: Any, judged: Any, seed: int) -> tuple[Any, Any]:
    """Rows to learn from and rows to judge: B keeps one firm in five for judging only."""
    if split == A:
        return np.ones(len(learnt), dtype=bool), np.ones(len(judged), dtype=bool)
    return (
        group_hashes(learnt, seed + 1) % NEW_FIRM_PARTS != 0,
        group_hashes(judged, seed + 1) % NEW_FIRM_PARTS == 0,
    )


def _judge(into: Judgements, log_odds: Floats, cut: Thresholds) -> None:
    probability = calibrate.sigmoid(log_odds)
    into.log_odds.append(log_odds)
    into.strong.append(probability >= cut.strong)
    into.moderate.append(probability >= cut.moderate)


def _models(
    learning: Learning, options: Options, say: Callable[[str], None]
) -> Iterator[tuple[str, Fitted, Thresholds, TrainedModel | None]]:
    """Each model fitted, with thresholds chosen on calibration rows; the production's stored model beside it."""
    wanted = set(options.models) or set(labels_fr())
    trained = train(
        learning.frame, learning.labels, learning.groups, learning.months, learning.features, learning.parameters,
        learning.seed,
    )  # fmt: skip
    glass_box = challengers.fitted_production(trained)
    yield "production", glass_box, _own_cut(learning, glass_box, options.policy), trained
    if wanted & {"boosting_monotone", "blend"}:
        boosted = challengers.boosting_monotone(learning)
        yield "boosting_monotone", boosted, _own_cut(learning, boosted, options.policy), None
        blended = challengers.blend(learning, glass_box, boosted)
        yield "blend", blended, _own_cut(learning, blended, options.policy), None
    for one in (*challengers.CHALLENGERS, *challengers.TRIVIAL):
        if one.code in wanted and one.code != "boosting_monotone" and _possible(one, learning):
            say(one.code)
            yield one.code, one.fit(learning), _inner_cut(learning, one, options.policy), None


def _possible(one: Challenger, learning: Learning) -> bool:
    """A trivial rule needs its column."""
    return one.code != "debt_over_a_month" or challengers.DEBT_RATIO in learning.frame.column_names  # type: ignore[attr-defined]


def _calibration_rows(learning: Learning) -> Any:
    """Rows with an outcome in the last months of training."""
    known = ~np.isnan(learning.labels)
    ranks = month_ranks(learning.months, len(learning.labels))
    last = np.unique(ranks[known])[-learning.parameters.calibration_months :]
    return known & np.isin(ranks, last)


def _own_cut(learning: Learning, fitted: Fitted, policy: Policy) -> Thresholds:
    """Thresholds from rows judged by bags or folds that never saw the firm."""
    assert fitted.held_out is not None
    rows = _calibration_rows(learning) & ~np.isnan(fitted.held_out)
    return choose(policy, calibrate.sigmoid(fitted.held_out[rows]), learning.labels[rows])


def _inner_cut(learning: Learning, one: Challenger, policy: Policy) -> Thresholds:
    """Thresholds of a baseline from firms that a first fit did not learn from."""
    away = group_hashes(learning.groups, learning.seed + 2) % INNER_PARTS == 0
    first = part_of(learning, ~away)
    chosen = _calibration_rows(learning) & away
    seen = one.fit(first).log_odds(learning.frame.filter(pa.array(chosen)))  # type: ignore[attr-defined]
    return choose(policy, calibrate.sigmoid(seen), learning.labels[chosen])


def part_of(learning: Learning, rows: Any) -> Learning:
    """The same learning on some rows."""
    return Learning(
        learning.frame.filter(pa.array(rows)),  # type: ignore[attr-defined]
        learning.labels[rows], np.asarray(learning.groups)[rows], np.asarray(learning.months)[rows],
        learning.features, learning.parameters, learning.seed,
    )  # fmt: skip


def _hazard(recent: Rows, kept: Any, features: Sequence[ModelFeature], options: Options) -> Callable[[Any], Floats]:
    """Log-odds at 18 months of the hazard variant, which also learns from the last 18 months."""
    frame = recent.frame.filter(pa.array(kept))
    laid = person_periods(recent.months_to_event[kept], recent.months_to_closure[kept], recent.known_months[kept])
    model = train_hazard(
        frame, laid, recent.siren[kept], recent.month[kept], features, options.parameters, options.seed
    )
    return lambda judged: np.asarray(calibrate.logit(score_hazard(model, judged).p18))


def _hazard_cut(learning: Learning, log_odds: Callable[[Any], Floats]) -> Thresholds:
    """Thresholds on the calibration months; the same firms were seen, as they will be in production."""
    rows = _calibration_rows(learning)
    frame = learning.frame.filter(pa.array(rows))  # type: ignore[attr-defined]
    return choose(Policy(), calibrate.sigmoid(log_odds(frame)), learning.labels[rows])
