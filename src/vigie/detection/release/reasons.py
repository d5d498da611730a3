"""Which facts are told of each firm, in which words, and the table of contributions that goes with the list.

A value and its own past (twelve months earlier, mean over six months) are one fact for a reader: their contributions
are added, and the sentence tells the present value. Sums stay exact: families for every firm, features for the firms in
alert now or in the former list, corrections where they apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.detection.corrections.secrecy import confidentiality
from vigie.detection.features.registry import FEATURES
from vigie.detection.features.registry import feature as registered
from vigie.detection.model.columns import CATEGORY, Floats, Integers, ModelFeature
from vigie.detection.model.explain import AGGRAVATING, REASSURING, month_of, raw_values, select
from vigie.detection.release.entries import MODERATE, STRONG, Judged
from vigie.detection.release.history import History
from vigie.detection.release.topics import TOPIC_OF, TOPICS
from vigie.kernel.period import Month
from vigie.publication.schema import BY_NAME

TOLD_AT_LEAST = 0.02  # log-odds: less changes nothing for anybody
FEWEST_PEERS = 8
FEATURE_FAMILY = {one.code: one.family for one in FEATURES}


@dataclass(frozen=True)
class Explanations:
    """features: as the model sees them, in the order of the contributions. fact_on: feature → month of its fact.

    month: the month of the list; accounts are dated by their age before it.
    """

    features: tuple[ModelFeature, ...]
    fact_on: Mapping[str, date]
    month: Month

    def fact_day(self, code: str, row: Mapping[str, Any]) -> date | None:
        """The month of a firm's fact: of the closing of its accounts, or of the source's last delivery."""
        if FEATURE_FAMILY[code] != "finance":
            return self.fact_on.get(code)
        age = row.get("accounts_age_months")
        return None if age is None or age != age else self.month.plus(-round(age)).first_day


def contributions(judged: Judged, explained: Explanations, history: History, former: pa.Table | None) -> pa.Table:
    """The table `contributions` of the publication, sorted by siren, kind, family, code.

    former: the same table of the list before, for what changed since.
    """
    detailed = np.flatnonzero(_detailed(judged, history))
    parts = [_families(judged), _features(judged, explained, detailed), _corrections(judged)]
    table = pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("siren", "kind", "family", "code")])
    return _with_changes(table, former)


def _detailed(judged: Judged, history: History) -> np.ndarray:
    now = np.isin(judged.level, (STRONG, MODERATE)) | np.isin(judged.level_model, (STRONG, MODERATE))
    if history.former is None:
        return now
    before = history.former.loc[history.former["level"].astype(str) != "none", "siren"].to_numpy(str)
    return now | np.isin(judged.scored.siren.astype(str), before)


def told_features(features: tuple[ModelFeature, ...]) -> tuple[ModelFeature, ...]:
    """The features a reader is told of: those that are not the past of another one."""
    codes = {one.code for one in features}
    return tuple(one for one in features if registered(one.code).origin not in codes)


def grouped(by_feature: Floats, features: tuple[ModelFeature, ...]) -> Floats:
    """Firms × told features: the contribution of each value, that of its own past included."""
    told = {one.code: index for index, one in enumerate(told_features(features))}
    found = np.zeros((len(by_feature), len(told)))
    for index, one in enumerate(features):
        origin = registered(one.code).origin
        found[:, told[origin if origin in told else one.code]] += by_feature[:, index]
    return found


def _families(judged: Judged) -> pa.Table:
    made = judged.scored.scores
    count, width = made.by_family.shape
    return _table(
        siren=np.repeat(judged.scored.siren, width),
        kind=["family"] * (count * width),
        family=np.tile(np.array(made.families), count),
        code=np.tile(np.array(made.families), count),
        contribution_log_odds=made.by_family.ravel(),
        confidentiality=["public"] * (count * width),
    )


def _features(judged: Judged, explained: Explanations, rows: np.ndarray) -> pa.Table:
    features = told_features(explained.features)
    by_feature = grouped(judged.scored.scores.by_feature[rows], explained.features)
    every = raw_values(judged.scored.firms, features)
    values = [column[rows] for column in every]
    sentences = _sentences(by_feature, features, judged, rows, explained)
    quartiles = _quartiles(judged, features, rows, every)
    count, width = by_feature.shape
    columns = {
        "siren": np.repeat(judged.scored.siren[rows], width),
        "kind": ["feature"] * (count * width),
        "family": np.tile(np.array([one.family for one in features]), count),
        "code": np.tile(np.array([one.code for one in features]), count),
        "contribution_log_odds": by_feature.ravel(),
        "value": _interleaved([_numbers(one, column) for one, column in zip(features, values, strict=True)]),
        "value_text": _texts(features, values),
        "unit": np.tile(np.array([one.unit for one in features]), count),
        "fact_on": _days(features, explained, judged, rows),
        "confidentiality": np.tile(np.array([one.confidentiality for one in features]), count),
        "sentence_fr": sentences,
        "peer_quartile": quartiles,
    }
    return _table(**columns)


def _sentences(
    by_feature: Floats, features: tuple[ModelFeature, ...], judged: Judged, rows: np.ndarray, explained: Explanations
) -> list[str | None]:
    """The sentence of each told topic, on the row of the feature that weighs most in it; None elsewhere."""
    names = list(TOPICS)
    columns = [np.array([i for i, f in enumerate(features) if TOPIC_OF[f.code] == name], dtype=int) for name in names]
    by_topic = np.column_stack([by_feature[:, column].sum(axis=1) for column in columns])
    asked = [one.code for one in features]
    values = judged.scored.firms.select(asked).take(pa.array(rows)).to_pylist()
    found: list[str | None] = [None] * by_feature.size
    ranked = select(by_topic, TOLD_AT_LEAST, len(names), len(names))
    for row, facts in enumerate(values):
        for topic in _told(ranked[row], facts, names):
            sign = np.sign(by_topic[row, topic])
            lead = columns[topic][int(np.argmax(sign * by_feature[row, columns[topic]]))]
            day = explained.fact_day(features[lead].code, facts)
            said = TOPICS[names[topic]][0](facts)
            found[row * len(features) + lead] = f"{said} ({month_of(day)})" if day else said
    return found


def _told(ranked: Integers, facts: Mapping[str, Any], names: list[str]) -> list[int]:
    """The topics that raise the risk most and those that lower it most, among those that have something to say.

    ranked: the positions of the raising topics, heaviest first, then of the lowering ones; −1: no more.
    """
    found: list[int] = []
    for side, most in ((ranked[: len(names)], AGGRAVATING), (ranked[len(names) :], REASSURING)):
        telling = (int(one) for one in side if one >= 0 and TOPICS[names[one]][0](facts))
        found += islice(telling, most)
    return found


def _days(
    features: tuple[ModelFeature, ...], explained: Explanations, judged: Judged, rows: np.ndarray
) -> list[date | None]:
    ages = judged.scored.firms["accounts_age_months"].take(pa.array(rows)).to_pylist()
    by_age = {
        age: [explained.fact_day(one.code, {"accounts_age_months": age}) for one in features] for age in set(ages)
    }
    return [day for age in ages for day in by_age[age]]


def _numbers(one: ModelFeature, column: np.ndarray) -> Floats:
    return np.full(len(column), np.nan) if one.kind == CATEGORY else column.astype(np.float64)


def _interleaved(columns: list[Floats]) -> Floats:
    return np.column_stack(columns).ravel() if columns else np.empty(0)


def _texts(features: tuple[ModelFeature, ...], values: list[np.ndarray]) -> list[str | None]:
    kept = [column if one.kind == CATEGORY else None for one, column in zip(features, values, strict=True)]
    rows = len(values[0]) if values else 0
    return [
        (str(column[row]) or None) if column is not None else None for row in range(rows) for column in kept
    ]  # fmt: skip


def _quartiles(
    judged: Judged, features: tuple[ModelFeature, ...], rows: np.ndarray, every: list[np.ndarray]
) -> list[int | None]:
    """Place of each number among the firms of the same group: 1 = the lowest quarter."""
    found = np.zeros((len(rows), len(features)), dtype=np.int64)
    for name in np.unique(judged.group[rows]):
        members = np.flatnonzero(judged.group == name)
        here = np.flatnonzero(judged.group[rows] == name)
        for index, (one, column) in enumerate(zip(features, every, strict=True)):
            if one.kind == CATEGORY:
                continue
            known = column[members]
            known = known[~np.isnan(known)]
            if len(known) >= FEWEST_PEERS:
                own = column[rows[here]]
                place = 1 + np.searchsorted(np.quantile(known, (0.25, 0.5, 0.75)), own, side="left")
                found[here, index] = np.where(np.isnan(own), 0, place)
    return [int(one) or None for one in found.ravel()]


def _corrections(judged: Judged) -> pa.Table:
    rows, columns = np.nonzero(judged.adjusted.applied)
    applied = [judged.adjusted.corrections[column] for column in columns]
    classes = [confidentiality(one) for one in judged.adjusted.corrections]
    return _table(
        siren=judged.scored.siren[rows],
        kind=["correction"] * len(rows),
        family=[None] * len(rows),
        code=[one.code for one in applied],
        contribution_log_odds=judged.adjusted.effects[rows, columns],
        confidentiality=[classes[column] for column in columns],
        sentence_fr=[one.wording_fr for one in applied],
        version=[str(one.version) for one in applied],
    )


def _table(**columns: object) -> pa.Table:
    schema = BY_NAME["contributions"].arrow()
    count = len(columns["siren"])  # type: ignore[arg-type]
    arrays = []
    for field in schema:
        values = columns.get(field.name)
        if values is None:
            arrays.append(pa.nulls(count, field.type))
        elif isinstance(values, np.ndarray):
            arrays.append(pa.array(values, from_pandas=True).cast(field.type))
        else:
            arrays.append(pa.array(values, field.type))  # type: ignore[call-overload]
    return pa.table(arrays, schema=schema)


def _with_changes(table: pa.Table, former: pa.Table | None) -> pa.Table:
    """Fills change_log_odds: the contribution minus that of the former list."""
    if former is None:
        return table
    keys = ["siren", "kind", "code"]
    before = former.select([*keys, "contribution_log_odds"]).rename_columns([*keys, "before"])
    numbered = table.append_column("row", pa.array(np.arange(table.num_rows)))
    joined = numbered.join(before, keys=keys, join_type="left outer").sort_by("row")
    change = pc.subtract(joined["contribution_log_odds"], joined["before"])
    place = table.schema.get_field_index("change_log_odds")
    return table.set_column(place, table.schema.field(place), change.combine_chunks())
