"""From scores to the published folder: corrections, levels, checks, then one rename.

The publication is a step like another: when nothing it depends on has changed, the one that stands is kept. When
something has, the month gets a new number, which replaces the former.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.detection import feedback, panel, perimeter, scored
from vigie.detection.corrections import application
from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.files import CONTEXT_COLUMNS, read_folder, rules_version
from vigie.detection.engine import Engine, engine
from vigie.detection.features.registry import available
from vigie.detection.model import thresholds
from vigie.detection.model.calibrate import prior_shift, sigmoid
from vigie.detection.model.columns import model_features
from vigie.detection.monthly import model_stage, panel_stage
from vigie.detection.monthly.context import AlreadyTold, Run
from vigie.detection.monthly.manifest_stage import Released, cutoffs, manifest
from vigie.detection.peers import groups, means
from vigie.detection.release import (
    checks,
    dossiers,
    drifting,
    entries,
    figures,
    history,
    identity,
    left_out,
    lookalikes,
    partner,
    reasons,
    sectors,
)
from vigie.detection.release.card import Told, card
from vigie.detection.run_record import BLOCKING, WARNING, Message
from vigie.detection.scored import ScoredMonth
from vigie.detection.sources.feedback import SOURCE as FEEDBACK_SOURCE
from vigie.detection.steps import Facts, Step
from vigie.publication.manifest import Rule
from vigie.publication.write import write

FEEDBACK = FEEDBACK_SOURCE.code
CODE = (
    "release",
    "corrections",
    "peers.py",
    "scored.py",
    "feedback.py",
    "monthly/release_stage.py",
    "monthly/manifest_stage.py",
)


def corrections_in_force(run: Run) -> tuple[Correction, ...]:
    """The approved corrections of the month; files that cannot be used are told, and left out."""
    known = {one.code for one in available()} | CONTEXT_COLUMNS
    library = read_folder(run.corrections, known)
    for problem in library.problems:
        run.record.say(Message(WARNING, problem.message_fr, "redressements", problem.file))
    return library.active(run.month)


def publish(run: Run, model: Facts) -> Facts:
    """The month's publication; gives its identifier and counts."""
    corrections = corrections_in_force(run)
    earlier = {str(m): p.name for m, p in history.publications(run.publications).items() if m < run.month}
    step = Step(
        name="publish",
        code=CODE,
        inputs={
            "scores": scored.facts_of(run.lake.scores(run.month)),
            "panel": panel_stage.state_of(run),
            "rules": rules_version(corrections),
            "earlier": earlier,
            "parameters": run.parameters.facts(),
            "deliveries": {code: str(month) for code, month in run.deliveries.items()},
            "sources": {
                code: [facts.get("state"), facts.get("sha256")] for code, facts in run.record.facts["sources"].items()
            },
        },
        outputs=_standing(run),
        work=lambda: _publish(run, model, corrections),
    )
    return run.do(step)


def _standing(run: Run) -> tuple[Path, ...]:
    """The publication in force of the month, if there is one: without it the step must be done."""
    found = history.publications(run.publications).get(run.month)
    return (found or run.publications / f"{run.month}.1",)


def judge(month: ScoredMonth, corrections: tuple[Correction, ...], former: Any, names: pa.Table) -> entries.Judged:
    """The month after corrections. former: entries of the list before (siren, level), or None."""
    adjusted = application.apply(
        corrections, month.firms, month.contributions, month.scores.log_odds,
        thresholds=month.thresholds, month=month.month,
    )  # fmt: skip
    policy = thresholds.Policy.from_json(month.facts["policy"])
    bounds = thresholds.Thresholds(month.thresholds.strong, month.thresholds.moderate, policy)
    places = np.array([one or "" for one in month.firms["departement"].to_pylist()], dtype=np.str_)
    before = None
    if former is not None:
        known = dict(zip(former["siren"], former["level"].astype(str), strict=True))
        before = np.array([known.get(one, "none") for one in month.siren], dtype=np.str_)
    group = groups(month.firms)
    score = sigmoid(adjusted.log_odds)
    return entries.Judged(
        scored=month,
        adjusted=adjusted,
        level=thresholds.levels(bounds, score, places, before),
        level_model=thresholds.levels(bounds, month.scores.p18, places, before),
        group=group,
        reference=means(score, group),
        identity=names,
    )


def _publish(run: Run, model: Facts, corrections: tuple[Correction, ...]) -> Facts:
    month = scored.load(run.lake.scores(run.month))
    earlier = history.history(run.publications, run.month)
    said = _said(run)
    helped = lookalikes.accompanied(month, said)
    with engine(temp_directory=run.lake.tmp / "release") as opened:
        names = identity.identity(opened, run.rows("sirene"), run.rows("sirene_ul"), month.firms)
        judged = judge(month, corrections, earlier.former, names)
        need = lookalikes.need(month, helped, run.parameters.seed)
        table = entries.entries(judged, earlier, _ages(run), helped.mask if helped else None, need)
        moved = _drifting(run, model, month)
        verdicts = checks.verify(judged, table, earlier, run.parameters, moved)
        _refuse_what_is_wrong(run, verdicts)
        tables = _tables(run, opened, judged, table, earlier)
        tables["left_out"], rules = _left_out(run, opened)
        covered = identity.establishments(opened, run.rows("sirene"), month.firms)
    if moved is not None:
        tables["drift"] = drifting.table(moved)
    if helped is not None and helped.mask.any():
        tables["lookalikes"] = lookalikes.table(month, helped, judged.level != entries.NONE)
    number, replaced = history.next_number(run.publications, run.month)
    facts = manifest(run, Released(model, judged, corrections, tuple(verdicts), tuple(rules), covered, replaced))
    told = None if said is None else Told.of(said, earlier.former_id)
    identifier = f"{run.month}.{number}"
    write(run.publications, identifier, tables, facts, card(facts, month, table, moved, told))
    levels = table["level"].to_pylist()
    return {
        "publication": identifier,
        "replaces": replaced,
        "companies": table.num_rows,
        "establishments": covered,
        **{level: levels.count(level) for level in ("strong", "moderate")},
        "checks": [vars(verdict.check) for verdict in verdicts],
        "drift": drifting.facts(moved, model, drifting.volumes(table, earlier)),
        "feedback": None if told is None else told.facts(),
    }


