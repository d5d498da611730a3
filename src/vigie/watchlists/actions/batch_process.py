"""How the service calls the batch: a process of its own, that shares nothing but folders."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[3]


def command(*arguments: str) -> list[str]:
    """`vigie-batch` with its arguments, by the Python that runs the service."""
    return [sys.executable, "-m", "vigie.detection.cli", *arguments]


def environment() -> dict[str, str]:
    """The service's environment, in which the batch finds its own code whatever the folder it starts in."""
    path = os.pathsep.join(filter(None, [str(SOURCES), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}
