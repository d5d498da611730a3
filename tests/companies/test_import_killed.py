"""A real SIGKILL in the middle of an import, in another process; then the same command again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.companies.stock import place, unit, write_file
from tests.migrated_once import copy_migrated
from vigie.companies.stock_rows import PLACES, UNITS

ROOT = Path(__file__).resolve().parents[2]
# The settings of the tests, a small batch so that there are many, and the command.
SCRIPT = """
import sys, django
django.setup()
from django.core.management import call_command
from vigie.companies import stock_file
stock_file.BATCH_ROWS = 7
call_command(*sys.argv[1:])
"""
TABLES = {
    "companies_company": "seen_at",
    "companies_establishment": "seen_at",
    "companies_searchword": "",
}


def run(database: Path, *command: str, crash: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "vigie.config.settings_test",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "VIGIE_DATABASE_URL": f"sqlite:///{database}",
        "VIGIE_CRASH_AT": crash,
    }
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def rows(database: Path) -> list[object]:
    """All rows but for the moment of the import, and what the index answers."""
    with sqlite3.connect(database) as base:
        base.row_factory = sqlite3.Row
        found: list[object] = []
        for table, left_out in TABLES.items():
            lines = base.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608
            found += [{name: line[name] for name in line.keys() if name != left_out} for line in lines]  # noqa: SIM118
        asked = "SELECT rowid FROM companies_search WHERE companies_search MATCH '\"FIRME\"*' ORDER BY rowid"
        found += [tuple(line) for line in base.execute(asked)]
    base.close()
    return found


class Trial:
    """The same import in two databases: one left in peace, one killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        units = write_file(folder, UNITS, [unit(rank, f"FIRME {rank}") for rank in range(1, 40)], compression="gz")
        places = write_file(folder, PLACES, [place(rank) for rank in range(1, 40)], form="parquet")
        self.command = ["import_sirene", f"--legal-units={units}", f"--establishments={places}"]
        calm = folder / "calm.sqlite3"
        copy_migrated(calm)
        self.empty = calm.read_bytes()
        assert run(calm, *self.command).returncode == 0
        self.calm = rows(calm)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(tmp_path_factory.mktemp("killed"))


@pytest.mark.parametrize("again", [[], ["--resume"]])
def test_killed_then_run_again_ends_as_if_nothing_had_happened(trial: Trial, tmp_path: Path, again: list[str]) -> None:
    database = tmp_path / "killed.sqlite3"
    database.write_bytes(trial.empty)

    assert run(database, *trial.command, crash="import.after_rows:9").returncode == -signal.SIGKILL
    found = sum(isinstance(row, tuple) for row in rows(database))
    assert found == 14  # two whole batches of establishments, and nothing of the one under way

    done = run(database, *trial.command, *again)
    assert done.returncode == 0, done.stderr
    assert rows(database) == trial.calm
    assert len(trial.calm) > 3 * 39
