from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.territory.worlds import areas_file
from vigie.territory import actions
from vigie.territory.models import Commune
from vigie.territory.official_code import read_official_code, write_official_code


@pytest.fixture
def mayotte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command loads Mayotte alone: what it says and refuses is the same."""
    write_official_code(read_official_code(only_departements=["976"]), tmp_path / "data")
    load = actions.load_cog
    monkeypatch.setattr(
        "vigie.territory.management.commands.load_cog.load_cog",
        lambda **options: load(folder=tmp_path / "data", **options),
    )


def test_the_load_gives_its_account_in_one_line(db: None, mayotte: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_cog")
    call_command("load_cog")

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("official code 2026: communes 17 (+17 ~0 -0); postal codes ")
    assert second.startswith("official code 2026: communes 17 (unchanged); ")


def test_a_dry_run_says_so(db: None, mayotte: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_cog", dry_run=True)

    assert capsys.readouterr().out.startswith("dry run, nothing written: official code 2026: communes 17 (+17")
    assert not Commune.objects.exists()


def test_employment_areas_are_in_the_account(
    db: None, mayotte: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_cog", employment_areas=areas_file(tmp_path, "97611;Mamoudzou;0601;Mamoudzou"))

    assert capsys.readouterr().out.endswith("employment areas 1 (+1 ~0 -0), 1 communes changed, 16 without\n")


@pytest.mark.parametrize("option", ["movements", "employment_areas"])
def test_a_wrong_file_is_an_error_of_the_command(db: None, mayotte: None, tmp_path: Path, option: str) -> None:
    (tmp_path / "wrong.csv").write_text("a;b\n1;2\n")

    with pytest.raises(CommandError, match=r"wrong\.csv, line 1: no column"):
        call_command("load_cog", **{option: tmp_path / "wrong.csv"})
    assert not Commune.objects.exists()
