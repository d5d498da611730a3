"""R-01, R-02, R-04 with real processes and real kills; `python -m bench.trials.outbox` has the long form."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.trials.outbox import ACTING, SENDING, points_of_the_source
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
WHOLE_S = 300  # it takes half a minute on a quiet machine


@pytest.mark.engine
def test_workers_killed_anywhere_lose_nothing_and_double_nothing() -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    if not settings.VIGIE.database_url.startswith("postgres"):
        environ.pop("VIGIE_DATABASE_URL", None)

    done = subprocess.run(
        [sys.executable, "-m", "bench.trials.outbox", "--trials", "30"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=WHOLE_S, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().splitlines()[-1].startswith("kept in")


def test_every_point_of_the_source_is_in_the_plan_of_the_trials() -> None:
    assert points_of_the_source() == {point for kind in (*SENDING, ACTING) for point in kind if point}
