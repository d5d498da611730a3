"""The accompanied firms that an alerted firm resembles, and the probability of needing help: never mixed with the risk.

Learnt from what agents recorded by the last day of the month. Without any accompanied firm there is no table, and no
probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from vigie.detection import feedback
from vigie.detection.features.registry import available
from vigie.detection.model.columns import Floats, model_features
from vigie.detection.model.explain import NBSP
from vigie.detection.model.lookalikes import Scaling, nearest_accompanied, probable_need, shared_facts
from vigie.detection.scored import ScoredMonth
from vigie.publication.schema import BY_NAME

SIDES = {1: "au-dessus de la médiane", -1: "au-dessous de la médiane"}


@dataclass(frozen=True)
class Accompanied:
    """Firms that are, or were, accompanied. rows: latest outcome of each; mask: of the firms of the month."""

    rows: pd.DataFrame
    mask: Any


def accompanied(month: ScoredMonth, said: pd.DataFrame | None) -> Accompanied | None:
    """As known at the month; None when the service never told anything."""
    if said is None:
        return None
    rows = feedback.accompaniments(said)
    return Accompanied(rows, np.isin(month.siren.astype(str), rows["siren"].to_numpy(dtype=str)))


def need(month: ScoredMonth, found: Accompanied | None, seed: int) -> Floats:
    """Probability of needing what accompanied firms received; NaN when too few are known."""
    if found is None:
        return np.full(month.firms.num_rows, np.nan)
    return probable_need(month.firms, found.mask, model_features(available()), month.siren, seed)


def table(month: ScoredMonth, found: Accompanied, alerted: Any) -> pa.Table:
    """The table `lookalikes` of the publication, for the firms in alert. alerted: mask of the firms."""
    features = model_features(available())
    scaling = Scaling.fit(month.firms, features)
    scaled = scaling(month.firms)
    likeness = nearest_accompanied(month.firms, found.mask, features)
    told = np.flatnonzero(np.asarray(alerted, dtype=bool))
    row, rank = np.nonzero(likeness.nearest[told] >= 0)
    firm = told[row]
    other = likeness.nearest[firm, rank]
    shared = shared_facts(scaling, scaled, firm, other)
    siren = month.siren.astype(str)
    known = found.rows.set_index("siren").loc[siren[other]] if len(other) else found.rows.iloc[:0]
    columns = {
        "siren": siren[firm],
        "distance": likeness.distances[firm, rank],
        "similar_siren": siren[other],
        "shared_facts": [[f"{one.label}{NBSP}: {SIDES[side]}" for one, side in facts] for facts in shared],
        "shared_classes": [[one.confidentiality for one, _ in facts] for facts in shared],
        "outcome": known["outcome"].to_list(),
        "accompanied_on": known["day"].to_list(),
        "proposed": known["proposed"].to_list(),
    }
    schema = BY_NAME["lookalikes"]
    made = pa.table([pa.array(columns[field.name], field.type) for field in schema.arrow()], schema=schema.arrow())
    return made.sort_by([(name, "ascending") for name in schema.key])
