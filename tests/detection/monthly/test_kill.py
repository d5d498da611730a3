"""R-05: the batch killed at any moment resumes to the same publication, and never shows half of one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.detection.monthly.conftest import SECOND, Batch
from tests.detection.monthly.test_month import files
from vigie.publication.read import open_publication

ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("VIGIE_KILLS", "5"))


def test_killed_at_random_moments_it_resumes_to_the_same_bytes(
    september: Batch, copy_of: Callable[[Batch], Batch], tmp_path: Path
) -> None:
    batch = copy_of(september)
    undisturbed = Batch(tmp_path / "undisturbed")
    subprocess.run(["cp", "-a", str(batch.root), str(undisturbed.root)], check=True)
    begun = time.monotonic()
    assert run(undisturbed).wait() == 0
    length = time.monotonic() - begun
    chance = random.Random(20)  # seeded: a failing trial can be replayed

    for _ in range(KILLS):
        process = run(batch)
        try:
            process.wait(timeout=chance.uniform(0.1, 1.0) * length)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for folder in batch.publications.glob("2*"):
            open_publication(folder)  # whole, or not there

    assert run(batch).wait() == 0
    assert [path.name for path in batch.publications.glob("2026-10.*")] == ["2026-10.1"]
    assert files(batch.publications / "2026-10.1") == files(undisturbed.publications / "2026-10.1")
    assert files(batch.publications / "2026-09.1") == files(september.publications / "2026-09.1")


def run(batch: Batch) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "VIGIE_CODE_VERSION": "trial"}
    command = [sys.executable, "-m", "vigie.detection.cli", *batch.arguments(SECOND)]
    return subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
