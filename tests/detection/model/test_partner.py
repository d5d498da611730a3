"""A partner's score: the newest of each firm, in its time, beside ours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vigie.detection.commands.evaluate import weight
from vigie.detection.release.partner import known_log_odds, partner_scores
from vigie.kernel.period import Month

JUNE = Month(2026, 6)
LATER = ("b", "DGFiP", "2026-04", 0.6)  # the same month again: the last delivered counts


def delivery(folder: Path, *rows: tuple[str, str, str, float]) -> Path:
    path = folder / f"{len(list(folder.iterdir()))}.parquet"
    columns = list(zip(*rows, strict=True))
    months = [date.fromisoformat(f"{month}-01") for month in columns[2]]
    pq.write_table(pa.table({"siren": columns[0], "provider": columns[1], "month": months, "score": columns[3]}), path)
    return path


@pytest.fixture
def deliveries(tmp_path: Path) -> list[Path]:
    return [
        delivery(tmp_path, ("a", "DGFiP", "2026-04", 0.1), ("b", "DGFiP", "2026-04", 0.5), ("c", "X", "2024-01", 0.9)),
        delivery(tmp_path, ("a", "DGFiP", "2026-05", 0.2), ("a", "Banque", "2026-05", 0.8), LATER),
    ]


def test_newest_score_of_each_partner_is_published_for_the_firms_of_the_list(deliveries: list[Path]) -> None:
    found = partner_scores(deliveries, ["a", "b", "z"], JUNE).to_pylist()

    assert [(one["siren"], one["provider"], str(one["month"]), one["score"]) for one in found] == [
        ("a", "Banque", "2026-05-01", 0.8), ("a", "DGFiP", "2026-05-01", 0.2), ("b", "DGFiP", "2026-04-01", 0.6),
    ]  # fmt: skip
    assert {one["confidentiality"] for one in found} == {"fiscal"}
    assert partner_scores(deliveries, ["c"], JUNE).num_rows == 0  # too old to mean anything


def test_evaluation_sees_only_what_was_available_then(deliveries: list[Path]) -> None:
    """No leak: a score of May is available in June, not in May."""
    in_may = known_log_odds(deliveries, ["b", "a", "z"], Month(2026, 5))
    in_june = known_log_odds(deliveries, ["a"], JUNE)

    assert in_may[:2] == pytest.approx([np.log(0.6 / 0.4), np.log(0.1 / 0.9)])
    assert np.isnan(in_may[2])
    assert in_june == pytest.approx([0.0])  # 0.2 and 0.8


def test_weight_is_a_share() -> None:
    assert weight("0.25") == 0.25
    with pytest.raises(Exception, match="de 0 à 1"):
        weight("2")
