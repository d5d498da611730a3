"""Stopping what was started: the first process of a group is asked first, and nothing is left whatever it does."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from scripts.processes import Family

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
    end = time.monotonic() + 20
    while not ready.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_cluster_that_waits_for_its_workers_stops_at_once(tmp_path: Path) -> None:
    with Family() as family:
        started(family, CLUSTER, tmp_path / "ready")
        child = family.children[0]

        begun = time.monotonic()
        family.stop()

    assert child.process.returncode == 0
    assert time.monotonic() - begun < 5


def test_what_a_first_process_leaves_behind_is_stopped_too(tmp_path: Path) -> None:
    with Family() as family:
        started(family, CARELESS, tmp_path / "ready")
        pid = family.children[0].process.pid

        family.stop(patience=1)

    assert not _of_group(pid)


def _of_group(group: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(stat.parent.name)
    return found
