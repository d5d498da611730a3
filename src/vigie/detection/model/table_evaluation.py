"""The production's training, calibration, thresholds, baselines and figures, on any table of firms.

Three protocols, chosen by what is given:

- `time` (--time, --test-from): learnt before --calibrate-from, calibrated and cut into levels from there on,
  judged from --test-from on. Without --calibrate-from the last fifth of the earlier rows calibrates.
- `folds` (no time): five folds by group, stratified; each row is judged once, by models that never saw its group.
- `holdout` (no time, more than 200,000 rows): the first of the five folds is judged.

The judged rows are read once, after everything is fixed: levels use thresholds chosen on calibration rows, columns are
decided on learning rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vigie.detection.model import calibrate, challengers
from vigie.detection.model.challengers import Challenger, Fitted, Learning
from vigie.detection.model.columns import CATEGORY, Floats, Integers, ModelFeature, number_column
from vigie.detection.model.metrics import DRAWS, Judged, Measure, measure, reliability
from vigie.detection.model.table_reading import TableColumns, moments, outcome, prepare, refuse
from vigie.detection.model.thresholds import Policy, choose
from vigie.detection.model.train import Parameters

FOLDS = 5
INNER_FOLDS = 4
HOLDOUT_ABOVE = 200_000
SMALL_TABLE = 40_000
CHUNK_ROWS = 200_000
MIN_OF_EACH = 20
CALIBRATION_SHARE = 0.2
PROTOCOLS = ("time", "folds", "holdout")
ROUND_DECIMALS = 6


@dataclass(frozen=True)
class Request:
    """What is asked; None where it is left to us. time bounds are texts as typed."""

    seed: int = 0
    protocol: str | None = None
    test_from: str | None = None
    calibrate_from: str | None = None
    models: tuple[str, ...] = ()
    draws: int = DRAWS
    parameters: Parameters | None = None


@dataclass(frozen=True)
class Split:
    """Positions of rows. calibration: empty when the learning rows judge themselves by bags."""

    learning: Integers
    calibration: Integers
    test: Integers


@dataclass(frozen=True)
class ModelReport:
    """A model's figures and its reliability table."""

    code: str
    label: str
    measures: dict[str, Measure]
    reliability: list[dict[str, float]]


@dataclass(frozen=True)
class TableReport:
    """Everything the report says."""

    protocol: dict[str, Any]
    rows: int
    unknown: int
    judged: int
    positives: int
    base_rate: float
    positive_value: str
    features: tuple[ModelFeature, ...]
    left_out: dict[str, str]
    models: tuple[ModelReport, ...]

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "protocol": self.protocol, "rows": self.rows, "rows_without_label": self.unknown, "n": self.judged,
            "positives": self.positives, "base_rate": round(self.base_rate, 8), "positive_value": self.positive_value,
            "features": [{"name": one.code, "kind": one.kind} for one in self.features], "left_out": self.left_out,
            "models": {
                one.code: {
                    "label": one.label, "base_rate": round(self.base_rate, 8), "n": self.judged,
                    "positives": self.positives, "protocol": self.protocol["name"],
                    **{name: figure.to_json() for name, figure in one.measures.items() if name != "base_rate"},
                    "reliability": one.reliability,
                }
                for one in self.models
            },
        }  # fmt: skip


@dataclass
class _Table:
    """What every protocol works on."""

    frame: dict[str, Any]
    features: tuple[ModelFeature, ...]
    labels: Floats
    groups: Any
    request: Request

    def learning(self, rows: Integers) -> Learning:
        """What a model may learn from."""
        parameters = self.request.parameters or parameters_for(len(rows))
        return Learning(
            {one.code: self.frame[one.code][rows] for one in self.features}, self.labels[rows], self.groups[rows],
            None, self.features, parameters, self.request.seed,
        )  # fmt: skip

    def scored(self, score: Callable[[Any], Floats], rows: Integers) -> Floats:
        """Log-odds of rows, by chunks: memory stays flat."""
        parts = [rows[start : start + CHUNK_ROWS] for start in range(0, len(rows), CHUNK_ROWS)]
        return np.concatenate(
            [score({one.code: self.frame[one.code][part] for one in self.features}) for part in parts]
        )


def parameters_for(rows: int) -> Parameters:
    """The production's parameters; a small table has few failures and leaves time for more bags and finer bins."""
    usual = Parameters()
    return replace(usual, bags=8, max_bins=256) if rows <= SMALL_TABLE else usual


