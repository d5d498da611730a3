"""Reads the label files of ``data/``, once each."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def labels(name: str) -> dict[str, str]:
    """Gives code → French label of one file of ``data/``."""
    text = files("vigie.kernel.nomenclature").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    return {row["code"]: row["label"] for row in csv.DictReader(text.splitlines())}
