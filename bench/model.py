"""`make bench-model`: the production model and its declared blend on public tables of failures, by a fixed protocol.

Five folds by group, stratified and shuffled, group = content of the row rounded to 6 decimals, seeds 0 and 1; all
is fitted inside the training fold by the product's own training code. The bar: ROC AUC and average precision at least
the best known row of each table within its standard error, and a calibration error under 0.01.

The tables are not part of the product: VIGIE_BENCHMARKS names their folder. Without them nothing is measured, which is
said, and counts as not met.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from bench.measuring import MET, NOT_MET, ROOT
from vigie.detection.model import calibrate, challengers
from vigie.detection.model.challengers import Fitted, Learning
from vigie.detection.model.metrics import average_precision, roc_auc
from vigie.detection.model.table_evaluation import parameters_for, row_hashes
from vigie.detection.model.table_reading import named, outcome, prepare, read_table

FOLDS = 5
SEEDS = (0, 1)
ECE_LIMIT = 0.01
FIGURES = ("auc", "ap", "brier", "ece")


@dataclass(frozen=True)
class Known:
    """The best known row of a table for each metric: mean, standard deviation, fits."""

    name: str
    auc: tuple[float, float, int]
    ap: tuple[float, float, int]


KNOWN = (
    Known("polish_1year", (0.958, 0.017, 10), (0.785, 0.046, 10)),
    Known("polish_5year", (0.959, 0.007, 10), (0.803, 0.028, 10)),
    Known("polish_3year", (0.936, 0.013, 10), (0.679, 0.022, 5)),
)


def folder() -> Path | None:
    """Where the tables are, if they are."""
    places = [os.environ.get("VIGIE_BENCHMARKS"), ROOT.parent / "shared" / "data" / "benchmarks"]
    return next((Path(place) for place in places if place and Path(place).is_dir()), None)


def bar(mean: float, deviation: float, fits: int) -> float:
    """The figure to reach: the known mean less its standard error."""
    return mean - deviation / math.sqrt(fits)


def judged(fitted: Fitted, frame: dict[str, np.ndarray], labels: np.ndarray) -> tuple[float, ...]:
    """AUC, average precision, Brier, calibration error."""
    log_odds = fitted.log_odds(frame)
    probability = calibrate.sigmoid(log_odds)
    return (
        roc_auc(labels, log_odds), average_precision(labels, log_odds), float(((probability - labels) ** 2).mean()),
        calibrate.expected_calibration_error(probability, labels),
    )  # fmt: skip


def folds(path: Path, seeds: Sequence[int]) -> Iterator[tuple[Learning, dict[str, np.ndarray], np.ndarray]]:
    """What is learnt from, and what is judged, for each seed and fold."""
    columns = named(read_table(path), "class", None, None, None)
    labels, _ = outcome(columns)
    table = prepare(columns, np.ones(len(labels), dtype=bool))
    groups = row_hashes(table.frame, table.features)
    for seed in seeds:
        splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        for rows, test in splitter.split(np.zeros(len(labels)), labels.astype(int), groups):
            learning = Learning(
                {name: values[rows] for name, values in table.frame.items()}, labels[rows], groups[rows], None,
                table.features, parameters_for(len(rows)), seed,
            )  # fmt: skip
            yield learning, {name: values[test] for name, values in table.frame.items()}, labels[test]


def measured(path: Path, seeds: Sequence[int], baselines: bool) -> dict[str, np.ndarray]:
    """By model: fits × (AUC, average precision, Brier, calibration error, seconds)."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for learning, frame, labels in folds(path, seeds):
        begun = time.monotonic()
        glass_box = challengers.production(learning)
        boxed = time.monotonic()
        boosted = challengers.boosting_monotone(learning)
        blended = challengers.blend(learning, glass_box, boosted)
        ended = time.monotonic()
        for name, fitted, seconds in (
            ("production", glass_box, boxed - begun), ("boosting_monotone", boosted, ended - boxed),
            ("blend", blended, ended - begun),
        ):  # fmt: skip
            found.setdefault(name, []).append((*judged(fitted, frame, labels), seconds))
        for one in challengers.CHALLENGERS if baselines else ():
            if one.code not in found or one.code != "boosting_monotone":
                begun = time.monotonic()
                fitted = one.fit(learning)
                found.setdefault(one.code, []).append((*judged(fitted, frame, labels), time.monotonic() - begun))
    return {name: np.array(rows) for name, rows in found.items()}


def lines(known: Known, found: dict[str, np.ndarray]) -> list[str]:
    """One line of the table per model."""
    said = []
    for name, rows in found.items():
        mean, deviation = rows.mean(axis=0), rows.std(axis=0)
        said.append(
            f"| {known.name} | {name} | {mean[0]:.4f} ± {deviation[0]:.3f} | {mean[1]:.4f} ± {deviation[1]:.3f} | "
            f"{mean[2]:.4f} | {mean[3]:.4f} | {len(rows)} | {mean[4]:.0f} |"
        )
    return said


def kept(known: Known, found: dict[str, np.ndarray]) -> list[str]:
    """The models of ours that meet every bar on a table."""
    return [
        name
        for name in ("production", "blend")
        if found[name][:, 0].mean() >= bar(*known.auc)
        and found[name][:, 1].mean() >= bar(*known.ap)
        and found[name][:, 3].mean() < ECE_LIMIT
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures each table; the table of results, then the verdict."""
    parser = argparse.ArgumentParser(prog="make bench-model", description=__doc__)
    parser.add_argument("tables", nargs="*", help="among " + ", ".join(one.name for one in KNOWN))
    parser.add_argument("--seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument("--baselines", action="store_true", help="the reference forest and the others too")
    options = parser.parse_args(arguments)
    place = folder()
    if place is None:
        print("Aucune table de référence : indiquez leur dossier dans VIGIE_BENCHMARKS. Rien n’est mesuré.")
        return NOT_MET
    verdicts = []
    print("| Table | Modèle | AUC ROC | Précision moyenne | Brier | ECE | Ajustements | s/ajustement |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for known in KNOWN:
        if options.tables and known.name not in options.tables:
            continue
        path = place / f"{known.name}.csv.gz"
        if not path.exists():
            verdicts.append(f"{known.name} : table absente, NON TENU")
            continue
        found = measured(path, options.seeds, options.baselines)
        print("\n".join(lines(known, found)), flush=True)
        models = kept(known, found)
        limits = f"AUC ≥ {bar(*known.auc):.4f}, précision moyenne ≥ {bar(*known.ap):.4f}, ECE < {ECE_LIMIT}"
        verdicts.append(f"{known.name} : {limits} : {'tenu par ' + ', '.join(models) if models else 'NON TENU'}")
    print("\n" + "\n".join(verdicts))
    return NOT_MET if any("NON TENU" in one for one in verdicts) else MET


if __name__ == "__main__":
    sys.exit(main())
