"""The figures of a backtest: by split, by origin, against the reference, by slice, by capacity, in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from vigie.detection.model import calibrate
from vigie.detection.model.columns import text_column
from vigie.detection.model.evaluate import FOLLOWED, A, Backtest, Judged, Reader
from vigie.detection.model.metrics import (
    INTERVAL,
    Measure,
    at_capacity,
    average_precision,
    firm_weights,
    measure,
    reliability,
    weighted_ranking,
)
from vigie.detection.model.metrics import Judged as Rows
from vigie.detection.model.thresholds import Thresholds
from vigie.detection.model.train import TrainedModel
from vigie.kernel.period import Month

CAPACITIES = (50, 100, 200)
SLICE_DRAWS = 100
SLICE_MIN_ROWS = 50
REFERENCE = "reference_forest"
PRODUCTION = "production"
FOLLOWED_STEP = 3
SLICES = {
    "region": "Région", "naf_section": "Secteur (section NAF)", "size_band": "Taille", "age": "Âge",
    "accounts_public": "Comptes publics", FOLLOWED: "Accompagnement avant l’issue",
}  # fmt: skip
YES_NO = {"accounts_public": ("publics", "non publics"), FOLLOWED: ("accompagnées", "non accompagnées")}
AGES = (
    (0.0, 3.0, "moins de 3 ans"),
    (3.0, 10.0, "3 à 9 ans"),
    (10.0, 20.0, "10 à 19 ans"),
    (20.0, 1e9, "20 ans et plus"),
)


@dataclass(frozen=True)
class SliceRow:
    """A part of the firms judged and the production's figures on it."""

    dimension: str
    value: str
    rows: int
    failures: int
    measures: dict[str, Measure]


@dataclass(frozen=True)
class LeadTime:
    """Failed firms followed from the newest origin: months between the first alert and the event, by level."""

    failed: int
    strong: tuple[float, ...]
    moderate: tuple[float, ...]
    jaccard: tuple[float, ...]
    persistence: float


def rows_of(judged: Judged, code: str) -> Rows:
    """A model's judgement of all the rows of a split whose outcome is known."""
    log_odds, strong, moderate = judged.models[code].joined()
    labels, firms = np.concatenate(judged.labels), np.concatenate(judged.firms)
    return Rows(labels, log_odds, firms, strong, moderate).at(~np.isnan(labels))


def table_of(backtest: Backtest, split: str, seed: int, draws: int) -> dict[str, dict[str, Measure]]:
    """Every model's figures on a split, all origins together, redrawn by firm."""
    judged = backtest.splits[split]
    codes = [code for code in backtest.labels_fr if code in judged.models]
    return {code: measure(rows_of(judged, code), seed, draws) for code in codes}


def by_origin(backtest: Backtest, split: str) -> list[dict[str, float]]:
    """Average precision of each model at each origin, with the base rate."""
    judged = backtest.splits[split]
    found = []
    for index in range(len(backtest.origins)):
        labels = judged.labels[index]
        known = ~np.isnan(labels)
        line = {"base_rate": float(labels[known].mean()) if known.any() else float("nan")}
        for code, model in judged.models.items():
            line[code] = average_precision(labels[known], model.log_odds[index][known])
        found.append(line)
    return found


def advantage(backtest: Backtest, split: str, other: str, seed: int, draws: int) -> Measure | None:
    """Average precision of the production less another's, on the same draws of firms."""
    judged = backtest.splits[split]
    if other not in judged.models:
        return None
    ours, theirs = rows_of(judged, PRODUCTION), rows_of(judged, other)
    value = average_precision(ours.labels, ours.log_odds) - average_precision(theirs.labels, theirs.log_odds)
    differences = [
        weighted_ranking(ours, weights)["average_precision"] - weighted_ranking(theirs, weights)["average_precision"]
        for weights in firm_weights(ours.firms, seed, draws)
    ]
    drawn = np.concatenate(differences)
    low, high = np.quantile(drawn[~np.isnan(drawn)], INTERVAL)
    return Measure(value, float(low), float(high))


def capacities(backtest: Backtest, split: str = A) -> list[dict[str, Any]]:
    """precision@k and recall@k by département, at each capacity, for each model, at the newest origin."""
    judged = backtest.splits[split]
    labels, places = judged.labels[0], text_column(judged.context[0], "departement")
    known = ~np.isnan(labels)
    found = []
    for code, model in judged.models.items():
        for k in CAPACITIES:
            figures = at_capacity(labels[known], model.log_odds[0][known], places[known], k)
            found.append({"model": code, **figures})
    return found


