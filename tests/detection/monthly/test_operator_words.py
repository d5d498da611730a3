"""What whoever types the commands reads: one language, the place, what was expected, the remedy; never a traceback."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.detection.monthly.conftest import FIRST, SECOND, Batch
from vigie.detection import cli
from vigie.kernel.period import Month


@pytest.fixture
def batch(copy_of: Callable[[Batch], Batch], september: Batch) -> Batch:
    return copy_of(september)


ENGLISH = re.compile(r"\b(the|expected|required|invalid|error|unknown|failed|done|no such|must|cannot|usage:)\b")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["bogus"], "n’est pas proposé"),
        (["run", "--month", "septembre"], "un mois s’écrit 2026-06"),
        (["run", "--month", "2026-09"], "il manque : --incoming"),
        (["status", "--lake", "x", "--publications", "x", "--strange"], "inconnu ici : --strange"),
    ],
)
def test_a_wrong_use_is_told_in_french(typed: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(typed)

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert told in said
    assert not ENGLISH.search(said), said


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_the_help_of_each_command_is_in_french(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])

    said = capsys.readouterr().out
    assert not ENGLISH.search(said), said


@pytest.mark.parametrize("given", ["debit", "debits:Jeanne Martin"])
def test_a_wrong_acceptance_is_refused_before_a_run_begins(
    batch: Batch, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ended a run half-way, whose record said « running » for ever; an unknown source was taken in silence."""
    assert batch.run(FIRST, "--accept", given) == 1

    assert f"--accept {given}" in capsys.readouterr().err
    assert batch.record(FIRST)["state"] == "done"
    assert batch.record(FIRST)["number"] == 1


def test_another_month_than_those_delivered_is_refused_at_once(
    batch: Batch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch.run(Month(2026, 12)) == 1

    said = capsys.readouterr().err
    assert "2026-12" in said
    assert "2026-09, 2026-10" in said
    assert not (batch.lake.root / "runs" / "2026-12").exists()


def test_the_folder_of_another_month_is_refused(batch: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = batch.arguments(SECOND)
    arguments[arguments.index("--incoming") + 1] = str(batch.incoming / str(FIRST))

    assert cli.main(arguments) == 1
    assert "un autre mois que 2026-10" in capsys.readouterr().err


def test_an_empty_folder_is_told_in_two_messages_not_in_twenty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = Batch(tmp_path)
    (empty.incoming / str(FIRST)).mkdir(parents=True)

    assert empty.run(FIRST) == 1

    said = capsys.readouterr().out.splitlines()
    assert len([line for line in said if line.startswith("[")]) == 2
    assert "[attention] 2026-09 : aucun fichier d’une source connue" in said[0]
    assert "« Débits Urssaf » (sigfaible_debits.csv, jamais livrée)" in said[1]
    assert empty.record(FIRST)["state"] == "blocked"


def test_a_lake_that_is_a_file_is_told_without_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lake").write_text("")
    (tmp_path / "incoming").mkdir()

    assert Batch(tmp_path).run(FIRST) == 1
    assert "un dossier est attendu" in capsys.readouterr().err


def test_status_says_what_the_next_run_will_do_again(batch: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    """It told of sources only: a result taken away, or choices changed since, were seen at the next run."""
    asked = ["status", "--lake", str(batch.lake.root), "--publications", str(batch.publications)]
    assert cli.main(asked) == 0
    assert "À refaire" not in capsys.readouterr().out

    shutil.rmtree(batch.lake.scores(FIRST))
    with (batch.lake.root / "parameters.toml").open("a") as choices:
        choices.write("hysteresis = 0.2\n")
    assert cli.main(asked) == 0

    said = capsys.readouterr().out
    assert "À refaire — score : son résultat n’est plus là" in said
    assert "À refaire — paramètres : ont changé depuis la dernière intégration : hysteresis." in said


def test_status_tells_an_interrupted_run_from_one_at_work(batch: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    record = batch.record(FIRST)
    killed = record | {"number": 2, "state": "running", "pid": 2**22 + 1, "ended_at": None}
    (batch.lake.runs(FIRST) / "002.json").write_text(json.dumps(killed))

    cli.main(["status", "--lake", str(batch.lake.root), "--publications", str(batch.publications)])

    assert "dernière intégration : interrompue ; relancez la même commande" in capsys.readouterr().out
