"""What former lists said of each firm: the only source of « première alerte », aggravation and frequency.

Read from the publications themselves, which never change. Of one month, the last number counts: it replaces the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from vigie.kernel.period import Month

NAME = re.compile(r"^(\d{4}-\d{2})\.(\d+)$")
ALERTS = ("strong", "moderate")


@dataclass(frozen=True)
class History:
    """former: siren → level, score, région of the last list before the month (None: there is none).

    alerted: SIRENs that were in alert in any earlier list; alerts_24: siren → number of lists of the 24 months before
    with an alert.
    """

    former: pd.DataFrame | None
    former_id: str | None
    alerted: frozenset[str]
    alerts_24: dict[str, int]


def publications(root: Path) -> dict[Month, Path]:
    """The publication in force of each month, oldest first."""
    found: dict[Month, tuple[int, Path]] = {}
    for folder in root.glob("*"):
        name = NAME.match(folder.name)
        if name and (folder / "manifest.json").exists():
            month, number = Month.parse(name[1]), int(name[2])
            if number > found.get(month, (0, folder))[0]:
                found[month] = (number, folder)
    return {month: found[month][1] for month in sorted(found)}


def next_number(root: Path, month: Month) -> tuple[int, str | None]:
    """The number of the month's next publication, and the one that it replaces."""
    former = publications(root).get(month)
    if former is None:
        return 1, None
    return int(former.name.rpartition(".")[2]) + 1, former.name


def history(root: Path, month: Month) -> History:
    """Everything earlier lists said, before a month."""
    earlier = {m: folder for m, folder in publications(root).items() if m < month}
    alerted: set[str] = set()
    counts: dict[str, int] = {}
    former = None
    for m, folder in earlier.items():
        former = pq.read_table(folder / "entries.parquet", columns=["siren", "level", "score", "region"]).to_pandas()
        in_alert = former.loc[np.isin(former["level"].astype(str), ALERTS), "siren"].tolist()
        alerted.update(in_alert)
        if m >= month.plus(-24):
            for siren in in_alert:
                counts[siren] = counts.get(siren, 0) + 1
    former_id = earlier[max(earlier)].name if earlier else None
    return History(former, former_id, frozenset(alerted), counts)