def evaluate_table(
    columns: TableColumns, request: Request, progress: Callable[[str], None] = lambda said: None
) -> TableReport:
    """Learns, judges and measures every model asked for, on the same rows."""
    labels, positive = outcome(columns)
    known = np.flatnonzero(~np.isnan(labels))
    splits, protocol = _splits(columns, labels, known, request)
    learning_mask = np.zeros(len(labels), dtype=bool)
    for split in splits:
        learning_mask[split.learning] = True
    # With folds every row is in turn learnt from and judged: a column is decided on all of them, without the outcome.
    prepared = prepare(columns, learning_mask)
    groups = _groups(columns, prepared.frame, prepared.features)
    table = _Table(prepared.frame, prepared.features, labels, groups, request)
    if protocol["name"] != "time":
        splits = list(_folds(labels, groups, known, protocol["name"], request.seed))
    judged = np.concatenate([split.test for split in splits])
    found: dict[str, list[_Judgement]] = {}
    for number, split in enumerate(splits, 1):
        _check_split(labels, split)
        for code, judgement in _judge_all(table, split, request.models):
            found.setdefault(code, []).append(judgement)
            progress(f"{code} {number}/{len(splits)}")
    models = tuple(_report(code, parts, labels[judged], groups[judged], request) for code, parts in found.items())
    return TableReport(
        protocol, len(labels), len(labels) - len(known), len(judged), int(labels[judged].sum()),
        float(labels[judged].mean()), positive, prepared.features, prepared.left_out, models,
    )  # fmt: skip


@dataclass(frozen=True)
class _Judgement:
    log_odds: Floats
    strong: Any
    moderate: Any


def _report(code: str, parts: list[_Judgement], labels: Floats, groups: Any, request: Request) -> ModelReport:
    log_odds, strong, moderate = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("log_odds", "strong", "moderate")
    )
    judged = Judged(labels, log_odds, groups, strong, moderate)
    return ModelReport(
        code, LABELS[code], measure(judged, request.seed, request.draws),
        reliability(calibrate.sigmoid(log_odds), labels),
    )  # fmt: skip


LABELS = {
    "production": challengers.PRODUCTION_LABEL,
    "blend": challengers.BLEND_LABEL,
    **{one.code: one.label for one in challengers.CHALLENGERS},
}


def _judge_all(table: _Table, split: Split, wanted: tuple[str, ...]) -> Iterator[tuple[str, _Judgement]]:
    """Each model in turn: fitted, calibrated where it is, cut into levels, then shown the judged rows."""
    asked = [code for code in LABELS if not wanted or code in wanted]
    learning = table.learning(split.learning)
    own: dict[str, Fitted] = {}
    if {"production", "blend"} & set(asked):
        own["production"] = challengers.production(learning)
    if {"boosting_monotone", "blend"} & set(asked):
        own["boosting_monotone"] = challengers.boosting_monotone(learning)
    if "blend" in asked:
        own["blend"] = challengers.blend(learning, own["production"], own["boosting_monotone"])
    for code in asked:
        if code in own:
            yield code, _calibrated_judgement(table, split, own[code])
        else:
            yield code, _baseline_judgement(table, split, next(o for o in challengers.CHALLENGERS if o.code == code))


def _calibrated_judgement(table: _Table, split: Split, fitted: Fitted) -> _Judgement:
    """Ours: calibration and thresholds on rows judged by models that never saw their group."""
    assert fitted.judged is not None
    assert fitted.held_out is not None
    if len(split.calibration):
        frame = {one.code: table.frame[one.code][split.calibration] for one in table.features}
        seen = fitted.judged(frame, table.groups[split.calibration])
        labels = table.labels[split.calibration]
    else:
        seen, labels = fitted.held_out, table.labels[split.learning]
    known = ~np.isnan(seen)
    moved = calibrate.platt(seen[known], labels[known]) if len(split.calibration) else calibrate.Platt()
    cut = choose(Policy(), calibrate.sigmoid(moved(seen[known])), labels[known])
    return _cut(moved(table.scored(fitted.log_odds, split.test)), cut.strong, cut.moderate)


def _baseline_judgement(table: _Table, split: Split, baseline: Challenger) -> _Judgement:
    """A baseline as it is used: not calibrated; its thresholds come from rows it did not learn from."""
    if len(split.calibration):
        fitted = baseline.fit(table.learning(split.learning))
        seen, chosen = table.scored(fitted.log_odds, split.calibration), split.calibration
    else:
        inner = next(iter(_stratified(table.labels[split.learning], table.groups[split.learning], INNER_FOLDS, 0)))
        first, chosen = split.learning[inner[0]], split.learning[inner[1]]
        seen = table.scored(baseline.fit(table.learning(first)).log_odds, chosen)
        fitted = baseline.fit(table.learning(split.learning))
    cut = choose(Policy(), calibrate.sigmoid(seen), table.labels[chosen])
    return _cut(table.scored(fitted.log_odds, split.test), cut.strong, cut.moderate)


def _cut(log_odds: Floats, strong: float, moderate: float) -> _Judgement:
    probability = calibrate.sigmoid(log_odds)
    return _Judgement(log_odds, probability >= strong, probability >= moderate)


