"""Firms that look like those already accompanied: a need for help, probable; never mixed with the risk of failing.

Accompanied firms are the only ones known: the others are unlabelled, not negative. Two tools: the nearest accompanied
firms inside the same sector and size, on features scaled so that no unit weighs more (median and quartiles), families
counting equally; and, for a probability, a logistic regression corrected as Elkan and Noto do (the probability of being
known is the probability of needing help times a constant, read on accompanied firms held out).

It is judged on firms accompanied *afterwards*: lift among the 50 first of each département.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.columns import CATEGORY, Floats, Frame, Integers, ModelFeature, number_column, text_column
from vigie.detection.model.metrics import top_of_each

NEIGHBOURS = 3
LIMIT = 4.0
CELL = ("naf_section", "size_band")
CHUNK_ROWS = 4_096
HELD_OUT_PARTS = 4
LOWEST_CONSTANT = 0.02


@dataclass(frozen=True)
class Scaling:
    """Medians and spreads of the features, and the weight that makes families equal."""

    features: tuple[ModelFeature, ...]
    medians: Floats
    spreads: Floats
    weights: Floats

    @classmethod
    def fit(cls, frame: Frame, features: Sequence[ModelFeature]) -> Scaling:
        """Learnt on all firms of the month; categories take no part (the cell holds them)."""
        used = tuple(one for one in features if one.kind != CATEGORY)
        medians, spreads = [], []
        for one in used:
            values = number_column(frame, one.code)
            values = values[~np.isnan(values)]
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]) if len(values) else (0.0, 0.0, 1.0)
            spread = high - low if high > low else (float(values.std()) if len(values) else 1.0)
            medians.append(middle)
            spreads.append(spread if spread > 0 else 1.0)
        sizes = {one.family: sum(other.family == one.family for other in used) for one in used}
        weights = np.array([1.0 / np.sqrt(sizes[one.family] * len(sizes)) for one in used])
        return cls(used, np.array(medians), np.array(spreads), weights)

    def __call__(self, frame: Frame) -> Floats:
        """Rows × features, bounded, missing at the median."""
        columns = [
            np.clip((number_column(frame, one.code) - middle) / spread, -LIMIT, LIMIT)
            for one, middle, spread in zip(self.features, self.medians, self.spreads, strict=True)
        ]
        return np.nan_to_num(np.column_stack(columns), nan=0.0) * self.weights


@dataclass(frozen=True)
class Likeness:
    """For each row: positions of the accompanied firms most like it (−1: none), and the distances."""

    nearest: Integers
    distances: Floats


def nearest_accompanied(frame: Frame, accompanied: Any, features: Sequence[ModelFeature]) -> Likeness:
    """The closest accompanied firms of the same section and size band, the firm itself left out.

    accompanied: True for the firms of the frame that are, or were, accompanied.
    """
    scaled = Scaling.fit(frame, features)(frame)
    cells = np.char.add(np.char.add(text_column(frame, CELL[0]), "|"), text_column(frame, CELL[1]))
    known = np.asarray(accompanied, dtype=bool)
    nearest = np.full((len(scaled), NEIGHBOURS), -1, dtype=np.int64)
    distances = np.full((len(scaled), NEIGHBOURS), np.nan)
    for cell in np.unique(cells[known]):
        rows, targets = np.flatnonzero(cells == cell), np.flatnonzero((cells == cell) & known)
        for start in range(0, len(rows), CHUNK_ROWS):
            part = rows[start : start + CHUNK_ROWS]
            gaps = _distances(scaled[part], scaled[targets])
            gaps[part[:, None] == targets[None, :]] = np.inf
            count = min(NEIGHBOURS, len(targets))
            order = np.argsort(gaps, axis=1, kind="stable")[:, :count]
            found = np.take_along_axis(gaps, order, axis=1)
            nearest[part, :count] = np.where(np.isfinite(found), targets[order], -1)
            distances[part, :count] = np.where(np.isfinite(found), found, np.nan)
    return Likeness(nearest, distances)


def _distances(rows: Floats, targets: Floats) -> Floats:
    squares = (rows**2).sum(axis=1)[:, None] + (targets**2).sum(axis=1)[None, :] - 2.0 * rows @ targets.T
    return np.sqrt(np.maximum(squares, 0.0))


def probable_need(frame: Frame, accompanied: Any, features: Sequence[ModelFeature], firms: Any, seed: int) -> Floats:
    """Probability of needing what accompanied firms received (Elkan-Noto); NaN when fewer than 20 are known."""
    from sklearn.linear_model import LogisticRegression

    known = np.asarray(accompanied, dtype=bool)
    if known.sum() < 20:
        return np.full(len(known), np.nan)
    scaled = Scaling.fit(frame, features)(frame)
    held = _parts(firms, seed) == 0
    fitted = LogisticRegression(C=0.1, max_iter=500).fit(scaled[~held], known[~held])
    probability = sigmoid(fitted.decision_function(scaled))
    judges = held & known if (held & known).any() else known
    constant = max(float(probability[judges].mean()), LOWEST_CONSTANT)
    return np.asarray(np.clip(probability / constant, 0.0, 1.0))


def _parts(firms: Any, seed: int) -> Integers:
    digests = [hashlib.blake2b(f"{seed}:{one}".encode(), digest_size=2).digest() for one in np.asarray(firms)]
    return np.array([int.from_bytes(one, "big") % HELD_OUT_PARTS for one in digests])


def future_lift(need: Floats, accompanied_later: Any, already: Any, departements: Any, k: int = 50) -> dict[str, float]:
    """Share of firms accompanied afterwards among the k first of each département, against their share among all.

    Firms already accompanied at the date of the score are left out of both.
    """
    open_rows = ~np.asarray(already, dtype=bool) & ~np.isnan(need)
    later = np.asarray(accompanied_later, dtype=bool)[open_rows]
    chosen = top_of_each(need[open_rows], np.asarray(departements)[open_rows], k)
    rate = float(later.mean()) if len(later) else float("nan")
    found = float(later[chosen].mean()) if chosen.any() else float("nan")
    return {"k": float(k), "base_rate": rate, "rate": found, "lift": found / rate if rate else float("nan")}


def shared_facts(
    scaling: Scaling, scaled: Floats, rows: Integers, others: Integers, count: int = 3, least: float = 0.5
) -> list[list[tuple[ModelFeature, int]]]:
    """For each pair of rows, the features by which both stand out on the same side of the median, strongest first.

    Gives the feature and the side: 1 above, -1 below. least: how many spreads from the median both must be.
    """
    units = np.where(scaling.weights > 0, scaling.weights, 1.0)
    found: list[list[tuple[ModelFeature, int]]] = []
    for start in range(0, len(rows), CHUNK_ROWS):
        one, two = (scaled[part[start : start + CHUNK_ROWS]] / units for part in (rows, others))
        together = np.where(one * two > 0, np.minimum(np.abs(one), np.abs(two)), 0.0)
        order = np.argsort(-together, axis=1, kind="stable")[:, :count]
        for line, best in enumerate(order):
            told = [int(index) for index in best if together[line, index] >= least]
            found.append([(scaling.features[index], 1 if one[line, index] > 0 else -1) for index in told])
    return found
