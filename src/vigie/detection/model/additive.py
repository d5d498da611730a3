"""The glass box: a sum of readable curves and tables, stored as JSON, scored by table look-up.

Training uses interpret's boosting; nothing of it is needed to score. Every bag (a model trained without some firms) is
kept: their spread is the uncertainty, and each firm can be judged by the bags that never saw it.

Log-odds of a row = intercept + Σ terms. Calibration is affine (Platt) so that the sum stays exact: a slope that scales
every term, and an offset in the base.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from vigie.detection.model.columns import CATEGORY, Floats, Frame, Integers, Preparation
from vigie.kernel.errors import VigieError

FORMAT = "vigie-additive/1"
DECIMALS = 12
BAG_DECIMALS = 7
CHUNK_ROWS = 65_536


REMEDY_FR = "Réapprenez-le (run --retrain)."


class ModelRefused(VigieError):
    """A stored model that cannot be used: altered, of another format, or for other features."""


@dataclass(frozen=True)
class Term:
    """A curve of one feature, or a table of two of the same family.

    features: positions in the preparation. scores: by bin, 0 = missing; one axis per feature.
    bags: the same per bag, bags first. weights: training rows per bin.
    """

    name: str
    family: str
    features: tuple[int, ...]
    scores: Floats
    bags: Floats
    weights: Floats


@dataclass(frozen=True)
class AdditiveModel:
    """Preparation, cuts, terms, intercepts, affine calibration and shift of the base rate."""

    preparation: Preparation
    cuts: tuple[Floats, ...]
    pair_cuts: tuple[Floats, ...]
    terms: tuple[Term, ...]
    intercept: float
    bag_intercepts: Floats
    slope: float = 1.0
    offset: float = 0.0
    prior_shift: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def families(self) -> tuple[str, ...]:
        """Families in the order of the features."""
        return tuple(dict.fromkeys(one.family for one in self.preparation.features))

    @property
    def base(self) -> float:
        """Calibrated log-odds of a row whose every term is 0."""
        return self.slope * self.intercept + self.offset + self.prior_shift

    def bins(self, matrix: Floats) -> dict[tuple[int, int], Integers]:
        """Bin of each row, by (feature, 1 for curves or 2 for tables); 0 = missing."""
        wanted = {(index, len(term.features)) for term in self.terms for index in term.features}
        return {
            (index, level): discretise(matrix[:, index], (self.cuts if level == 1 else self.pair_cuts)[index])
            for index, level in sorted(wanted)
        }

    def term_scores(self, matrix: Floats) -> Floats:
        """Uncalibrated contribution of each term, rows × terms: what interpret calls eval_terms."""
        return self.looked_up(matrix, bags=False)[0]

    def raw_bags(self, matrix: Floats) -> Floats:
        """Uncalibrated log-odds by bag, rows × bags."""
        return self.looked_up(matrix, terms=False)[1]

    def looked_up(self, matrix: Floats, *, terms: bool = True, bags: bool = True) -> tuple[Floats, Floats]:
        """term_scores and raw_bags, each value placed in its bin once."""
        count = len(matrix)
        found = np.empty((count if terms else 0, len(self.terms)), order="F")
        by_bag = np.empty((count if bags else 0, len(self.bag_intercepts)))
        tables = [np.moveaxis(term.bags, 0, -1).copy() for term in self.terms] if bags else []
        for start in range(0, count, CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            bins = self.bins(matrix[part])
            places = [_index(term, bins) for term in self.terms]
            if terms:
                for position, term in enumerate(self.terms):
                    found[part, position] = term.scores[places[position]]
            if bags:
                total = np.tile(self.bag_intercepts, (len(matrix[part]), 1))
                for place, table in zip(places, tables, strict=True):
                    total += table[place]
                by_bag[part] = total
        return found, by_bag

    def contributions(self, frame: Frame) -> Floats:
        """Calibrated contribution of each term in log-odds, rows × terms; base + their sum = logit(p)."""
        return self.slope * self.term_scores(self.preparation.matrix(frame))

    def log_odds(self, frame: Frame) -> Floats:
        """Calibrated log-odds of each row."""
        return self.base + self.contributions(frame).sum(axis=1)

    def calibrated(self, raw: Floats) -> Floats:
        """Calibrated log-odds from uncalibrated ones."""
        return self.slope * raw + self.offset + self.prior_shift

    def with_calibration(self, slope: float, offset: float) -> AdditiveModel:
        """The same model, calibrated."""
        return replace(self, slope=float(slope), offset=float(offset))

    def with_prior_shift(self, shift: float) -> AdditiveModel:
        """The same model with the base rate moved, in log-odds."""
        return replace(self, prior_shift=float(shift))

    def by_feature(self, contributions: Floats) -> Floats:
        """Rows × features: each curve to its feature, each table half to each of its two."""
        found = np.zeros((len(contributions), len(self.preparation.features)), order="F")
        for position, term in enumerate(self.terms):
            for index in term.features:
                found[:, index] += contributions[:, position] / len(term.features)
        return found

    def by_family(self, contributions: Floats) -> Floats:
        """Rows × families: the sum of each family's terms."""
        found = np.zeros((len(contributions), len(self.families)), order="F")
        for position, term in enumerate(self.terms):
            found[:, self.families.index(term.family)] += contributions[:, position]
        return found

    def to_json(self) -> str:
        """The stored form, with its own hash; the same model gives the same bytes."""
        content = {
            "format": FORMAT,
            "preparation": self.preparation.to_json(),
            "cuts": [_numbers(one) for one in self.cuts],
            "pair_cuts": [_numbers(one) for one in self.pair_cuts],
            "intercept": self.intercept,
            "bag_intercepts": _numbers(self.bag_intercepts),
            "slope": self.slope,
            "offset": self.offset,
            "prior_shift": self.prior_shift,
            "facts": dict(self.facts),
            "terms": [_stored_term(term) for term in self.terms],
        }
        content["sha256"] = _digest(content)
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str) -> AdditiveModel:
        """The reverse of to_json; an altered or foreign file is refused."""
        stored = json.loads(text)
        if stored.get("format") != FORMAT:
            raise ModelRefused(f"modèle : format « {stored.get('format')} », pas « {FORMAT} ». {REMEDY_FR}")
        if stored.pop("sha256", None) != _digest(stored):
            raise ModelRefused(f"modèle : son contenu n’est pas celui de son empreinte. {REMEDY_FR}")
        return cls(
            Preparation.from_json(stored["preparation"]),
            tuple(np.array(one, dtype=np.float64) for one in stored["cuts"]),
            tuple(np.array(one, dtype=np.float64) for one in stored["pair_cuts"]),
            tuple(_read_term(one) for one in stored["terms"]),
            stored["intercept"], np.array(stored["bag_intercepts"]), stored["slope"], stored["offset"],
            stored["prior_shift"], stored["facts"],
        )  # fmt: skip

    def curve(self, code: str) -> tuple[list[float | str], list[float], float]:
        """A feature's curve for a reader: cuts (or categories), calibrated score by bin, score when missing."""
        index = [one.code for one in self.preparation.features].index(code)
        term = next(one for one in self.terms if one.features == (index,))
        scores = [float(self.slope * value) for value in term.scores]
        feature = self.preparation.features[index]
        if feature.kind == CATEGORY:
            names = self.preparation.categories[code]
            bins = discretise(np.arange(len(names), dtype=np.float64), self.cuts[index])
            return list(names), [scores[i] for i in bins], scores[0]
        return [float(cut) for cut in self.cuts[index]], scores[1:], scores[0]


