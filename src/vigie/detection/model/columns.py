"""From the columns of a table to the matrix a model reads, and back to what a person may check.

A missing value stays missing (NaN): it is never set to 0. Categories become ranks in the order of the failure rate seen
in training, so that one machinery serves numbers and categories. Ratios are winsorised at percentiles fitted by NAF
section, on training rows only, and the bounds are stored with the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NUMBER, FLAG, CATEGORY = "number", "flag", "category"
SECTION = "naf_section"
OTHER = "(autre)"
CATEGORY_MIN_ROWS = 30
CATEGORY_PRIOR_ROWS = 50.0
WINSOR_MIN_ROWS = 400
WINSORISED_UNITS = ("ratio", "percent")
WINSOR_SHARES = (0.005, 0.995)


class Frame(Protocol):
    """Anything that gives a column by its name: a dict of arrays, a pandas frame, an Arrow table."""

    def __getitem__(self, name: str) -> Any: ...


@dataclass(frozen=True)
class ModelFeature:
    """What the model must know of a feature; the registry says the rest.

    direction: +1 when more means more risk, -1 when more means less, 0 when the data decide.
    winsorise: clip at the fitted percentiles of the NAF section (ratios).
    """

    code: str
    family: str
    kind: str = NUMBER
    direction: int = 0
    unit: str = ""
    confidentiality: str = "public"
    label: str = ""
    winsorise: bool = False

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "code": self.code, "family": self.family, "kind": self.kind, "direction": self.direction,
            "unit": self.unit, "confidentiality": self.confidentiality, "label": self.label,
            "winsorise": self.winsorise,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ModelFeature:
        """The reverse of to_json."""
        return cls(**stored)


def model_features(registry: Sequence[Any]) -> tuple[ModelFeature, ...]:
    """The registry's features that a delivered source can feed, as the model sees them."""
    return tuple(
        ModelFeature(
            code=one.code, family=one.family, kind=one.kind, direction=int(one.direction), unit=one.unit,
            confidentiality=one.confidentiality, label=one.label_fr,
            winsorise=one.unit in WINSORISED_UNITS and one.kind == NUMBER,
        )
        for one in registry
        if one.available
    )  # fmt: skip


def raw_column(frame: Frame, name: str) -> NDArray[Any]:
    """One column as a numpy array, whatever the table's library."""
    column = frame[name]
    if hasattr(column, "to_numpy"):
        try:
            return np.asarray(column.to_numpy())
        except TypeError:  # an Arrow array that refuses to copy unless asked
            return np.asarray(column.to_numpy(zero_copy_only=False))
    return np.asarray(column)


