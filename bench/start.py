"""W-16: `make run` on an empty folder, after installation, until the home page (the page that
waits is told beside); then the second start.

    python -m bench.start                 # exits 0 within 15 s and 3 s, 1 beyond, 75 on a busy machine

The program of `make run` itself (scripts.run), on a folder and a port of its own; the installation of the environment
is not counted. The time to stop is told beside.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from bench.measuring import NOT_MET, ROOT, VERDICTS, Result, load, note, verdict, wait_for_quiet

FIRST_S, AGAIN_S, GIVE_UP_S = 15.0, 3.0, 300
HOST = "127.0.0.1"


def start(folder: Path, port: int) -> tuple[float, float, float]:
    """Starts, waits for the home page, stops; the seconds to any page, to the home page, and those of the stop."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    environ |= {"VIGIE_VAR": str(folder), "VIGIE_PORT": str(port), "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    begun = time.monotonic()
    with open(folder / "run.txt", "ab") as account:
        run = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"], cwd=ROOT, env=environ, stdout=account, stderr=account
        )
    try:
        any_page = wait_for_page(run, port) - begun
        page = time.monotonic() - begun
    finally:
        asked = time.monotonic()
        run.send_signal(signal.SIGINT)
        run.wait(60)
    return any_page, page, time.monotonic() - asked


def wait_for_page(run: subprocess.Popen[bytes], port: int) -> float:
    """Waits for the home page; gives the moment of the first answer, the page that waits included."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    first = 0.0
    end = time.monotonic() + GIVE_UP_S
    while time.monotonic() < end:
        if run.poll() is not None:
            raise SystemExit(f"make run ended with code {run.returncode} before its first page")
        try:
            with opener.open(f"http://{HOST}:{port}/", timeout=5) as answer:
                if answer.status == 200:
                    return first or time.monotonic()
        except urllib.error.HTTPError:
            first = first or time.monotonic()
            time.sleep(0.05)
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"no page after {GIVE_UP_S} s")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def main(arguments: Sequence[str] | None = None) -> int:
    """An empty folder, then the same again; the figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--again", type=int, default=3, help="how many second starts")
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for a calm machine")
    options = parser.parse_args(arguments)
    quiet, before = wait_for_quiet(options.wait), load()
    with tempfile.TemporaryDirectory(prefix="vigie-start-") as place:
        port = free_port()
        waiting, first, stop = start(Path(place), port)
        again = [start(Path(place), port) for _ in range(options.again)]
    least = min(page for _, page, _ in again)
    stops = [round(one, 1) for one in (stop, *(last for *_, last in again))]
    met, met_again = (verdict(one <= most, quiet=quiet) for one, most in ((first, FIRST_S), (least, AGAIN_S)))
    results = [
        Result("W-16", "Première page, dossier vide", round(first, 1), FIRST_S, "s", met, {"waiting": waiting}),
        Result(
            "W-16 reprise", "Première page, redémarrage", round(least, 1), AGAIN_S, "s", met_again, {"stops": stops}
        ),
    ]
    print(f"  page d’attente de la première fois : {waiting:.1f} s")
    print(f"  arrêts : {', '.join(f'{one} s' for one in stops)}")
    for result in results:
        note(result, before=before, scale="demo", seed=1)
        print(f"{result.bar} {result.title} : {result.value:g} {result.unit} (limite {result.limit:g}) — "
              f"{VERDICTS[result.verdict]}")  # fmt: skip
    verdicts = {result.verdict for result in results}
    return NOT_MET if NOT_MET in verdicts else max(verdicts)


if __name__ == "__main__":
    sys.exit(main())
