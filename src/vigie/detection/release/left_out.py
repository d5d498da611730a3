"""Firms that no list holds, and why: counted by rule in the manifest, told for one SIREN on its sheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.detection import perimeter
from vigie.detection.engine import Engine
from vigie.detection.perimeter import RULES, Perimeter
from vigie.kernel.period import Month
from vigie.publication.manifest import Rule
from vigie.publication.schema import BY_NAME

SOURCES = ("sirene", "sirene_ul", "sirene_histo", "effectif_ent")
IN_PROCEEDINGS = "in_proceedings"
STATES_FR = {
    "plan": "un plan de redressement ou de sauvegarde est en cours",
    "sauvegarde": "une procédure de sauvegarde est en cours",
    "redressement": "un redressement judiciaire est en cours",
    "liquidation": "une liquidation judiciaire est en cours",
}


def left_out(
    engine: Engine, deliveries: Mapping[str, Path], panel_rows: pa.Table, month: Month, rules: Perimeter
) -> tuple[pa.Table, list[Rule]]:
    """The table `left_out`, and the count of each rule in the order in which rules are looked at.

    panel_rows: siren, in_perimeter, proceedings_state of the month. A firm already in court is followed by the court,
    not by a list of risks: it is the last rule.
    """
    tables = {source: engine.read(deliveries[source]) for source in SOURCES}
    facts = perimeter.month_facts(engine, tables, month, rules)
    rows = engine.arrow(
        facts.mutate(rule=perimeter.reason(facts, rules)).filter(lambda t: t.rule.notnull())
        .select("siren", "rule", "legal_category", "naf")
    )  # fmt: skip
    inside = np.asarray(panel_rows["in_perimeter"].fill_null(False), dtype=bool)
    state = panel_rows["proceedings_state"].to_numpy(zero_copy_only=False)
    in_court = panel_rows.filter(pa.array(inside & (state != "in_bonis")))
    counted = {code: int(pc.sum(pc.equal(rows["rule"], code)).as_py() or 0) for code in RULES}
    found = [Rule(code, RULES[code][0], counted[code]) for code in RULES]
    found.append(Rule(IN_PROCEEDINGS, "Procédure collective ou plan en cours", in_court.num_rows))
    return pa.concat_tables([_outside(rows, rules), _in_court(in_court)]).sort_by("siren"), found


def _outside(rows: pa.Table, rules: Perimeter) -> pa.Table:
    words = []
    for row in rows.to_pylist():
        words.append(
            RULES[row["rule"]][1].format(
                workforce_at_least=rules.workforce_at_least, window_months=rules.window_months,
                recent_months=rules.recent_months, legal_category=row["legal_category"], naf=row["naf"],
            )
        )  # fmt: skip
    return _table(rows["siren"].to_pylist(), rows["rule"].to_pylist(), words)


def _in_court(rows: pa.Table) -> pa.Table:
    states = rows["proceedings_state"].to_pylist()
    return _table(rows["siren"].to_pylist(), [IN_PROCEEDINGS] * len(states), [STATES_FR.get(s, s) for s in states])


def _table(siren: list[str], rule: list[str], observed: list[str]) -> pa.Table:
    return pa.table({"siren": siren, "rule": rule, "observed": observed}, schema=BY_NAME["left_out"].arrow())
