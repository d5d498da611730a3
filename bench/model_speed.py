"""P-06, P-07, P-08: training adds little to the library, scoring with reasons is a look-up, so is their choice.

Ratios of processor time, ours over the bare library on the same matrix, alternating; no product code in the bare side.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from joblib import parallel_config

from bench.measuring import MET, NOT_MET, Result, load, median_ratio, note
from vigie.detection.model.columns import ModelFeature, Preparation
from vigie.detection.model.explain import select
from vigie.detection.model.train import Dealing, Parameters, fit_bags, group_hashes, train

TRAIN_LIMIT, SCORE_LIMIT, SELECT_LIMIT_MS = 1.25, 3.0, 0.03
FAMILIES = ("urssaf_debt", "finance", "workforce", "short_time_work")


def world(
    rows: int, columns: int, seed: int
) -> tuple[dict[str, Any], np.ndarray, np.ndarray, tuple[ModelFeature, ...]]:
    """An invented table: firms in rows, a tenth of the values missing, failures drawn from a few columns."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, columns))
    log_odds = -3.5 + values[:, :6] @ np.array([0.9, 0.7, 0.5, -0.6, 0.4, -0.3])
    labels = (random.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
    values[random.random(values.shape) < 0.1] = np.nan
    frame = {f"f{index}": np.ascontiguousarray(values[:, index]) for index in range(columns)}
    features = tuple(ModelFeature(f"f{index}", FAMILIES[index % 4]) for index in range(columns))
    return frame, labels, np.array([f"9{index // 4:08d}" for index in range(rows)]), features


def spent(work: Callable[[], Any]) -> float:
    """Processor seconds of a call, all threads."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def training(rows: int, columns: int, rounds: int) -> list[tuple[float, float]]:
    """Our whole training against the library's fit alone, on the same matrix and bags."""
    frame, labels, firms, features = world(rows, columns, 1)
    parameters = Parameters(max_rows=rows)
    preparation = Preparation.fit(frame, features, labels)
    matrix = preparation.matrix(frame)
    hashes = group_hashes(firms, 0)
    bags = Dealing.of(hashes, labels, parameters.bags).signs(hashes)
    pairs = []
    for _ in range(rounds):
        ours = spent(lambda: train(frame, labels, firms, None, features, parameters, 0))
        with parallel_config(backend="threading"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bare = spent(lambda: fit_bags(matrix, labels, bags, preparation, parameters, 0))
        pairs.append((ours, bare))
    return pairs


def scoring(rows: int, columns: int, rounds: int) -> list[tuple[float, float]]:
    """Contributions of every firm by look-up against the library's bare decision function."""
    frame, labels, firms, features = world(20_000, columns, 2)
    parameters = Parameters(max_rows=20_000, max_rounds=50)
    preparation = Preparation.fit(frame, features, labels)
    hashes = group_hashes(firms, 0)
    signs = Dealing.of(hashes, labels, parameters.bags).signs(hashes)
    bare = fit_bags(preparation.matrix(frame), labels, signs, preparation, parameters, 0)
    trained = train(frame, labels, firms, None, features, parameters, 0)
    country = world(rows, columns, 3)[0]
    matrix = preparation.matrix(country)
    bare.decision_function(matrix[:100])
    return [
        (spent(lambda: trained.model.contributions(country)), spent(lambda: bare.decision_function(matrix)))
        for _ in range(rounds)
    ]


def selecting(columns: int) -> float:
    """Milliseconds a row to choose the reasons of 20,000 firms."""
    contributions = np.random.default_rng(4).normal(size=(20_000, columns))
    return 1_000 * spent(lambda: select(contributions)) / 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures the three bars; the figures last."""
    parser = argparse.ArgumentParser(prog="python -m bench.model_speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=30_000, help="rows of the training")
    parser.add_argument("--firms", type=int, default=350_000, help="firms scored")
    parser.add_argument("--columns", type=int, default=99)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    before = load()
    figures = (
        ("P-06", "apprentissage / bibliothèque", TRAIN_LIMIT, "×",
         median_ratio(training(options.rows, options.columns, options.rounds))),
        ("P-07", f"contributions de {options.firms} entreprises / prédiction seule", SCORE_LIMIT, "×",
         median_ratio(scoring(options.firms, options.columns, options.rounds))),
        ("P-08", "choix des motifs", SELECT_LIMIT_MS, "ms par ligne", selecting(options.columns)),
    )  # fmt: skip
    kept = True
    for bar, title, limit, unit, value in figures:
        met = value <= limit
        kept = kept and met
        result = Result(bar, title, round(value, 4), limit, unit, MET if met else NOT_MET)
        note(result, before=before, scale=f"{options.rows} × {options.columns}", seed=1)
        print(f"{bar} {title} : {value:.4f} {unit} (limite {limit}) : {'tenu' if met else 'NON TENU'}")
    return MET if kept else NOT_MET


if __name__ == "__main__":
    sys.exit(main())
