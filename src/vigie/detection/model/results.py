"""From a backtest to all the figures of a report, and to the file that machines read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from vigie.detection.model.backtest_figures import (
    REFERENCE,
    advantage,
    by_origin,
    calibration_table,
    capacities,
    lead_summary,
    lead_times,
    slices,
    table_of,
)
from vigie.detection.model.beside import future_need
from vigie.detection.model.columns import ModelFeature
from vigie.detection.model.drift import Reference, feature_drift
from vigie.detection.model.evaluate import HORIZON_MONTHS, Backtest, Options, Reader, backtest, origins
from vigie.detection.model.report import Results
from vigie.kernel.period import Month


def results_of(
    read: Reader,
    months: Sequence[Month],
    known_until: Month,
    features: Sequence[ModelFeature],
    options: Options,
    rules: Mapping[str, Any] | None,
    opinions: Sequence[Mapping[str, Any]] | None = None,
    say: Callable[[str], None] = lambda said: None,
) -> Results:
    """Runs the backtest and computes every figure. opinions: what agents said of each list; None: nothing came back."""
    made = backtest(read, months, known_until, features, options, say)
    first = options.splits[0]
    origin, trained, cut = made.last
    learnt = origins(months, known_until, options.origins)[0][1]
    before, now = read(learnt, origin.month, thin=True), read([known_until], known_until, thin=False)
    return Results(
        backtest=made,
        tables={split: table_of(made, split, options.seed, options.draws) for split in options.splits},
        origins=by_origin(made, first),
        advantage={split: advantage(made, split, REFERENCE, options.seed, options.draws) for split in options.splits},
        capacities=capacities(made, first),
        reliability=calibration_table(made, split=first),
        slices=slices(made, options.seed, first),
        lead=lead_times(read, trained, cut, origin.month, known_until, say),
        drift=feature_drift(Reference.of(before.frame, features), now.frame, features),
        rules=rules,
        agents=_agents(read, made, known_until, features, options, opinions),
        seed=options.seed,
        draws=options.draws,
        known_until=str(known_until),
    )


def _agents(
    read: Reader, made: Backtest, known_until: Month, features: Sequence[ModelFeature], options: Options,
    opinions: Sequence[Mapping[str, Any]] | None,
) -> dict[str, Any] | None:  # fmt: skip
    """Opinions by list, and what the need for help was worth at each month judged."""
    if opinions is None or options.followed is None:
        return None
    needs = []
    for one in made.origins:
        rows = read([one.month], known_until, thin=False)
        until = min(known_until, one.month.plus(HORIZON_MONTHS))
        needs.append(future_need(rows, one.month, until, features, options.followed, options.seed))
    return {"lists": list(opinions), "needs": needs}


def figures(results: Results) -> dict[str, Any]:
    """The same figures for machines: the frozen splits with their fingerprints first."""
    return {
        "seed": results.seed,
        "draws": results.draws,
        "known_until": results.known_until,
        "origins": [
            asdict(one) | {name: str(getattr(one, name)) for name in ("month", "train_first", "train_last")}
            for one in results.backtest.origins
        ],
        "models": {
            split: {code: {name: m.to_json() for name, m in found.items()} for code, found in table.items()}
            for split, table in results.tables.items()
        },
        "by_origin": [dict(line) for line in results.origins],
        "advantage_over_reference": {
            split: None if gap is None else gap.to_json() for split, gap in results.advantage.items()
        },
        "capacities": [dict(one) for one in results.capacities],
        "reliability": [dict(one) for one in results.reliability],
        "slices": [
            {"dimension": one.dimension, "value": one.value, "rows": one.rows, "failures": one.failures,
             **{name: m.to_json() for name, m in one.measures.items()}}
            for one in results.slices
        ],
        "lead": None if results.lead is None else {
            "failed": results.lead.failed,
            "strong": lead_summary(results.lead.strong, results.lead.failed),
            "moderate": lead_summary(results.lead.moderate, results.lead.failed),
            "jaccard": list(results.lead.jaccard), "persistence": results.lead.persistence,
        },
        "drift": [asdict(one) for one in results.drift],
        "rules": results.rules,
        "agents": results.agents,
    }  # fmt: skip
