"""Stopping what was started: the first process of a group is asked first, and nothing is left whatever it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scripts.processes import Family, members

ROOT = Path(__file__).resolve().parents[2]

# Its own child must answer before it ends: told to stop beside it, the child would be gone and the parent would wait.
CLUSTER = """
import os, signal, sys, time
ours, theirs = os.pipe(), os.pipe()
child = os.fork()
if not child:
    os.read(ours[0], 1)
    os.write(theirs[1], b"done")
    time.sleep(60)
def stop(number, frame):
    os.close(theirs[1])
    os.write(ours[1], b"x")
    if not os.read(theirs[0], 4):
        time.sleep(60)
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody buries it
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open(sys.argv[1], "w").close()
time.sleep(60)
"""
# It ends at once and leaves a child behind it.
CARELESS = """
import os, sys, time
if os.fork():
    open(sys.argv[1], "w").close()
    time.sleep(60)
time.sleep(60)
"""


def started(family: Family, program: str, ready: Path) -> None:
    family.start("program", [sys.executable, "-c", program, str(ready)])
    end = time.monotonic() + 60
    while not ready.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> list[signal.Signals]:
    """The signals sent to whole groups: what is done to those who did not stop when asked."""
    sent: list[signal.Signals] = []
    real = os.killpg

    def killpg(group: int, number: int) -> None:
        if number:
            sent.append(signal.Signals(number))
        real(group, number)

    monkeypatch.setattr(os, "killpg", killpg)
    return sent


def test_a_cluster_that_waits_for_its_workers_stops_when_asked(tmp_path: Path, forced: list[signal.Signals]) -> None:
    with Family() as family:
        started(family, CLUSTER, tmp_path / "ready")
        child = family.children[0]

        family.stop(patience=60)

    assert child.process.returncode == 0
    assert forced == []


def test_an_ended_process_that_nobody_buries_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Under an ancestor that adopts the orphans and leaves them there, as some containers' first process does."""
    program = f"""
import os, sys
from pathlib import Path
from scripts.processes import Family, follow_parent
from tests.house.test_processes import CLUSTER, started
follow_parent()
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
sent, real = [], os.killpg
os.killpg = lambda group, number: (number and sent.append(number), real(group, number))
with Family() as family:
    started(family, CLUSTER, Path({str(tmp_path / "ready")!r}))
    family.stop(patience=2)
print(sent, flush=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_a_process_heeds_the_signal_to_stop_whatever_its_caller_ignores(tmp_path: Path) -> None:
    """A caller that is stopping ignores the signals, and what it starts would inherit its deafness."""
    tells = "import signal, sys; print(signal.getsignal(signal.SIGTERM).name, file=open(sys.argv[1], 'w'))"
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with Family() as family:
            family.run("program", [sys.executable, "-c", tells, str(tmp_path / "told")], timeout=60)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert (tmp_path / "told").read_text() == "SIG_DFL\n"


def test_a_family_left_gives_its_caller_back_the_signals() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with Family():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_what_a_first_process_leaves_behind_is_stopped_too(tmp_path: Path) -> None:
    with Family() as family:
        started(family, CARELESS, tmp_path / "ready")
        pid = family.children[0].process.pid

        family.stop(patience=3600)  # it is not waited for: who was to stop them is gone

    assert not members(pid)