def number_column(frame: Frame, name: str) -> Floats:
    """One column as float64; missing, infinite and None become NaN."""
    values = raw_column(frame, name)
    if values.dtype == object:
        values = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    numbers = values.astype(np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def text_column(frame: Frame, name: str) -> NDArray[np.str_]:
    """One column as text; missing becomes the empty text."""
    values = raw_column(frame, name)
    if values.dtype.kind == "U":
        return values
    if values.dtype.kind == "f":
        return np.array(["" if np.isnan(value) else f"{value:g}" for value in values])
    return np.array(["" if value is None or value != value else str(value) for value in values], dtype=np.str_)


@dataclass
class Preparation:
    """What was learnt from training rows before the model: categories' order and winsorising bounds."""

    features: tuple[ModelFeature, ...]
    categories: dict[str, list[str]] = field(default_factory=dict)
    bounds: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)

    @classmethod
    def fit(cls, frame: Frame, features: Sequence[ModelFeature], labels: Floats) -> Preparation:
        """Learns from training rows only (defect L9: nothing is fitted on rows that will judge)."""
        made = cls(tuple(features))
        sections = text_column(frame, SECTION) if any(one.winsorise for one in features) else None
        for one in features:
            if one.kind == CATEGORY:
                made.categories[one.code] = _ordered_categories(text_column(frame, one.code), labels)
            elif one.winsorise and sections is not None:
                made.bounds[one.code] = _bounds(number_column(frame, one.code), sections)
        return made

    def matrix(self, frame: Frame) -> Floats:
        """Rows × features, float64, NaN where missing, columns contiguous."""
        columns = [self.column(frame, one) for one in self.features]
        matrix = np.empty((len(columns[0]), len(columns)), dtype=np.float64, order="F")
        sections = self._section_index(frame)
        for index, (one, column) in enumerate(zip(self.features, columns, strict=True)):
            matrix[:, index] = self._clipped(one.code, column, sections)
        return matrix

    def column(self, frame: Frame, feature: ModelFeature) -> Floats:
        """One feature as numbers, before winsorising; categories give their rank."""
        if feature.kind != CATEGORY:
            return number_column(frame, feature.code)
        values = text_column(frame, feature.code)
        known = self.categories[feature.code]
        names, inverse = np.unique(values, return_inverse=True)
        ranks = {name: float(rank) for rank, name in enumerate(known)}
        other = ranks.get(OTHER, np.nan)
        return np.array([np.nan if name == "" else ranks.get(name, other) for name in names])[inverse]

    def _section_index(self, frame: Frame) -> tuple[list[str], Integers] | None:
        if not self.bounds:
            return None
        names, inverse = np.unique(text_column(frame, SECTION), return_inverse=True)
        return list(names), inverse.astype(np.int64)

    def _clipped(self, code: str, column: Floats, sections: tuple[list[str], Integers] | None) -> Floats:
        if code not in self.bounds or sections is None:
            return column
        bounds = self.bounds[code]
        pairs = np.array([bounds.get(name, bounds[""]) for name in sections[0]])
        return np.clip(column, pairs[:, 0][sections[1]], pairs[:, 1][sections[1]])

    def to_json(self) -> dict[str, Any]:
        """The stored form, readable."""
        return {
            "features": [one.to_json() for one in self.features],
            "categories": self.categories,
            "bounds": {code: {name: list(pair) for name, pair in by.items()} for code, by in self.bounds.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Preparation:
        """The reverse of to_json."""
        return cls(
            tuple(ModelFeature.from_json(one) for one in stored["features"]),
            {code: list(names) for code, names in stored["categories"].items()},
            {code: {name: (pair[0], pair[1]) for name, pair in by.items()} for code, by in stored["bounds"].items()},
        )


def _ordered_categories(values: NDArray[np.str_], labels: Floats) -> list[str]:
    """Categories from the lowest failure rate to the highest (shrunk to the mean); the rare ones together."""
    names, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean = float(labels.mean())
    grouped = np.array(
        [name if count >= CATEGORY_MIN_ROWS or name == "" else OTHER for name, count in zip(names, counts, strict=True)]
    )
    names, again = np.unique(grouped, return_inverse=True)
    index = again[inverse]
    counts = np.bincount(index, minlength=len(names))
    rates = (np.bincount(index, labels, minlength=len(names)) + CATEGORY_PRIOR_ROWS * mean) / (
        counts + CATEGORY_PRIOR_ROWS
    )
    order = sorted(range(len(names)), key=lambda i: (rates[i], str(names[i])))
    return [str(names[i]) for i in order if names[i] != ""]


def _bounds(column: Floats, sections: NDArray[np.str_]) -> dict[str, tuple[float, float]]:
    """0.5 and 99.5 percentiles by section; "" is the bound of all, used where a section has too few rows."""
    known = ~np.isnan(column)
    found = {"": _percentiles(column[known])}
    for name in np.unique(sections[known]):
        values = column[known & (sections == name)]
        if name != "" and len(values) >= WINSOR_MIN_ROWS:
            found[str(name)] = _percentiles(values)
    return found


def _percentiles(values: Floats) -> tuple[float, float]:
    if len(values) == 0:
        return (0.0, 0.0)
    low, high = np.quantile(values, WINSOR_SHARES)
    return (float(low), float(high))