def discretise(column: Floats, cuts: Floats) -> Integers:
    """Bin of each value: 0 missing, 1 below the first cut; a value on a cut goes up."""
    found = np.searchsorted(cuts, column, side="right") + 1
    found[np.isnan(column)] = 0
    return found


def _index(term: Term, bins: Mapping[tuple[int, int], Integers]) -> tuple[Integers, ...]:
    return tuple(bins[(index, len(term.features))] for index in term.features)


def _numbers(values: Floats, decimals: int = DECIMALS) -> list[Any]:
    """Rounded values as JSON numbers; -0.0 becomes 0.0."""
    listed: list[Any] = (np.round(values, decimals) + 0.0).tolist()
    return listed


def _stored_term(term: Term) -> dict[str, Any]:
    return {
        "name": term.name, "family": term.family, "features": list(term.features), "scores": _numbers(term.scores),
        "bags": _numbers(term.bags, BAG_DECIMALS), "weights": _numbers(term.weights, 0),
    }  # fmt: skip


def _read_term(stored: Mapping[str, Any]) -> Term:
    return Term(
        stored["name"], stored["family"], tuple(stored["features"]), np.array(stored["scores"], dtype=np.float64),
        np.array(stored["bags"], dtype=np.float64), np.array(stored["weights"], dtype=np.float64),
    )  # fmt: skip


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def extracted(
    fitted: Any, preparation: Preparation, directions: Sequence[int], facts: Mapping[str, Any]
) -> AdditiveModel:
    """The store made from interpret's classifier, its curves made monotone where a direction is asked."""
    cuts = tuple(np.asarray(levels[0], dtype=np.float64) for levels in fitted.bins_)
    pair_cuts = tuple(np.asarray(levels[-1], dtype=np.float64) for levels in fitted.bins_)
    bags = len(fitted.bagged_intercept_)
    terms = []
    for position, indices in enumerate(fitted.term_features_):
        inner = tuple(slice(0, -1) for _ in indices)  # the last bin is interpret's « unseen »: we have none
        features = tuple(int(index) for index in indices)
        scores = np.array(fitted.term_scores_[position], dtype=np.float64)[inner]
        bagged = np.array(fitted.bagged_scores_[position], dtype=np.float64)[(slice(None), *inner)]
        weights = np.array(fitted.bin_weights_[position], dtype=np.float64)[inner]
        if len(features) == 1 and directions[features[0]]:
            scores = monotone(scores, weights, directions[features[0]])
            bagged = np.stack([monotone(bagged[bag], weights, directions[features[0]]) for bag in range(bags)])
        codes = [preparation.features[index] for index in features]
        terms.append(
            Term(
                " × ".join(one.code for one in codes),
                codes[0].family,
                features,
                np.round(scores, DECIMALS),
                np.round(bagged, BAG_DECIMALS),
                weights,
            )
        )
    return AdditiveModel(
        preparation, cuts, pair_cuts, tuple(terms), round(float(np.ravel(fitted.intercept_)[0]), DECIMALS),
        np.round(np.asarray(fitted.bagged_intercept_, dtype=np.float64).ravel(), DECIMALS), facts=facts,
    )  # fmt: skip


def monotone(scores: Floats, weights: Floats, direction: int) -> Floats:
    """The nearest monotone curve (pool adjacent violators, weighted by rows); the missing bin is left alone."""
    from sklearn.isotonic import IsotonicRegression

    found = scores.copy()
    curve = scores[1:]
    steps = np.diff(curve) * direction
    if len(curve) > 1 and (steps < 0).any():
        regression = IsotonicRegression(increasing=direction > 0)
        found[1:] = regression.fit_transform(np.arange(len(curve)), curve, sample_weight=weights[1:] + 1e-9)
    return found
