"""The same people ask for hundreds of pages in one test."""

from __future__ import annotations

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _statements_are_compared_once(settings: Settings) -> None:
    """Composing each statement again for the same person at each page is half of these tests' time."""
    settings.STATEMENTS_CHECKED = set()
