"""What agents said and did, as known at a month: for the card, the look-alikes and the evaluation.

An opinion is never a label: a firm alerted « for nothing » may still fail, and one that is helped fails less. It counts
as precision seen by agents, with its reasons. Nothing said after the last day of the month is seen (`known`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vigie.detection.intake.feedback_door import SEPARATOR
from vigie.detection.sources.feedback import SOURCE
from vigie.kernel.period import Month
from vigie.publication.feedback import ACCOMPANIED, OUTCOMES

COLUMNS = [column.name for column in SOURCE.columns]
VERDICTS = ("useful", "useless")


@dataclass(frozen=True)
class Opinions:
    """Opinions on alerts, one per author, firm and list: how many, and the reasons given, most frequent first."""

    useful: int
    useless: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def share_useful(self) -> float:
        """Precision as agents see it; NaN when nobody spoke."""
        total = self.useful + self.useless
        return self.useful / total if total else float("nan")


def known(rows: Path, until: Month) -> pd.DataFrame:
    """The rows of a delivery recorded by the last day of a month. rows: typed rows of the source."""
    found = pq.read_table(rows, columns=COLUMNS).to_pandas()
    days = pd.to_datetime(found["recorded_on"])
    return found.assign(recorded_on=days)[days < pd.Timestamp(until.plus(1).first_day)].reset_index(drop=True)


def opinions(rows: pd.DataFrame, publication_id: str | None = None) -> Opinions:
    """What was said of every list, or of one."""
    said = rows[(rows["kind"] == "opinion") & rows["value"].isin(VERDICTS)]
    if publication_id is not None:
        said = said[said["publication_id"] == publication_id]
    each = said.drop_duplicates(["publication_id", "siren", "author"])
    given = said.dropna(subset=["reason"])
    labels = given["reason_label"].fillna(given["reason"])
    counted = sorted(labels.value_counts().items(), key=lambda one: (-one[1], str(one[0])))
    useful = int((each["value"] == "useful").sum())
    return Opinions(useful, len(each) - useful, tuple((str(label), int(count)) for label, count in counted))


def by_list(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """What was said of each list, the oldest first."""
    names = sorted(rows.loc[rows["kind"] == "opinion", "publication_id"].unique())
    said = [(name, opinions(rows, name)) for name in names]
    return [
        {"list": name, "useful": one.useful, "useless": one.useless, "share_useful": one.share_useful,
         "reasons": [list(reason) for reason in one.reasons]}
        for name, one in said
    ]  # fmt: skip


def accompaniments(rows: pd.DataFrame) -> pd.DataFrame:
    """The latest outcome of each firm that an administration helps, or helped: siren, outcome, day, proposed (list)."""
    done = rows[(rows["kind"] == "outcome") & rows["value"].isin(ACCOMPANIED)]
    done = done.sort_values(["siren", "recorded_on", "value"], kind="stable").drop_duplicates("siren", keep="last")
    return pd.DataFrame(
        {
            "siren": done["siren"].to_numpy(),
            "outcome": [OUTCOMES[code] for code in done["value"]],
            "day": done["recorded_on"].dt.date.to_numpy(),
            "proposed": [text.split(SEPARATOR) if isinstance(text, str) else [] for text in done["proposed"]],
        }
    )


def accompanied_between(
    rows: pd.DataFrame, sirens: Sequence[str], after: Month | None, until: Month
) -> NDArray[np.bool_]:
    """Whether each firm was accompanied by the last day of ``until``, and first was after the last day of ``after``."""
    first = accompanied_since(rows)
    days = pd.to_datetime(pd.Series([first.get(str(one)) for one in sirens], dtype="datetime64[ns]"))
    inside = days < pd.Timestamp(until.plus(1).first_day)
    if after is not None:
        inside &= days >= pd.Timestamp(after.plus(1).first_day)
    return np.asarray(inside.to_numpy(), dtype=bool)


def accompanied_since(rows: pd.DataFrame) -> dict[str, pd.Timestamp]:
    """siren → first day on which the firm is known to be accompanied."""
    done = rows[(rows["kind"] == "outcome") & rows["value"].isin(ACCOMPANIED)]
    return dict(done.groupby("siren")["recorded_on"].min())
