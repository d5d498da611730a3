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


def select(
    weights: Floats, smallest: float = SMALLEST, aggravating: int = AGGRAVATING, reassuring: int = REASSURING
) -> Integers:
    """Rows × 5: positions of the 3 most aggravating columns, then of the 2 most reassuring; −1 where there is none."""
    found = np.full((len(weights), aggravating + reassuring), -1, dtype=np.int64)
    width = weights.shape[1]
    rows = np.ascontiguousarray(weights)
    for sign, most, start in ((-1.0, aggravating, 0), (1.0, reassuring, aggravating)):
        count = min(most, width)
        keyed = sign * rows
        near = np.argpartition(keyed, count - 1, axis=1)[:, :count]
        least = np.take_along_axis(keyed, near, axis=1)
        order = np.lexsort((near, least), axis=1)
        near, least = np.take_along_axis(near, order, axis=1), np.take_along_axis(least, order, axis=1)
        found[:, start : start + count] = np.where(least <= -smallest, near, -1)
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
