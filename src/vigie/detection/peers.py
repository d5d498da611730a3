"""The group a firm is compared with: same sector, same size. Its mean is the first bar of every explanation.

A contribution then reads « more, or less, than firms like this one », and the sum stays exact: what the group has on
average moves from the families to the base.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vigie.detection.model.columns import Floats
from vigie.detection.model.train import Scores

SMALLEST_GROUP = 100
EVERYBODY = "all"


def groups(firms: pa.Table, smallest: int = SMALLEST_GROUP) -> NDArray[np.str_]:
    """The group of each firm: section and size band, or the section, or everybody when there are too few like it."""
    section = _texts(firms, "naf_section")
    fine = np.char.add(np.char.add(section, "/"), _texts(firms, "size_band"))
    found = np.where(_counts(fine) >= smallest, fine, section)
    return np.where(_counts(found) >= smallest, found, EVERYBODY)


def means(values: Floats, group: NDArray[np.str_]) -> Floats:
    """The mean of the firm's group, for each firm; values: firms, or firms × columns."""
    names, place, sizes = np.unique(group, return_inverse=True, return_counts=True)
    matrix = values.reshape(len(values), -1)
    total = np.empty((len(names), matrix.shape[1]))
    for column in range(matrix.shape[1]):
        total[:, column] = np.bincount(place, matrix[:, column], minlength=len(names))
    return (total / sizes[:, None])[place].reshape(values.shape)


def centred(scores: Scores, group: NDArray[np.str_]) -> Scores:
    """The same scores; contributions become differences with the group's, the base its mean log-odds."""
    by_family_mean = means(scores.by_family, group)
    by_family = scores.by_family - by_family_mean
    return replace(
        scores,
        by_feature=scores.by_feature - means(scores.by_feature, group),
        by_family=by_family,
        base=scores.log_odds - by_family.sum(axis=1),
    )


def _texts(firms: pa.Table, name: str) -> NDArray[np.str_]:
    return np.array([value or "" for value in firms[name].to_pylist()], dtype=np.str_)


def _counts(labels: NDArray[np.str_]) -> NDArray[np.int64]:
    _, place, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return sizes[place]
