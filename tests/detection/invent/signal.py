"""What a plain model sees of an invented world, from its truth: debts, change of people, short-time work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

HORIZON = 18


class World:
    """The truth as matrices, firms × months."""

    def __init__(self, file: Path) -> None:
        table = pq.read_table(file)
        firms = len(set(table["siren"].to_pylist()))

        def matrix(name: str, missing: float = 0.0) -> NDArray[np.float64]:
            column = table[name].cast("float64").fill_null(missing)
            return column.to_numpy(zero_copy_only=False).astype(np.float64).reshape(firms, -1)

        self.design = np.array(table["in_design"].to_pylist()).reshape(firms, -1)
        self.people = matrix("workforce_count", -1)
        self.due = matrix("contribution_due_cents")
        self.debt = matrix("employee_debt_cents") + matrix("employer_debt_cents")
        self.hours = matrix("used_hours")
        self.distress = matrix("latent_distress")
        self.ahead = matrix("months_to_failure", 10_000)
        state = table["proceedings_state_first_day"].combine_chunks().dictionary_decode().to_numpy(zero_copy_only=False)
        self.free = (state == "in_bonis").reshape(firms, -1)

    def sample(self, step: int = 3) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
        """Features, label at 18 months and firm of the rows that may be judged."""
        features, labels, groups = [], [], []
        for month in range(14, self.people.shape[1] - HORIZON, step):
            past, now = self.people[:, month - 14], self.people[:, month - 2]
            rows = np.flatnonzero(self.design[:, month] & self.free[:, month] & (past > 0) & (now > 0))
            mean_due = np.maximum(self.due[:, month - 12 : month].mean(axis=1), 1.0)
            used = self.hours[:, month - 12 : month].sum(axis=1)
            columns = [
                np.log1p(self.debt[:, month] / mean_due),
                np.log(np.maximum(now, 1) / np.maximum(past, 1)),
                np.log1p(used / np.maximum(now, 1)),
                self.distress[:, month],
            ]
            features.append(np.stack(columns, axis=1)[rows])
            labels.append(self.ahead[rows, month] <= HORIZON)
            groups.append(rows)
        return np.concatenate(features), np.concatenate(labels), np.concatenate(groups)

    def yearly_rate(self) -> float:
        """Openings among firms in bonis and employing, a year."""
        rows = self.design & self.free & (self.people > 0)
        return float(12 * (rows & (self.ahead == 1)).sum() / rows.sum())


def auc(features: NDArray[np.float64], labels: NDArray[np.bool_], groups: NDArray[np.int64]) -> float:
    """AUC of a logistic regression on firms it never saw (two halves, crossed)."""
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    score = np.zeros(len(labels))
    for half in (0, 1):
        train = groups % 2 == half
        score[~train] = LogisticRegression().fit(scaled[train], labels[train]).decision_function(scaled[~train])
    return float(roc_auc_score(labels, score))
