"""S-10 with real processes and real kills; VIGIE_KILLS=50, or `python -m bench.trials.audit`, has the long form."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bench.trials.audit import POINTS
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
KILLS = os.environ.get("VIGIE_KILLS", "5")


@pytest.mark.engine
def test_the_chain_verifies_after_each_kill() -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    if not settings.VIGIE.database_url.startswith("postgres"):
        environ.pop("VIGIE_DATABASE_URL", None)

    done = subprocess.run(
        [sys.executable, "-m", "bench.trials.audit", "--kills", KILLS],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"kept in {KILLS} kills")


def test_every_point_of_the_audit_is_in_the_trials() -> None:
    journal = ROOT / "src" / "vigie" / "journal"
    named = {
        name
        for path in journal.glob("*.py")
        for name in re.findall(r'crash_point\("(audit\.[a-z_.]+)"\)', path.read_text("utf-8"))
    }

    assert named == set(POINTS)
