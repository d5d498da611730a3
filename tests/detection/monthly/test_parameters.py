"""What an operator may choose: read whole, or refused by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vigie.detection.monthly.parameters import FILE, load
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month

JUNE = Month(2026, 6)


def parameters(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text)
    return folder


def test_source_is_due_on_its_own_day(tmp_path: Path) -> None:
    found = load(parameters(tmp_path, "source_day = 2\n\n[source_days]\ndebit = 20\n"))

    assert found.planned_delivery(JUNE, "debit") == date(2026, 7, 20)
    assert found.planned_delivery(JUNE, "procol") == date(2026, 7, 2)
    assert found.planned_delivery(Month(2026, 7), "procol") == date(2026, 8, 3)  # the 2nd is a Sunday
    assert load(tmp_path / "empty").source_days == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[source_days]\nnothing = 20", "source inconnue « nothing »"), ("[source_days]\ndebit = 31", "de 1 à 28"),
        ("[source_days]\ndebit = '20'", "de 1 à 28"), ("source_days = 3", "un tableau est attendu"),
        ("months = 'many'", "un nombre entier est attendu"), ("unknown = 1", "paramètre inconnu"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CheckFailed, match=told):
        load(parameters(tmp_path, text))
