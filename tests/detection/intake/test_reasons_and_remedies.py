"""A refusal says what is wrong; what to do about it is told once, by the one who tells it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vigie.detection.intake
from vigie.detection.intake.report import ASK_AGAIN, FileReport

MODULES = sorted(Path(vigie.detection.intake.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_reason_names_a_remedy(module: Path) -> None:
    """The month tells the remedy after the reason: one within the reason would be said twice, in other words."""
    written = module.read_text(encoding="utf-8").replace(ASK_AGAIN, "")
    assert not re.search(r"\b[Dd]emandez", written)


def test_the_sentence_of_a_refused_file_ends_with_what_to_do() -> None:
    report = FileReport(source="debit")
    report.refuse("L’archive gzip est tronquée.")
    assert report.summary_fr == f"aucun fichier : fichier refusé. L’archive gzip est tronquée. {ASK_AGAIN}"
