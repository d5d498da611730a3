"""The table of the cases names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_every_test_named_in_the_table_exists() -> None:
    table = (HERE / "README.md").read_text(encoding="utf-8")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in HERE.parent.rglob("test_*.py"))

    named = set(re.findall(r"`(test_\w+)`", table))
    files = set(re.findall(r"`(\w+/test_\w+\.py)`", table))

    assert len(named) > 20
    assert {name for name in named if f"def {name}(" not in sources} == set()
    assert {name for name in files if not (HERE.parent / name).is_file()} == set()