def _splits(
    columns: TableColumns, labels: Floats, known: Integers, request: Request
) -> tuple[list[Split], dict[str, Any]]:
    """The protocol: by time when it is asked, otherwise by groups (made once the groups are known)."""
    name = request.protocol or ("time" if columns.time else "holdout" if len(known) > HOLDOUT_ABOVE else "folds")
    if name == "time":
        return _by_time(columns, known, request)
    if columns.time or request.test_from or request.calibrate_from:
        if request.protocol is None:
            raise refuse("time", "--test-from et --calibrate-from se lisent dans une colonne de date : donnez --time.")
        raise refuse("protocol", f"Le protocole « {name} » ne se combine pas avec --time ni --test-from.")
    whole = Split(known, known[:0], known[:0])
    what = "5 plis par groupe" if name == "folds" else "un cinquième des groupes mis de côté"
    return [whole], {"name": name, "seed": request.seed, "folds": FOLDS if name == "folds" else 1, "label": what}


def _by_time(columns: TableColumns, known: Integers, request: Request) -> tuple[list[Split], dict[str, Any]]:
    if columns.time is None or request.test_from is None:
        raise refuse("time", "Le protocole par date demande --time et --test-from (où le test commence).")
    values, (test_from, calibrate_from) = moments(columns, [request.test_from, request.calibrate_from])
    earlier = np.sort(values[known][values[known] < test_from])
    if len(earlier) == 0:
        raise refuse("no_learning", f"Aucune ligne n’est antérieure à « {request.test_from} » : rien à apprendre.")
    if not (values[known] >= test_from).any():
        raise refuse("no_test", f"Aucune ligne ne porte « {request.test_from} » ou plus tard : rien à juger.")
    if calibrate_from is None:
        calibrate_from = earlier[min(len(earlier) - 1, round(len(earlier) * (1 - CALIBRATION_SHARE)))]
    if not calibrate_from < test_from:
        raise refuse("bounds", "--calibrate-from doit précéder --test-from.")
    moment = values[known]
    split = Split(
        known[moment < calibrate_from], known[(moment >= calibrate_from) & (moment < test_from)],
        known[moment >= test_from],
    )  # fmt: skip
    protocol = {
        "name": "time", "seed": request.seed, "time": columns.time, "test_from": str(request.test_from),
        "calibrate_from": _bound(calibrate_from), "rows_learning": len(split.learning),
        "rows_calibration": len(split.calibration), "rows_test": len(split.test), "label": "par date",
    }  # fmt: skip
    return [split], protocol


def _bound(value: Any) -> str:
    """A year read as a number is written as a year."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _folds(labels: Floats, groups: Any, known: Integers, name: str, seed: int) -> Iterator[Split]:
    for number, (learning, test) in enumerate(_stratified(labels[known], groups[known], FOLDS, seed)):
        if name == "holdout" and number:
            return
        yield Split(known[learning], known[:0], known[test])


def _stratified(labels: Floats, groups: Any, folds: int, seed: int) -> Iterator[tuple[Integers, Integers]]:
    from sklearn.model_selection import StratifiedGroupKFold

    if labels.sum() < folds or len(np.unique(groups)) < folds:
        raise refuse("too_few", f"Il faut au moins {folds} groupes et {folds} cas positifs pour juger par plis.")
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(labels)), labels.astype(np.int64), groups)


def _check_split(labels: Floats, split: Split) -> None:
    """Both outcomes are needed to learn and to judge, and enough of them to calibrate."""
    for rows, what in ((split.learning, "d’apprentissage"), (split.test, "de test")):
        positives = labels[rows].sum() if len(rows) else 0
        if positives == 0 or positives == len(rows):
            raise refuse("one_class", f"Les lignes {what} n’ont qu’une valeur du résultat ({len(rows)} lignes).")
    if labels[split.learning].sum() < MIN_OF_EACH:
        count = int(labels[split.learning].sum())
        raise refuse("too_few", f"Il faut au moins {MIN_OF_EACH} cas positifs pour apprendre ; il y en a {count}.")


def _groups(columns: TableColumns, frame: dict[str, Any], features: tuple[ModelFeature, ...]) -> Any:
    """The group of each row: the column given, else the identifier, else the row itself (identical rows together)."""
    name = columns.group or columns.identifier
    if name is not None:
        return columns.table[name].cast("string").fill_null("").to_numpy(zero_copy_only=False).astype(str)
    return row_hashes(frame, features)


def row_hashes(frame: dict[str, Any], features: tuple[ModelFeature, ...]) -> Any:
    """A text for each row's content, numbers rounded to 6 decimals: duplicates share it."""
    columns = []
    for one in features:
        if one.kind == CATEGORY:
            columns.append(np.unique(frame[one.code].astype(str), return_inverse=True)[1].astype(np.float64))
        else:
            columns.append(np.round(number_column(frame, one.code), ROUND_DECIMALS) + 0.0)
    rows = np.ascontiguousarray(np.column_stack(columns))
    return np.array([hashlib.blake2b(row.tobytes(), digest_size=8).hexdigest() for row in rows])
