"""The commands around the tests: nothing is skipped in silence, what is missing is said with its remedy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from scripts import postgresql

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest

def test_passes():
    pass

@pytest.mark.skip(reason="no time today")
def test_skipped():
    pass

def test_skips_itself():
    pytest.skip("not here")

@pytest.mark.xfail(reason="known fault")
def test_expected_to_fail():
    raise AssertionError

@pytest.mark.xfail(reason="mended since")
def test_expected_to_fail_and_passes():
    pass
"""
SILENT_FILE = "import pytest\npytest.skip('the whole file', allow_module_level=True)\n"


def run_pytest(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """pytest as .ci/run calls it, on a folder of its own."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.no_skip", "-p", "no:django", "-p", "no:cacheprovider"]
    inherited = {name: value for name, value in os.environ.items() if name != "VIGIE_DATABASE_URL"}
    return subprocess.run(
        [*command, "-c", "pytest.ini", "--rootdir", ".", *arguments, "."],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [(), ("-n", "1")], ids=["alone", "in a worker"])
def test_skips_and_expected_failures_count_as_failures(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)

    done = run_pytest(tmp_path, *arguments)

    assert done.returncode == 1
    assert "3 failed, 1 passed, 1 error" in done.stdout
    for reason in ("no time today", "not here", "known fault", "mended since"):
        assert reason in done.stdout


def test_a_file_that_skips_itself_counts_as_a_failure(tmp_path: Path) -> None:
    (tmp_path / "test_silent.py").write_text(SILENT_FILE)

    done = run_pytest(tmp_path)

    assert done.returncode != 0
    assert "the whole file" in done.stdout


def test_postgresql_asked_for_and_not_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_passes():\n    pass\n")
    (tmp_path / "elsewhere.py").write_text("DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n")

    done = run_pytest(
        tmp_path,
        VIGIE_DATABASE_URL="postgresql://vigie@/nowhere/vigie",
        DJANGO_SETTINGS_MODULE="elsewhere",
        PYTHONPATH=f"{ROOT}{os.pathsep}{tmp_path}",
    )

    assert done.returncode != 0
    assert "asked for on PostgreSQL" in done.stdout + done.stderr


def test_missing_postgresql_is_said_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)

    with pytest.raises(postgresql.NoPostgresql, match="apt install postgresql"):
        postgresql.programs()


def test_most_recent_postgresql_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)

    assert postgresql.programs() == tmp_path / "17" / "bin"


def test_missing_chromium_is_said_with_its_remedy(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(ROOT / "scripts" / "find_chromium.sh")],
        env={**os.environ, "VIGIE_CHROMIUM": str(tmp_path / "chromium")},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "apt install chromium" in done.stderr


def test_python_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    finder = str(ROOT / "scripts" / "find_python.sh")

    chosen = subprocess.run(["sh", finder], env={**os.environ, "PYTHON": str(old)}, capture_output=True, text=True)
    found = subprocess.run(["/bin/sh", finder], env={"PATH": str(tmp_path)}, capture_output=True, text=True)

    assert chosen.returncode == found.returncode == 1
    assert "is not a Python of 3.11 or later" in chosen.stderr
    assert "apt install python3" in found.stderr
