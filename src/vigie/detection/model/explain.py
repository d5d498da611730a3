"""What reasons are made of: how many are told, which features weigh most, and how values are written in French.

The sentences are those of the topics (`release/topics.py`); who may read a fact is decided where it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from vigie.detection.model.columns import CATEGORY, Floats, Frame, Integers, ModelFeature, number_column, text_column

AGGRAVATING, REASSURING = 3, 2
SMALLEST = 0.05
NBSP = "\u00a0"
THIN = "\u202f"

MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def select(by_feature: Floats, smallest: float = SMALLEST) -> Integers:
    """Rows × 5: positions of the 3 most aggravating features, then of the 2 most reassuring; −1 where there is none."""
    found = np.full((len(by_feature), AGGRAVATING + REASSURING), -1, dtype=np.int64)
    width = by_feature.shape[1]
    rows = np.ascontiguousarray(by_feature)
    for sign, count, start in ((-1.0, AGGRAVATING, 0), (1.0, REASSURING, AGGRAVATING)):
        count = min(count, width)
        keyed = sign * rows
        near = np.argpartition(keyed, count - 1, axis=1)[:, :count]
        weights = np.take_along_axis(keyed, near, axis=1)
        order = np.lexsort((near, weights), axis=1)
        near, weights = np.take_along_axis(near, order, axis=1), np.take_along_axis(weights, order, axis=1)
        found[:, start : start + count] = np.where(weights <= -smallest, near, -1)
    return found


def raw_values(frame: Frame, features: Sequence[ModelFeature]) -> list[Any]:
    """The values as delivered, feature by feature: what a person reads is not the winsorised number."""
    return [
        text_column(frame, one.code) if one.kind == CATEGORY else number_column(frame, one.code) for one in features
    ]


def figure(value: float, decimals: int = 0) -> str:
    """A number with narrow spaces by thousands and a decimal comma; no useless zero, a true minus sign."""
    text = f"{abs(value):,.{decimals}f}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    said = whole.replace(",", THIN) + (f",{rest}" if rest else "")
    return f"−{said}" if value < 0 and said.strip("0,") else said


def month_of(on: date) -> str:
    """« septembre 2026 »."""
    return f"{MONTHS_FR[on.month - 1]} {on.year}"
