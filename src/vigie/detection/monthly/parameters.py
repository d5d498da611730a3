"""What an operator may choose for the batch: one file, `parameters.toml`, at the root of the lake. Absent = defaults.

An unknown key or a value of another type is refused with its name: nothing is guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from vigie.detection.model.thresholds import Mode, Policy
from vigie.detection.model.train import Parameters as Training
from vigie.detection.sources.registry import SOURCES
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month

FILE = "parameters.toml"


@dataclass(frozen=True)
class Parameters:
    """The choices of a run.

    months: length of the panel, in months.
    seed: of every draw (samples, folds, bootstraps).
    policy: how levels are set: `fbeta`, `capacity` or `precision_floor`.
    capacity_per_departement: at most so many alerts in one département and list (policy `capacity`).
    precision_floor: precision asked of the level `strong` (policy `precision_floor`).
    hysteresis: a firm leaves a level only below its threshold minus this, in log-odds.
    retrain_months: a model older than so many months is trained again.
    training_rows: rows of the training sample; whole firms are drawn by hash, one month in six of each.
    training_bags, training_rounds, training_pairs: bags, boosting rounds at most, pairs of features of one family.
    forecast_rate: forecast share of failures within 18 months; 0 = that of the last matured months.
    list_day: day of the following month on which a list is due to open.
    source_day: day of the following month by which deliveries are due.
    source_days: the sources that are due on another day: `[source_days]`, then `debit = 20`.
    drift_weight: share of the scores' weight that data may carry which moved much since the training; more is told.
    volume_change: largest change of the number of alerts from one list to the next that needs no second look.
    """

    months: int = 60
    seed: int = 1
    policy: str = "fbeta"
    capacity_per_departement: int = 200
    precision_floor: float = 0.5
    hysteresis: float = 0.1
    retrain_months: int = 6
    training_rows: int = 120_000
    training_bags: int = 4
    training_rounds: int = 3_000
    training_pairs: int = 10
    forecast_rate: float = 0.0
    list_day: int = 5
    source_day: int = 1
    volume_change: float = 0.3
    drift_weight: float = 0.25
    source_days: Mapping[str, int] = field(default_factory=dict)

    def planned_list(self, month: Month) -> date:
        """The day a month's list is due to open: the first working day from ``list_day`` of the next month."""
        return _working_day(month.plus(1), self.list_day)

    def planned_delivery(self, month: Month, source: str) -> date:
        """The day by which a month's delivery of a source is due."""
        return _working_day(month.plus(1), self.source_days.get(source, self.source_day))

    @property
    def levels(self) -> Policy:
        """The policy of levels, as the model understands it."""
        return Policy(
            mode=Mode(self.policy),
            capacity_per_departement=self.capacity_per_departement,
            precision_strong=self.precision_floor,
            precision_moderate=self.precision_floor / 2,
            hysteresis=self.hysteresis,
        )

    @property
    def training(self) -> Training:
        """How the model is trained."""
        return Training(
            max_rows=self.training_rows,
            bags=self.training_bags,
            max_rounds=self.training_rounds,
            pairs=self.training_pairs,
        )

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def _working_day(month: Month, day: int) -> date:
    found = month.first_day + timedelta(days=day - 1)
    while found.weekday() > 4:
        found += timedelta(days=1)
    return found


POLICIES = tuple(str(mode) for mode in Mode)


KINDS_FR = {int: "un nombre entier", float: "un nombre", str: "un texte", bool: "true ou false"}


def load(root: Path) -> Parameters:
    """The parameters of a lake; CheckFailed names the key that cannot be read."""
    path = root / FILE
    if not path.exists():
        return Parameters()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CheckFailed(FILE, f"ce n’est pas du TOML : {error}.") from error
    days = _source_days(content.pop("source_days", {}))
    known = {one.name: type(one.default) for one in fields(Parameters) if one.name != "source_days"}
    for name, value in content.items():
        if name not in known:
            raise CheckFailed(FILE, f"paramètre inconnu « {name} » ; ceux qui existent : {', '.join(known)}.")
        if isinstance(value, bool) or not isinstance(value, int if known[name] is int else (known[name], int)):
            raise CheckFailed(FILE, f"{name} : {KINDS_FR[known[name]]} est attendu, pas {value!r}.")
    found = Parameters(**content, source_days=days)
    if found.policy not in POLICIES:
        raise CheckFailed(FILE, f"policy : {' ou '.join(POLICIES)}, pas « {found.policy} ».")
    if found.training_bags < 2 or found.training_rounds < 1 or found.training_pairs < 0 or found.training_rows < 1_000:
        raise CheckFailed(
            FILE,
            "au moins training_bags = 2, training_rounds = 1, training_pairs = 0, training_rows = 1000.",
        )
    if not (24 <= found.months <= 240 and 0 <= found.hysteresis < 1 and 1 <= found.list_day <= 28):
        raise CheckFailed(FILE, "months va de 24 à 240, hysteresis de 0 à 1, list_day de 1 à 28.")
    return found


def _source_days(given: Any) -> dict[str, int]:
    codes = {one.code for one in SOURCES}
    if not isinstance(given, dict):
        raise CheckFailed(FILE, "source_days : un tableau est attendu, [source_days] puis debit = 20.")
    for code, day in given.items():
        if code not in codes:
            raise CheckFailed(
                FILE, f"source_days : source inconnue « {code} » ; au choix : {', '.join(sorted(codes))}."
            )
        if isinstance(day, bool) or not isinstance(day, int) or not 1 <= day <= 28:
            raise CheckFailed(FILE, f"source_days : {code} : un jour de 1 à 28 est attendu, pas {day!r}.")
    return given
