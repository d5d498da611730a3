"""The panel of the run's months, in `panel/<version of the code>/`: only what is stale is rebuilt."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from vigie.detection import panel, perimeter
from vigie.detection.features.facts import NEEDED
from vigie.detection.lake import fingerprint, read_json
from vigie.detection.monthly.context import Run
from vigie.detection.steps import Facts, Step
from vigie.kernel.period import Month

KEPT_VERSIONS = 2


def inputs(run: Run) -> dict[str, dict[Month, Path]]:
    """Every delivery of the sources that features use, up to the month: source → month → typed rows."""
    found = {}
    for source in NEEDED:
        folders = run.lake.deliveries(source, run.month)
        if folders and source in run.deliveries:
            found[source] = {month: folder / "rows.parquet" for month, folder in folders.items()}
    return found


def months(run: Run) -> list[Month]:
    """The months of the panel, the run's own last."""
    return [run.month.plus(back) for back in range(1 - run.parameters.months, 1)]


@cache
def _version() -> str:
    """The version of the code that this process runs, whatever becomes of the files meanwhile."""
    return panel.version()


def folder(run: Run) -> Path:
    """Where the panel of the present code stands."""
    return run.lake.panel / _version()


def build(run: Run) -> Facts:
    """Builds what is stale; gives rows, firms and the number of months built and kept."""
    lake_inputs = inputs(run)
    facts = {
        source: {str(month): path.stat().st_size for month, path in batches.items()}
        for source, batches in lake_inputs.items()
    }
    step = Step(
        name="panel",
        code=panel.CODE,
        inputs={"deliveries": facts, "reports": _reports(run), "months": [str(month) for month in months(run)]},
        outputs=tuple(panel.month_file(folder(run), month) for month in months(run)),
        work=lambda: _work(run, lake_inputs),
    )
    return run.do(step)


def state_of(run: Run) -> Any:
    """What the panel in hand was built from; changes when it does."""
    return read_json(run.state / "panel.json")


def _reports(run: Run) -> str:
    """What was delivered, by the reports of the readings."""
    return fingerprint({
        source: [(folder / "report.json").read_text() for folder in run.lake.deliveries(source, run.month).values()]
        for source in NEEDED
    })  # fmt: skip


def _work(run: Run, lake_inputs: dict[str, dict[Month, Path]]) -> Facts:
    made = panel.build(
        lake_inputs,
        months(run),
        folder(run),
        perimeter.in_force(run.month),
        temp_directory=run.lake.tmp / "panel",
        say=lambda text: run.say(f"panel {text}"),
    )
    _forget_old_versions(run)
    return {
        "months_built": len(made.built),
        "months_kept": len(made.kept),
        "rows": sum(made.built.values()),
        "firms": made.firms,
        "features": made.features,
    }


def _forget_old_versions(run: Run) -> None:
    """Panels of former code are rebuilt at will: the last one is kept for comparison, the others go."""
    versions = sorted(run.lake.panel.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in [path for path in versions if path != folder(run)][KEPT_VERSIONS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
