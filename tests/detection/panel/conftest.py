"""An engine for each test, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vigie.detection.engine import Engine, engine


@pytest.fixture
def opened() -> Iterator[Engine]:
    with engine(threads=1) as one:
        yield one
