"""The discrete-time variant: when, not only whether; it learns from the last 18 months that the classifier must leave.

Each row is laid out as one row per period still to come (months 1-3, 4-6, 7-12, 13-18) in which the firm is at risk and
whose end is known. The glass box learns the probability of failing in the period. A closure without failure is a
competing event: it ends the follow-up, and the probability at 18 months counts that a closed firm no longer fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.columns import Floats, Frame, ModelFeature, raw_column
from vigie.detection.model.train import Parameters, TrainedModel, take, train

PERIODS = ((1, 3), (4, 6), (7, 12), (13, 18))
PERIOD_FEATURE = ModelFeature("period", "horizon", label="Période à venir")


@dataclass(frozen=True)
class PersonPeriods:
    """rows: position of the firm-month. period: which of PERIODS. failed, closed: what happened in it."""

    rows: Any
    period: Any
    failed: Floats
    closed: Floats


@dataclass(frozen=True)
class HazardModel:
    """The glass box of hazards, and the closure rate of each period."""

    trained: TrainedModel
    closure: tuple[float, ...]


@dataclass(frozen=True)
class HazardScores:
    """Probability of failing within 6, 12 and 18 months."""

    p6: Floats
    p12: Floats
    p18: Floats


def person_periods(months_to_event: Any, months_to_closure: Any, months_known: Any) -> PersonPeriods:
    """Lays firm-months out by period.

    months_to_event, months_to_closure: months from the row to each, NaN when none is known; months_known: how many
    months after the row are known. A period counts once it is known to its end, and then for all: counting before only
    the firms to which something happened would make failing in the last months look certain.
    """
    event, closure, known = (
        np.asarray(one, dtype=np.float64) for one in (months_to_event, months_to_closure, months_known)
    )
    event = np.where(np.isnan(event) | (event <= 0) | (event > known), np.inf, event)
    closure = np.where(np.isnan(closure) | (closure <= 0) | (closure > known), np.inf, closure)
    parts = []
    for index, (first, last) in enumerate(PERIODS):
        ended = np.minimum(event, closure)
        failed = (event >= first) & (event <= last) & (event <= closure)
        closed = (closure >= first) & (closure <= last) & ~failed
        at_risk = (ended >= first) & (known >= last)
        rows = np.flatnonzero(at_risk)
        parts.append((rows, np.full(len(rows), index), failed[rows], closed[rows]))
    rows, period, failed, closed = (np.concatenate(column) for column in zip(*parts, strict=True))
    return PersonPeriods(rows, period, failed.astype(np.float64), closed.astype(np.float64))


def train_hazard(
    frame: Frame,
    laid: PersonPeriods,
    groups: Any,
    months: Any,
    features: Sequence[ModelFeature],
    parameters: Parameters | None = None,
    seed: int = 0,
) -> HazardModel:
    """Gives the hazard model; rows of firms that closed in a period count as not failed in it."""
    usual = parameters or Parameters()
    # A firm-month makes up to four rows: they are not thinned again, whole firms are left out instead. The last months
    # only have short periods: the level is set on enough months for every period to be among them.
    shaped = replace(
        usual,
        thinning=1,
        max_rows=2 * usual.max_rows,
        calibration_months=usual.calibration_months + PERIODS[-1][1] - PERIODS[0][1],
    )
    everything = (*features, PERIOD_FEATURE)
    stacked = take(frame, laid.rows, [one.code for one in features], features)
    stacked[PERIOD_FEATURE.code] = laid.period.astype(np.float64)
    trained = train(
        stacked, laid.failed, np.asarray(groups)[laid.rows], np.asarray(months)[laid.rows], everything, shaped, seed
    )
    closure = tuple(_share(laid.closed[laid.period == index]) for index in range(len(PERIODS)))
    return HazardModel(replace(trained, held_out=np.empty(0)), closure)


def _share(values: Floats) -> float:
    return round(float(values.mean()), 12) if len(values) else 0.0


def score_hazard(hazard: HazardModel, frame: Frame) -> HazardScores:
    """Cumulative incidence of failure at the end of periods 2, 3 and 4."""
    features = [one for one in hazard.trained.model.preparation.features if one.code != PERIOD_FEATURE.code]
    columns = {one.code: raw_column(frame, one.code) for one in features}
    if any(one.winsorise for one in features):
        columns["naf_section"] = raw_column(frame, "naf_section")
    count = len(next(iter(columns.values())))
    alive, failed, found = np.ones(count), np.zeros(count), []
    for index, closure in enumerate(hazard.closure):
        log_odds = hazard.trained.model.log_odds({**columns, PERIOD_FEATURE.code: np.full(count, float(index))})
        rate = sigmoid(log_odds)
        failed = failed + alive * rate
        alive = alive * np.clip(1.0 - rate - closure, 0.0, 1.0)
        found.append(failed)
    return HazardScores(found[1], found[2], found[3])
