"""An engine for each test; the official cases are only collected where they are at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.detection.features.cases import CASES
from vigie.detection.engine import Engine, engine

collect_ignore = [] if CASES.exists() else ["test_official_cases.py"]


@pytest.fixture
def opened() -> Iterator[Engine]:
    with engine(threads=1) as one:
        yield one
