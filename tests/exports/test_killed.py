"""A maker killed at each of its points, in processes of their own; the trial itself is in ``bench/trials``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
WHOLE_S = 300


@pytest.mark.engine
def test_a_maker_killed_anywhere_is_followed_by_one_file_and_one_mail() -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    if not settings.VIGIE.database_url.startswith("postgres"):
        environ.pop("VIGIE_DATABASE_URL", None)

    done = subprocess.run(
        [sys.executable, "-m", "bench.trials.exports"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=WHOLE_S, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().splitlines()[-1] == "kept", done.stdout
