"""Small invented worlds, each written once for the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent
from vigie.kernel.period import Month

# A window that holds the shock of 2020, two deliveries.
TWO = Options(firms=260, outside=90, months=40, seed=7, last_month=Month(2021, 3), batches=2, truth=True)


@pytest.fixture(scope="session")
def two_deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of two successive deliveries of a small world, with the truth of each."""
    folder = tmp_path_factory.mktemp("invented")
    invent(TWO, folder)
    return folder
