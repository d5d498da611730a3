"""Each flaw of the reference (detection-data.md 9, detection-model.md 1.4) has at least one test that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
DATA_FLAWS = range(1, 22)
LEAKS = range(1, 13)
NAMED = re.compile(r"(?:flaws?|row)[ _](\d+)(?: and |_and_)?(\d+)?", re.IGNORECASE)
LEAK = re.compile(r"\bL(\d+)\b|test_l(\d+)_")


@pytest.fixture(scope="module")
def texts() -> str:
    """Names and docstrings: what a test says of itself."""
    here = Path(__file__)
    files = [*(TESTS / "detection").rglob("test_*.py"), TESTS / "kernel" / "test_siren.py"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path != here)


def test_every_flaw_of_the_data_is_named_by_a_test(texts: str) -> None:
    named = {int(number) for pair in NAMED.findall(texts) for number in pair if number}

    assert set(DATA_FLAWS) - named == set()


def test_every_rule_against_leaks_is_named_by_a_test(texts: str) -> None:
    named = {int(first or second) for first, second in LEAK.findall(texts)}

    assert set(LEAKS) - named == set()
