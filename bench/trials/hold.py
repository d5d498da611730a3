"""From the end of a hold to the mail: 95 % under 60 s, with the real job worker, killed once on the way.

``python -m bench.trials.hold``. Mails held some seconds are owed at random moments; the worker (django-q2's cluster,
as production runs it) sends them to the demo's mailbox. With ``--kill`` the whole cluster is killed with SIGKILL in the
middle and started again: what it was doing is found by the sweep of every minute.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from bench.trials.workers import database

ROOT = Path(__file__).resolve().parents[2]
PROMISE_S = 60.0


def start_cluster(log: Path) -> subprocess.Popen[bytes]:
    """The job worker, in a process group of its own."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, str(ROOT / "manage.py"), "qcluster"]
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )


def stop(cluster: subprocess.Popen[bytes]) -> None:
    """Asks the cluster to end; its leader only: told all together, its processes wait for each other."""
    cluster.terminate()
    try:
        cluster.wait(timeout=30)
    finally:
        kill(cluster)


def kill(cluster: subprocess.Popen[bytes]) -> None:
    """SIGKILL to all the processes of the cluster that we started."""
    with suppress(ProcessLookupError):
        os.killpg(cluster.pid, signal.SIGKILL)
    cluster.wait(timeout=30)


def owe_at_random(count: int, during: float, seed: int) -> None:
    """Held messages, one event each, spread over some seconds."""
    from bench.trials import news
    from vigie.accounts.models import User
    from vigie.journal.actions import record
    from vigie.kernel import clock
    from vigie.rights.person import SYSTEM

    chance = random.Random(seed)
    moments = sorted(chance.uniform(0, during) for _ in range(count))
    start = time.monotonic()
    for number, moment in enumerate(moments):
        time.sleep(max(0.0, start + moment - time.monotonic()))
        user = User.objects.create(email=f"essai{seed}-{number}@antenne.example", full_name=f"Essai {number}")
        record(news.HELD_NEWS, user, by=SYSTEM, at=clock.now())


def delays(count: int, within: float) -> list[float]:
    """Seconds from the end of each hold to its sending, sorted; waits until all have left or time is over."""
    from vigie.journal.models import OutgoingMessage
    from vigie.journal.states import SENT

    end = time.monotonic() + within
    sent = OutgoingMessage.objects.filter(state=SENT)
    while sent.count() < count and time.monotonic() < end:
        time.sleep(0.5)
    return sorted((ended - due).total_seconds() for due, ended in sent.values_list("due_at", "ended_at"))


def main(arguments: list[str] | None = None) -> int:
    """Runs the trial; 0 when the promise is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long messages are owed for")
    parser.add_argument("--kill", action="store_true", help="kill the whole cluster in the middle")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    os.environ["VIGIE_MESSAGE_HOLD_SECONDS"] = "5"
    with database() as folder:
        from django.core.management import call_command

        call_command("setup_jobs", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
        cluster = start_cluster(folder / "worker.log")
        try:
            half = options.messages // 2
            owe_at_random(half, options.seconds / 2, options.seed)
            if options.kill:
                kill(cluster)
                cluster = start_cluster(folder / "worker.log")
            owe_at_random(options.messages - half, options.seconds / 2, options.seed + 1)
            found = delays(options.messages, within=240)
        finally:
            stop(cluster)
        from vigie.demo.models import DemoMail

        doubled = DemoMail.objects.count() - options.messages
    if len(found) < options.messages:
        print(f"FAULT {options.messages - len(found)} messages have not left")
        return 1
    most = found[int((len(found) - 1) * 0.95)]
    kept = most <= PROMISE_S and not doubled
    middle = statistics.median(found)
    print(f"hold: {len(found)} mails, median {middle:.1f} s, longest {found[-1]:.1f} s, doubled {doubled}")
    print(f"{'kept' if kept else 'NOT kept'}: 95 % left within {most:.1f} s (limit {PROMISE_S:.0f} s)")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
