"""The failure rate to expect over the next 18 months, from what is known when a list is made: never from later.

The months that a model can learn from are 20 months old: when failures rise or fall since, every probability is wrong
by as much (`detection-model.md` 5.2). The newest months have no outcome at 18 months yet, but they have openings: the
share of firms at risk that failed each month, in the last twelve known and in those that the calibration months looked
at, says by how much the rate has moved. A few events move it little: it is drawn back to no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vigie.detection.model.columns import Floats, Integers

RECENT_MONTHS = 12
FOLLOWED_MONTHS = 12  # each row is followed as long on both sides: the ageing of rows plays no part
HORIZON_MONTHS = 18
EVENTS_OF_DOUBT = 25.0
BOUNDS = (0.5, 2.0)


@dataclass(frozen=True)
class Seen:
    """Firms of the perimeter in bonis at a month, and what came after, as known now.

    firms: any name of each. month: number of the month. to_event, to_closure: months to it, NaN when none is known.
    known: months ahead that are known.
    """

    firms: Any
    month: Integers
    to_event: Floats
    to_closure: Floats
    known: Floats


def numbers(months: Any) -> Integers:
    """Dates as numbers of months."""
    return np.asarray(months).astype("datetime64[M]").astype(np.int64)


def expected_rate(followed: Seen, calibration_months: Integers, calibration_rate: float) -> float:
    """Rate at 18 months now: that of the calibration months, moved as the monthly share of failures has.

    calibration_months: numbers of the months whose rows calibrated the model.
    """
    months, events, exposed = monthly(followed)
    if not len(months) or calibration_rate <= 0:
        return calibration_rate
    looked_at = np.array([np.sum((month > calibration_months) & (month <= calibration_months + HORIZON_MONTHS))
                          for month in months], dtype=np.float64)  # fmt: skip
    seen = exposed > 0
    weights = looked_at * seen
    if weights.sum() == 0:
        return calibration_rate
    former = float((weights * events / np.where(seen, exposed, 1)).sum() / weights.sum())
    last = months > months.max() - RECENT_MONTHS
    if former <= 0:
        return calibration_rate
    doubt = EVENTS_OF_DOUBT * _times_seen(followed, float(exposed[last].mean()))
    recent = (events[last].sum() + doubt) / (exposed[last].sum() + doubt / former)
    low, high = BOUNDS
    return float(calibration_rate * np.clip(recent / former, low, high))


def _times_seen(followed: Seen, exposed: float) -> float:
    """How many rows tell of the same firm and month: that many are one event, not several."""
    rows = followed.month > followed.month.max() - RECENT_MONTHS
    return max(1.0, exposed / len(np.unique(np.asarray(followed.firms)[rows])))


def monthly(followed: Seen) -> tuple[Integers, Floats, Floats]:
    """Calendar months, openings and firms at risk in each, among rows followed for a year at most.

    A firm that closes leaves the risk; a month not known yet has neither.
    """
    if not len(followed.month):
        return np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
    first = int(followed.month.min()) + 1
    length = int(followed.month.max()) + FOLLOWED_MONTHS + 1 - first
    events, exposed = np.zeros(length), np.zeros(length)
    event = np.where(np.isnan(followed.to_event), np.inf, followed.to_event)
    closure = np.where(np.isnan(followed.to_closure), np.inf, followed.to_closure)
    for ahead in range(1, FOLLOWED_MONTHS + 1):
        at_risk = (followed.known >= ahead) & (event >= ahead) & (closure >= ahead)
        places = followed.month + ahead - first
        exposed += np.bincount(places[at_risk], minlength=length)[:length]
        events += np.bincount(places[at_risk & (event == ahead)], minlength=length)[:length]
    kept = exposed > 0
    return np.arange(first, first + length)[kept], events[kept], exposed[kept]
