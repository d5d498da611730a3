"""`vigie-batch why`: one French sentence for any SIREN."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from tests.detection import typed
from vigie.detection.commands import why
from vigie.kernel.period import Month

MAY = Month(2026, 5)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    world = typed.together(
        typed.firm(1, "2025-01", "2026-04"), typed.firm(2, "2025-01", "2026-04", legal_category="7210")
    )
    for batches in typed.deliver(tmp_path, MAY, world).values():
        (batches[MAY].parent / "report.json").write_text("{}")
    return tmp_path


def asked(lake: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    why.add_arguments(parser)
    return why.run(parser.parse_args([*words, "--lake", str(lake)]))


def test_a_followed_firm(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(lake, typed.siren(1)) == 0
    assert capsys.readouterr().out == "Cette entreprise est suivie en 2026-05 (périmètre 2026-03).\n"


def test_a_firm_left_out_and_the_rule(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grouped = f"{typed.siren(2)[:3]} {typed.siren(2)[3:6]} {typed.siren(2)[6:]}"

    assert asked(lake, grouped, "--month", "2026-05") == 1
    assert "catégorie juridique (7210)" in capsys.readouterr().out


def test_any_siren_has_an_answer(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(lake, typed.siren(77)) == 1
    assert "absent du répertoire Sirene" in capsys.readouterr().out


def test_what_is_not_a_siren_is_refused(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(lake, "12") == 2
    assert "9 chiffres" in capsys.readouterr().err


def test_an_empty_lake_cannot_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(tmp_path, typed.siren(1)) == 2
    assert "aucune livraison de sirene" in capsys.readouterr().err
