"""Samples with their expected values, when they are at hand: in VIGIE_SHARED_DATA, or in ../shared/data."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def shared_sources() -> Path | None:
    """The folder of samples, if there is one."""
    folder = Path(os.environ.get("VIGIE_SHARED_DATA") or ROOT.parent / "shared" / "data") / "sources"
    return folder if folder.is_dir() else None


def expected(folder: str, name: str) -> dict[str, Any]:
    """The expectation beside a sample."""
    base = shared_sources()
    assert base is not None
    values: dict[str, Any] = json.loads((base / folder / f"{name}.attendu.json").read_text(encoding="utf-8"))
    return values


def calculation(name: str) -> Any:
    """One of the calculation cases, or None when there is none at hand."""
    base = shared_sources()
    path = base / "calculs" / f"{name}.json" if base else None
    return json.loads(path.read_text(encoding="utf-8")) if path and path.is_file() else None
