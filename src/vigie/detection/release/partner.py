"""A partner's own score: published beside ours with its provenance, never mixed with it.

Deliveries add to each other; of each firm and partner the newest score counts, if it is recent enough to mean anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from vigie.detection.model.calibrate import logit
from vigie.detection.model.columns import Floats
from vigie.detection.sources.score_partenaire import SOURCE
from vigie.kernel.period import Month
from vigie.publication.schema import BY_NAME

OLDEST_MONTHS = 12
COLUMNS = ["siren", "provider", "month", "score"]
FARTHEST = 1e-4  # a partner who says 0 or 1 is taken for almost sure


def newest(deliveries: Sequence[Path], until: Month) -> pd.DataFrame:
    """siren, provider, month, score: the newest of each up to a month. deliveries: typed rows, oldest first."""
    tables = [pq.read_table(path, columns=COLUMNS).to_pandas() for path in deliveries]
    rows = pd.concat(tables) if tables else pd.DataFrame(columns=COLUMNS)
    rows["month"] = pd.to_datetime(rows["month"])
    first, last = (pd.Timestamp(one.first_day) for one in (until.plus(-OLDEST_MONTHS), until))
    rows = rows[rows["month"].between(first, last)]
    rows = rows.sort_values(["siren", "provider", "month"], kind="stable")
    return rows.drop_duplicates(["siren", "provider"], keep="last").reset_index(drop=True)


def partner_scores(deliveries: Sequence[Path], sirens: Sequence[str], until: Month) -> pa.Table:
    """The table `partner_scores` of the publication, for the firms of the list."""
    rows = newest(deliveries, until)
    rows = rows[rows["siren"].isin(list(sirens))]
    columns = {
        "siren": rows["siren"].tolist(),
        "provider": rows["provider"].tolist(),
        "month": rows["month"].dt.date.tolist(),
        "score": rows["score"].astype(float).tolist(),
        "confidentiality": [SOURCE.confidentiality] * len(rows),
    }
    return pa.Table.from_pydict(columns, BY_NAME["partner_scores"].arrow())


def known_log_odds(deliveries: Sequence[Path], sirens: Sequence[str], at: Month) -> Floats:
    """The mean log-odds that partners gave of each firm, as available at a month; NaN where there is none."""
    rows = newest(deliveries, at.plus(-SOURCE.delay_months))
    held = np.clip(rows["score"].astype(float).to_numpy(), FARTHEST, 1 - FARTHEST)
    by_firm = pd.Series(logit(held), index=rows["siren"]).groupby(level=0).mean()
    return np.asarray(by_firm.reindex([str(one) for one in sirens]).to_numpy(dtype=np.float64))
