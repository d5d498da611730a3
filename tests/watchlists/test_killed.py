"""R-06: a reception killed at a named point, or at any moment, leaves the former list or the new one, whole."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrated_once import copy_migrated
from tests.publication.factories import Firm, published

ROOT = Path(__file__).resolve().parents[2]
# Small chunks, so that there are many; the list is due.
SCRIPT = """
import sys, django
from datetime import UTC, datetime
from pathlib import Path
django.setup()
from vigie.kernel import turns
from vigie.watchlists.actions import bulk
bulk.FIRST = turns.FEWEST = turns.MOST = 7
from vigie.watchlists.actions import receive
for folder in sys.argv[1:]:
    receive(Path(folder), at=datetime(2026, 7, 6, 7, 0, tzinfo=UTC))
"""
POINTS = (
    "receive.after_row:1",
    "receive.after_chunk:3",
    "receive.after_figures:1",
    "receive.after_load:1",
    "receive.after_check:1",
    "open.after_replace:1",
    "perform.after_state:1",
    "journal.after_event:2",
)


def environment(database: Path, root: Path, crash: str = "") -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "vigie.config.settings",
        "VIGIE_MODE": "test",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "VIGIE_DATABASE_URL": f"sqlite:///{database}",
        "VIGIE_PUBLICATIONS": str(root),
        "VIGIE_CRASH_AT": crash,
    }


def run(database: Path, *folders: Path, crash: str = "") -> int:
    command = [sys.executable, "-c", SCRIPT, *map(str, folders)]
    done = subprocess.run(
        command, env=environment(database, folders[0].parent, crash), capture_output=True, text=True, timeout=120
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    return done.returncode


def seen(database: Path) -> list[tuple[str, int, int]]:
    """What readers see: each open list and its entries. Places are facts of firms, which no list takes back."""
    with sqlite3.connect(database) as base:
        return base.execute(
            "SELECT code, (SELECT count(*) FROM watchlists_entry e WHERE e.publication_id = p.id) "
            "FROM watchlists_publication p WHERE state = 'open' ORDER BY code"
        ).fetchall()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A migrated base where 2026-06.1 is open, and the folder of its correction."""
    root = tmp_path_factory.mktemp("killed")
    base, publications = root / "base.sqlite3", root / "publications"
    copy_migrated(base)
    first = published(publications, "2026-06.1", [Firm(n) for n in range(1, 31)])
    second = published(
        publications, "2026-06.2", [Firm(n, also_in=("22",)) for n in range(1, 33)], replaces="2026-06.1"
    )
    assert run(base, first) == 0
    return base, first, second


def copy_of(base: Path, target: Path) -> Path:
    with sqlite3.connect(base) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    return target


BEFORE, AFTER = [("2026-06.1", 30)], [("2026-06.2", 32)]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point(point: str, built: tuple[Path, Path, Path], tmp_path: Path) -> None:
    base = copy_of(built[0], tmp_path / "base.sqlite3")

    assert run(base, built[2], crash=point) == -signal.SIGKILL
    assert seen(base) in (BEFORE, AFTER)

    assert run(base, built[2]) == 0
    assert seen(base) == AFTER
    with sqlite3.connect(base) as known:  # each line in alert has its figures, once
        assert known.execute("SELECT count(*) FROM watchlists_entryfigures").fetchall() == [(30 + 32,)]
