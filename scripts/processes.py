"""Processes started together and stopped together, with everything they started themselves.

Each one leads its own session, so a Ctrl-C reaches only the caller, who stops the whole group of each. Should the
caller be killed without a word (kill -9), a watcher that holds the other end of a pipe stops the groups in its place.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A signal asked to stop; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def stop_on_signals() -> None:
    """SIGINT, SIGTERM and SIGHUP raise Stopped in the main thread."""

    def stop(number: int, _frame: object) -> None:
        raise Stopped(number)

    for number in STOPPING:
        signal.signal(number, stop)


def ignore_signals() -> list[Any]:
    """From here on, stopping is under way and cannot be interrupted in its middle. Returns what was done before."""
    return [signal.signal(number, signal.SIG_IGN) for number in STOPPING]


def follow_parent() -> None:
    """This process is told to stop when its parent (make) disappears, and adopts its own grandchildren. Linux only."""
    if sys.platform.startswith("linux"):
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass
class Child:
    """One started process, with the file that holds its output. vital: the others cannot go on without it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None
    vital: bool

    def tail(self, lines: int = 25) -> str:
        """The last lines of its output."""
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Family:
    """The processes started, in order; used with `with`, it leaves none of them, nor any they started."""

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    children: list[Child] = field(default_factory=list)

    def __enter__(self) -> Family:
        reader, self._pipe = os.pipe()
        self._watcher = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("watcher.py"))], stdin=reader, start_new_session=True
        )
        os.close(reader)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        before = ignore_signals()
        self.stop()
        os.close(self._pipe)
        self._watcher.wait(30)
        if not isinstance(error, Stopped):  # one who was told to stop stays deaf until its end
            for number, handler in zip(STOPPING, before, strict=True):
                signal.signal(number, handler)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path | None = None,
        nice: int = 0,
        vital: bool = True,
        user: tuple[int, int] | None = None,
        cwd: Path | None = None,
    ) -> Child:
        """Starts a process; its output goes to `log`, or to the caller's own. user: (uid, gid) to take on."""

        def before() -> None:
            for number in STOPPING:  # a caller that ignores them would start it deaf
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            os.write(self._pipe, f"{os.getpid()}\n".encode())
            if nice:
                os.nice(nice)

        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # no process may start without being on the list
        try:
            with open(log or os.devnull, "wb") as output:
                process = subprocess.Popen(
                    list(command),
                    env=dict(self.environ),
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=output if log else None,
                    stderr=subprocess.STDOUT if log else None,
                    start_new_session=True,
                    preexec_fn=before,
                    user=user[0] if user else None,
                    group=user[1] if user else None,
                    extra_groups=[] if user else None,
                )
            child = Child(name, process, log, vital)
            self.children.append(child)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        return child

    def run(self, name: str, command: Sequence[str], *, log: Path | None = None, timeout: float | None = None) -> Child:
        """Starts a process and waits for its end; TimeoutExpired is raised after `timeout` seconds."""
        child = self.start(name, command, log=log)
        try:
            child.process.wait(timeout)
        finally:
            self.stop_one(child)
        return child

    def ended(self) -> Child | None:
        """The first vital process found to have ended, None while all run."""
        return next((child for child in self.children if child.vital and child.process.poll() is not None), None)

    def stop_one(self, child: Child, patience: float = 2.0) -> None:
        """Stops one process and its group, and forgets it."""
        self._stop([child], patience)
        self.children.remove(child)

    def stop(self, patience: float = 10.0) -> None:
        """Asks every group to stop, waits, then forces those that remain."""
        self._stop(self.children, patience)
        self.children = []

    def _stop(self, children: Sequence[Child], patience: float) -> None:
        stop_groups([child.process.pid for child in children], patience)
        for child in children:
            child.process.poll()
            os.write(self._pipe, f"-{child.process.pid}\n".encode())


def stop_groups(groups: Iterable[int], patience: float) -> None:
    """Asks the first process of each group to stop, then all of it, then forces what remains.

    The first one knows how to stop its own: a job cluster whose workers were told to end beside it waits for them. It
    has ``patience`` seconds; once it is gone, those it left behind are asked at once.
    """
    left = [group for group in groups if _alive(group)]
    orphaned = [group for group in left if not _ask_leader(group, signal.SIGTERM)]
    end = time.monotonic() + patience
    while left and len(orphaned) < len(left) and time.monotonic() < end:
        time.sleep(0.05)
        left = [group for group in left if _alive(group)]
        orphaned = [group for group in left if not _leader_runs(group)]
    for number, seconds in ((signal.SIGTERM, 2), (signal.SIGKILL, 5)):
        for group in left:
            _signal(group, number)
        end = time.monotonic() + seconds
        while (left := [group for group in left if _alive(group)]) and time.monotonic() < end:
            time.sleep(0.05)


def _leader_runs(group: int) -> bool:
    """Whether the first process of the group runs; an ended one that nobody buried does not."""
    held = members(group)
    return _ask_leader(group, 0) if held is None else group in held


def _ask_leader(group: int, number: int) -> bool:
    """False when the first process of the group is gone: the others are then asked themselves."""
    try:
        os.kill(group, number)
    except ProcessLookupError:
        return False
    return True


def _alive(group: int) -> bool:
    """Whether a process of the group runs. Those that ended and are ours to bury are buried; those that nobody buries
    (a first process of a container that never does, an ancestor busy elsewhere) do not count as running.
    """
    try:
        while os.waitpid(-group, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    return _signal(group, 0) and members(group) != []


def members(group: int) -> list[int] | None:
    """The processes of a group other than ended ones; None where the system does not tell (no /proc)."""
    places = list(Path("/proc").glob("[0-9]*/stat"))
    if not places:
        return None
    found = []
    for place in places:
        try:
            state, _, its_group = place.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it ended meanwhile
            continue
        if int(its_group) == group and state not in "ZX":
            found.append(int(place.parent.name))
    return found


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