def _said(run: Run) -> pd.DataFrame | None:
    """What agents recorded by the last day of the month; None when the service never told anything."""
    return feedback.known(run.rows(FEEDBACK), run.month) if FEEDBACK in run.deliveries else None


def _tables(
    run: Run, opened: Engine, judged: entries.Judged, table: pa.Table, earlier: history.History
) -> dict[str, Any]:
    """What goes with the entries: contributions, dossiers, quartiles of the sectors, partners' scores."""
    former = None
    if earlier.former_id:
        former = pq.read_table(run.publications / earlier.former_id / "contributions.parquet")
    explained = reasons.Explanations(model_features(available()), _fact_dates(run), run.month)
    sirens = judged.scored.siren.tolist()
    # The engine cuts the dossiers while this thread writes the reasons: neither needs the other.
    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(dossiers.write_dossiers, opened, dossier_inputs(run), sirens, run.lake.tmp / "dossiers")
        told = reasons.contributions(judged, explained, earlier, former)
        made = cut.result()
    tables: dict[str, Any] = {
        "entries": table,
        "entry_figures": _figures(run, opened, table, made, judged),
        "contributions": told,
        **made,
        **_partner_scores(run, judged.scored),
    }
    if "dossier_accounts" in made:
        tables["sector_ratios"] = sectors.sector_ratios(opened, made["dossier_accounts"], table, run.month)
    return tables


def _figures(
    run: Run, opened: Engine, table: pa.Table, made: dict[str, Path], judged: entries.Judged
) -> pa.Table:  # fmt: skip
    """What the list shows of the firms in alert, read in the dossiers that were just cut."""
    alerted = table.filter(pc.not_equal(table["level"], entries.NONE))["siren"].to_pylist()
    states = dict(zip(judged.scored.siren.tolist(), judged.scored.firms["proceedings_state"].to_pylist(), strict=True))
    known = figures.Known(made, run.rows("sirene_ul"), cutoffs(run), run.month, states)
    return figures.entry_figures(opened, known, alerted)


def _left_out(run: Run, opened: Engine) -> tuple[pa.Table, list[Rule]]:
    """The firms out of the perimeter, each with its rule, and their count by rule."""
    rows = pq.read_table(
        panel.month_file(panel_stage.folder(run), run.month), columns=["siren", "in_perimeter", "proceedings_state"]
    )
    sources = {code: run.rows(code) for code in left_out.SOURCES}
    return left_out.left_out(opened, sources, rows, run.month, perimeter.in_force(run.month))


def _partner_scores(run: Run, month: ScoredMonth) -> dict[str, pa.Table]:
    """Partners' scores, shown beside ours; no table when none was ever delivered."""
    if partner.SOURCE.code not in run.deliveries:
        return {}
    folders = run.lake.deliveries(partner.SOURCE.code, run.month).values()
    rows = [folder / "rows.parquet" for folder in folders]
    return {"partner_scores": partner.partner_scores(rows, month.siren.tolist(), run.month)}


def _drifting(run: Run, model: Facts, month: ScoredMonth) -> drifting.Drifting | None:
    """The month against what its model learnt on; None for a model stored without it."""
    found = model_stage.reference(run.lake.models / model["model_id"])
    if found is None:
        return None
    forecast = run.parameters.forecast_rate
    shift = prior_shift(forecast, float(model["calibration_rate"])) if forecast else 0.0
    return drifting.drifting(found, month, model_features(available()), run.parameters.drift_weight, shift)


def _refuse_what_is_wrong(run: Run, verdicts: list[checks.Verdict]) -> None:
    run.record.facts["checks"] = [vars(verdict.check) for verdict in verdicts]
    for verdict in verdicts:
        if not verdict.check.passed:
            seen = f"Vu : {verdict.check.value} ; limite : {verdict.check.limit}."
            severity = BLOCKING if verdict.blocking else WARNING
            waits = not (verdict.blocking or verdict.check.advisory)
            remedy = "La liste attendra l’accord de deux personnes." if waits else verdict.remedy_fr
            run.record.say(Message(severity, verdict.message_fr, expectation=seen, remedy=remedy))
    blocking = [verdict.check.name for verdict in verdicts if verdict.blocking and not verdict.check.passed]
    if blocking:
        raise AlreadyTold(str(run.month), f"rien n’est publié, contrôles bloquants non tenus : {', '.join(blocking)}.")


def _ages(run: Run) -> dict[str, int]:
    """Months between the run and the delivery in hand of each source."""
    return {code: (run.month.year - m.year) * 12 + run.month.month - m.month for code, m in run.deliveries.items()}


def _fact_dates(run: Run) -> dict[str, date]:
    """The month of the freshest fact behind each feature: that of the run less the feature's delay and staleness."""
    ages = _ages(run)
    found = {}
    for one in available():
        late = max([ages.get(code, 0) for code in one.sources], default=0)
        found[one.code] = run.month.plus(-one.delay_months - late).first_day
    return found


def dossier_inputs(run: Run) -> dossiers.Inputs:
    first = run.month.plus(1 - run.parameters.months)
    return dossiers.Inputs({code: run.rows(code) for code in run.deliveries}, first, run.month)