def calibration_table(backtest: Backtest, code: str = PRODUCTION, split: str = A) -> list[dict[str, float]]:
    """Reliability by tenth."""
    rows = rows_of(backtest.splits[split], code)
    return reliability(calibrate.sigmoid(rows.log_odds), rows.labels)


def slices(backtest: Backtest, seed: int, split: str = A) -> list[SliceRow]:
    """The production on each part of the firms that has enough rows."""
    judged = backtest.splits[split]
    known = ~np.isnan(np.concatenate(judged.labels))
    rows, context = rows_of(judged, PRODUCTION), pa.concat_tables(judged.context).filter(pa.array(known))
    found = []
    for dimension in SLICES:
        values = _dimension(context, dimension)
        if values is None:
            continue
        for value in np.unique(values):
            chosen = values == value
            if chosen.sum() >= SLICE_MIN_ROWS and value != "":
                part = rows.at(chosen)
                found.append(
                    SliceRow(dimension, str(value), int(chosen.sum()), int(part.labels.sum()),
                             measure(part, seed, SLICE_DRAWS))
                )  # fmt: skip
    return found


def _dimension(context: pa.Table, dimension: str) -> Any:
    if dimension == "age":
        if "age_years" not in context.column_names:
            return None
        ages = context["age_years"].cast(pa.float64()).to_numpy()
        names = np.full(len(ages), "", dtype=object)
        for low, high, name in AGES:
            names[(ages >= low) & (ages < high)] = name
        return names.astype(str)
    if dimension not in context.column_names:
        return None
    values = text_column(context, dimension)
    yes, no = YES_NO.get(dimension, ("", ""))
    return np.where(values == "True", yes, np.where(values == "False", no, values))


def lead_times(
    read: Reader, trained: TrainedModel, cut: Thresholds, origin: Month, known_until: Month,
    say: Callable[[str], None] = lambda said: None,
) -> LeadTime:  # fmt: skip
    """Follows the firms of the newest origin, quarter by quarter, with the model learnt then.

    For each firm that fails afterwards: months between its first alert and the event.
    """
    first: dict[str, dict[str, int]] = {"strong": {}, "moderate": {}}
    events: dict[str, int] = {}
    lists: list[set[str]] = []
    for offset in range(0, 19, FOLLOWED_STEP):
        month = origin.plus(offset)
        if month > known_until:
            break
        say(f"{month}")
        rows = read([month], known_until, thin=False)
        probability = calibrate.sigmoid(trained.model.log_odds(rows.frame))
        sirens = np.asarray(rows.siren)
        for level, threshold in (("strong", cut.strong), ("moderate", cut.moderate)):
            for siren in sirens[probability >= threshold]:
                first[level].setdefault(str(siren), offset)
        lists.append({str(one) for one in sirens[probability >= cut.moderate]})
        ahead = np.where(np.isnan(rows.months_to_event), np.inf, rows.months_to_event) + offset
        for siren, when in zip(sirens[ahead <= 18], ahead[ahead <= 18], strict=True):
            events.setdefault(str(siren), int(when))
    leads = {
        level: tuple(float(when - firsts[siren]) for siren, when in sorted(events.items()) if siren in firsts)
        for level, firsts in first.items()
    }
    return LeadTime(len(events), leads["strong"], leads["moderate"], _churn(lists), _persistence(lists))


def _churn(lists: Sequence[set[str]]) -> tuple[float, ...]:
    """Jaccard of each list with the one before."""
    return tuple(
        len(before & after) / len(before | after) if before | after else 1.0 for before, after in pairwise(lists)
    )


def _persistence(lists: Sequence[set[str]]) -> float:
    """Share of alerts still there in the next list."""
    pairs = [(len(before & after), len(before)) for before, after in pairwise(lists)]
    total = sum(count for _, count in pairs)
    return sum(kept for kept, _ in pairs) / total if total else float("nan")


def lead_summary(leads: Sequence[float], failed: int) -> dict[str, float]:
    """Share of failures seen, median lead in months, share of failures seen 6 and 12 months before."""
    values = np.array(leads)
    return {
        "seen": len(values) / failed if failed else float("nan"),
        "median": float(np.median(values)) if len(values) else float("nan"),
        "at_least_6": float((values >= 6).sum() / failed) if failed else float("nan"),
        "at_least_12": float((values >= 12).sum() / failed) if failed else float("nan"),
    }
