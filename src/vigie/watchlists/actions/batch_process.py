"""How the service calls the batch: a process of its own, that shares nothing but folders.

The one place of the service that starts a process: always our own program, by the Python that runs us, without a shell,
with arguments that the callers have verified.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

SOURCES = Path(__file__).resolve().parents[3]


def command(*arguments: str) -> list[str]:
    """`vigie-batch` with its arguments."""
    return [sys.executable, "-m", "vigie.detection.cli", *arguments]


def environment() -> dict[str, str]:
    """The service's environment, in which the batch finds its own code whatever the folder it starts in."""
    path = os.pathsep.join(filter(None, [str(SOURCES), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def start(*arguments: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts the batch apart: it outlives the job that started it. What it says goes to ``log``."""
    return subprocess.Popen(  # noqa: S603  # our own program
        command(*arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        env=environment(),
    )  # fmt: skip


def run(*arguments: str) -> tuple[int, str]:
    """Runs the batch to its end: its exit code, and what it said."""
    done = subprocess.run(  # noqa: S603  # our own program
        command(*arguments), env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr
