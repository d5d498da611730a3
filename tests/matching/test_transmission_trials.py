"""R-02, R-04 for requests, with real processes and real kills; ``python -m bench.trials.transmission`` is longer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.trials.transmission import planned_points, points_of_the_source
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
WHOLE_S = 300


@pytest.mark.engine
def test_acts_killed_anywhere_or_done_twice_at_once_leave_nothing_half_done() -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    if not settings.VIGIE.database_url.startswith("postgres"):
        environ.pop("VIGIE_DATABASE_URL", None)

    done = subprocess.run(
        [sys.executable, "-m", "bench.trials.transmission", "--trials", "96", "--pairs", "4"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=WHOLE_S, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().splitlines()[-1].startswith("kept in")


def test_every_point_of_the_actions_is_in_the_plan_of_the_trials() -> None:
    assert points_of_the_source() <= planned_points()
