"""Facts fresher than the list: each source keeps its own rhythm, the published list does not move.

A delivery that arrives before the month's list is due is read at once; the dossiers it changes leave through the same
door as a list, in `facts/<day>/`. Sheets show them; those who follow a firm are told by the service.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from vigie.detection.engine import engine
from vigie.detection.lake import read_json
from vigie.detection.monthly.context import Run
from vigie.detection.monthly.manifest_stage import cutoffs, source_files
from vigie.detection.monthly.release_stage import dossier_inputs
from vigie.detection.release import dossiers, history
from vigie.detection.run_record import NOTE, Message
from vigie.detection.steps import Facts, Step
from vigie.publication.manifest import ManifestFacts
from vigie.publication.write import FACTS_FOLDER, write_facts


def publish_facts(run: Run) -> Facts | None:
    """The facts folder of what arrived this month; None, with the reason in the record, when nothing new is to show."""
    fresh = {code for code, month in run.deliveries.items() if month == run.month}
    wanted = [name for name, (sources, _) in dossiers.TABLES.items() if fresh & set(sources)]
    lists = history.publications(run.publications)
    if not wanted or not lists:
        reason = "aucune liste n’est encore parue" if wanted else "aucune source qui change les fiches n’est arrivée"
        _say_nothing_new(run, reason)
        return None
    newest = lists[max(lists)]
    step = Step(
        name="facts",
        code=("release/dossiers.py", "monthly/facts_stage.py", "monthly/manifest_stage.py"),
        inputs={
            "reports": {code: _hashes(run, code) for code in sorted(run.deliveries)},
            "list": newest.name,
        },
        outputs=(),
        work=lambda: _publish(run, wanted, newest),
    )
    facts = run.do(step)
    if run.record.facts["steps"][-1]["state"] == "kept":
        _say_nothing_new(run, f"les fichiers sont ceux des faits du {facts['facts']}")
        return None
    return facts


def _say_nothing_new(run: Run, reason_fr: str) -> None:
    run.record.say(Message(NOTE, f"aucun fait nouveau : {reason_fr}."))


def _hashes(run: Run, code: str) -> list[str]:
    report = read_json(run.lake.delivery(code, run.deliveries[code]) / "report.json") or {}
    return [one["sha256"] for one in report.get("files", [])]


def _publish(run: Run, wanted: list[str], newest: Path) -> Facts:
    sirens = pq.read_table(newest / "entries.parquet", columns=["siren"])["siren"].to_pylist()
    with engine(temp_directory=run.lake.tmp / "facts-spill") as opened:
        made = dossiers.write_dossiers(opened, dossier_inputs(run), sirens, run.lake.tmp / "facts", wanted)
    identifier = _identifier(run)
    facts = ManifestFacts(
        batch=run.month,
        created_at=datetime.fromisoformat(run.created_at),
        code_version=run.code_version,
        sources=source_files(run),
        data_cutoffs=cutoffs(run),
    )
    write_facts(run.publications, identifier, made, facts)
    return {"facts": identifier, "tables": sorted(made), "companies": len(sirens)}


def _identifier(run: Run) -> str:
    """The day of the run; a second folder of the same day has a number."""
    day = run.created_at[:10]
    there = {path.name for path in (run.publications / FACTS_FOLDER).glob(f"{day}*")}
    return next(name for name in [day, *(f"{day}.{n}" for n in range(2, 1000))] if name not in there)
