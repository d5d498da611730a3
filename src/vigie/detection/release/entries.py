"""The lines of a list: one per firm scored, in the order of the SIREN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vigie.detection.corrections.application import Adjusted
from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.columns import Floats
from vigie.detection.release.history import History
from vigie.detection.scored import ScoredMonth
from vigie.publication.schema import BY_NAME

RECENT_YEARS = 3
STRONG, MODERATE, NONE = "strong", "moderate", "none"
RANK = {NONE: 0, MODERATE: 1, STRONG: 2}
AS_IN_THE_PANEL = (
    "naf_section", "departement", "region", "size_band", "plan_running", "payment_plan_running", "accounts_public",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A scored month after corrections: levels before and after, reference means, identity of the firms.

    identity: siren, display_name, commune, commune_name, departements…, same rows as scored.firms.
    reference: mean probability of each firm's group, corrections included.
    """

    scored: ScoredMonth
    adjusted: Adjusted
    level: NDArray[np.str_]
    level_model: NDArray[np.str_]
    group: NDArray[np.str_]
    reference: Floats
    identity: pa.Table


def entries(
    judged: Judged,
    history: History,
    source_age_months: dict[str, int],
    followed: NDArray[np.bool_] | None = None,
    need: Floats | None = None,
) -> pa.Table:
    """The table `entries` of the publication.

    followed: firms known to be accompanied (None: the service told nothing). need: probability of needing help.
    """
    firms, siren = judged.scored.firms, judged.scored.siren
    unknown = pa.nulls(len(siren))
    columns: dict[str, Any] = {
        "siren": siren,
        **_scores(judged),
        **_alerts(judged, history),
        "missing_families": missing_families(firms),
        "in_bonis": _equal(firms, "proceedings_state", "in_bonis"),
        "recent_company": _recent(firms),
        "already_followed": unknown if followed is None else followed,
        "source_age_months": [sorted(source_age_months.items())] * len(siren),
        "probable_need": unknown if need is None else need,
    }
    columns |= {name: judged.identity[name] for name in judged.identity.column_names if name != "siren"}
    columns |= {name: firms[name] for name in AS_IN_THE_PANEL}
    schema = BY_NAME["entries"].arrow()
    return pa.table([_typed(columns[field.name], field.type) for field in schema], schema=schema)


def _scores(judged: Judged) -> dict[str, Any]:
    """The score, its bounds and horizons after corrections, and the model's own; the places that follow from it."""
    made, siren = judged.scored.scores, judged.scored.siren
    score = sigmoid(judged.adjusted.log_odds)
    moved = score - made.p18  # corrections move the shorter horizons in the same proportion
    scale = np.divide(score, made.p18, out=np.ones_like(score), where=made.p18 > 0)
    return {
        "score": score,
        "score_model": made.p18,
        "corrections": judged.adjusted.codes_applied(),
        "main_family": _main_family(judged.scored),
        "p6": np.minimum(made.p6 * scale, score),
        "p12": np.minimum(made.p12 * scale, score),
        "score_low": np.clip(made.low + moved, 0, score),
        "score_high": np.clip(np.maximum(made.high + moved, score), 0, 1),
        "base_log_odds": made.base,
        "rank_national": _ranks(-score, siren),
        "rank_departement": _ranks_within(-score, siren, judged.scored.firms["departement"]),
        "reference_multiple": score / judged.reference,
    }


def _alerts(judged: Judged, history: History) -> dict[str, Any]:
    """The levels, and what they are beside those of former lists."""
    siren = judged.scored.siren
    return {
        "level": judged.level,
        "level_model": judged.level_model,
        "first_alert": _first_alert(siren, judged.level, history),
        "aggravation": _aggravation(siren, judged.level, history),
        "alerts_24_months_count": [history.alerts_24.get(one, 0) for one in siren],
        "score_change": _change(siren, sigmoid(judged.adjusted.log_odds), history),
    }


def _typed(values: object, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks().cast(kind)
    if isinstance(values, pa.Array):
        return values.cast(kind)
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return pa.array(values, kind, from_pandas=True)
    return pa.array(list(values) if isinstance(values, np.ndarray) else values, kind)  # type: ignore[call-overload]


def missing_families(firms: pa.Table) -> list[list[str]]:
    """Families of which no source said anything of the firm."""
    without_accounts = np.asarray(firms["accounts_available"].fill_null(False)) == 0
    return [["finance"] if missing else [] for missing in without_accounts]


def _first_alert(siren: np.ndarray, level: np.ndarray, history: History) -> np.ndarray:
    before = np.array([one in history.alerted for one in siren], dtype=bool)
    return (level != NONE) & ~before


def _aggravation(siren: np.ndarray, level: np.ndarray, history: History) -> np.ndarray:
    """Passes to strong, having been in alert before and not strong in the former list."""
    former: dict[str, str] = {}
    if history.former is not None:
        former = dict(zip(history.former["siren"], history.former["level"].astype(str), strict=True))
    return np.array(
        [
            now == STRONG and one in history.alerted and former.get(one) != STRONG
            for one, now in zip(siren, level, strict=True)
        ],
        dtype=bool,
    )


def _main_family(scored: ScoredMonth) -> list[str | None]:
    return [str(name) or None for name in scored.contributions.main_family()]


def _ranks(order: Floats, siren: np.ndarray) -> np.ndarray:
    """1 for the first; equal scores follow the SIREN, so that a rank is the same at each run."""
    ranks = np.empty(len(order), dtype=np.int32)
    ranks[np.lexsort((siren, order))] = np.arange(1, len(order) + 1)
    return ranks


def _ranks_within(order: Floats, siren: np.ndarray, places: pa.ChunkedArray) -> list[int | None]:
    place = np.array([value or "" for value in places.to_pylist()], dtype=np.str_)
    found = np.zeros(len(order), dtype=np.int64)
    for name in np.unique(place):
        rows = np.flatnonzero(place == name)
        found[rows] = _ranks(order[rows], siren[rows])
    return [int(rank) if name else None for rank, name in zip(found, place, strict=True)]


def _change(siren: np.ndarray, score: Floats, history: History) -> list[float | None]:
    if history.former is None:
        return [None] * len(siren)
    former = dict(zip(history.former["siren"], history.former["score"], strict=True))
    return [float(now - former[one]) if one in former else None for one, now in zip(siren, score, strict=True)]


def _equal(firms: pa.Table, name: str, value: str) -> list[bool]:
    return [found == value for found in firms[name].to_pylist()]


def _recent(firms: pa.Table) -> list[bool]:
    return [age is not None and age < RECENT_YEARS for age in firms["age_years"].to_pylist()]
