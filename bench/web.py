"""W-05 and W-06: the pages under load, and how long one person waits.

    python -m bench.web                          # both
    python -m bench.web --only W-06              # one client
    python -m bench.web --rounds 1 --wait 0      # a quick look, on a busy machine

The service as it runs (one process manager, 2 workers of 4 threads, SQLite, loopback) on the world of
``bench.web_world``, and beside it the limit page on the same server. A page of ours and the limit page take turns
(W-05); rate limits are raised by their setting. The client is a process of its own. Exits 0 when the bars are met, 1
when not, 75 when the machine was too busy to tell.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.processes import Child, Family, stop_on_signals

from bench.measuring import NOT_MET, ROOT, VERDICTS, Result, load, median_ratio, note, rank, verdict, wait_for_quiet
from bench.web_world import LIST, SHEET, STEP, BenchPage

HOST = "127.0.0.1"
CLIENTS, MANY = 20, 100
MAX_RATIO = 4.0
CEILING_MS = 800.0
PROMISED_MS = {LIST: 150.0, SHEET: 150.0, STEP: 100.0}
START_S = 60


@dataclass
class Bench:
    """The two servers that answer, the client that asks."""

    options: argparse.Namespace
    client: subprocess.Popen[str]
    ours: int
    limit: int
    pages: list[BenchPage]

    def ask(self, page: BenchPage | None, clients: int, each: int) -> dict[str, Any]:
        """Asks one of our pages, or the limit page (None)."""
        plan: dict[str, Any] = {"port": self.limit, "path": "/", "cookie": ""}
        if page is not None:
            plan = {"port": self.ours, "path": page.path, "cookie": page.cookie}
        assert self.client.stdin is not None
        assert self.client.stdout is not None
        self.client.stdin.write(json.dumps(plan | {"clients": clients, "each": each}) + "\n")
        self.client.stdin.flush()
        answer: dict[str, Any] = json.loads(self.client.stdout.readline())
        return answer

    def warm(self) -> None:
        """Every thread of both servers has compiled its templates; a page that fails stops all."""
        self.ask(None, 8, 5)
        for page in self.pages:
            errors = self.ask(page, 8, 4)["errors"]
            if errors:
                raise SystemExit(f"{page.title} ({page.path}): {errors[0]}")


def world_folder(options: argparse.Namespace) -> Path:
    """Where this world is kept from one measure to the next."""
    folder = ROOT / "var" / "bench" / f"web-{options.size}-{options.needs}-{options.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def environment(folder: Path, port: int) -> dict[str, str]:
    """The demo on a folder of its own, with rate limits that a load does not reach."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "vigie.config.settings",
        "VIGIE_MODE": "demo",
        "VIGIE_VAR": str(folder),
        "VIGIE_SITE_URL": f"http://{HOST}:{port}",
        "VIGIE_RATE_LIMITS": "1000000",
        "VIGIE_LOG_LEVEL": "WARNING",
        "PAGE_DATABASE": str(folder / "limit.sqlite3"),
    }


@contextmanager
def running(options: argparse.Namespace) -> Iterator[Bench]:
    """The world, the two servers and the client, stopped at the end whatever happens."""
    folder = world_folder(options)
    ours, limit = free_port(), free_port()
    environ = environment(folder, ours)
    pages = built(options, environ)
    with Family(environ) as family:
        servers = [
            serve(family, "vigie", "vigie.config.wsgi:application", ours, folder),
            serve(family, "limit", "bench.limits.page:application", limit, folder),
        ]
        for server, address in zip(servers, (f"{ours}/sante", f"{limit}/"), strict=True):
            wait_for_answer(server, f"http://{HOST}:{address}")
        command = [sys.executable, "-m", "bench.load"]
        client = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Bench(options, client, ours, limit, pages)
        finally:
            client.kill()
            client.wait()


def built(options: argparse.Namespace, environ: dict[str, str]) -> list[BenchPage]:
    """Builds what is missing; gives the pages."""
    limit = Path(environ["PAGE_DATABASE"])
    if not limit.exists():
        subprocess.run([sys.executable, "-m", "bench.limits.page"], env=environ, check=True)
    world = ["--size", options.size, "--needs", str(options.needs), "--seed", str(options.seed)]
    command = [sys.executable, "-m", "bench.web_world", *world]
    answer = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout
    pages = [BenchPage(**page) for page in json.loads(answer.splitlines()[-1])]
    wanted = set(filter(None, options.pages.split(",")))
    return [page for page in pages if not wanted or page.code in wanted]


def serve(family: Family, name: str, application: str, port: int, folder: Path) -> Child:
    """The server that `make run` uses, with the same numbers."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", application]
    return family.start(name, command, log=folder / f"{name}.log", cwd=ROOT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for_answer(server: Child, address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with opener.open(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer:\n{server.tail()}")


# --- W-06 -------------------------------------------------------------------------------------------------------------
def latency(bench: Bench) -> Result:
    """One client, warm: p95 of each page beside its promise."""
    quiet = wait_for_quiet(bench.options.wait)
    ours: dict[str, Any] = {}
    for page in bench.pages:
        answer = bench.ask(page, 1, bench.options.alone)
        p50, p95 = statistics.median(answer["times"]), rank(answer["times"], 95)
        ours[page.code] = {"p50": round(p50, 1), "p95": round(p95, 1), "limit": PROMISED_MS[page.kind]}
        print(f"  {page.title:<34} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   (promis {PROMISED_MS[page.kind]:.0f})")
    limit = bench.ask(None, 1, bench.options.alone)["times"]
    ours["limit page"] = {"p50": round(statistics.median(limit), 1), "p95": round(rank(limit, 95), 1)}
    print(f"  {'(page limite)':<34} p50 {statistics.median(limit):6.1f} ms   p95 {rank(limit, 95):6.1f} ms")
    worst = max(figures["p95"] / figures["limit"] for figures in ours.values() if "limit" in figures)
    title = "Attente d’une personne seule, p95 / promesse, pire page"
    return Result("W-06", title, round(worst, 2), 1.0, "×", verdict(worst <= 1.0, quiet=quiet), ours)


# --- W-05 -------------------------------------------------------------------------------------------------------------
def under_load(bench: Bench) -> list[Result]:
    """20 clients: each page and the limit page in turn; then 100 clients, without an error."""
    options, quiet = bench.options, True
    p90: dict[str, list[tuple[float, float]]] = {page.code: [] for page in bench.pages}
    speed: dict[str, list[float]] = {page.code: [] for page in bench.pages}
    errors: list[str] = []
    for number in range(options.rounds):
        quiet = wait_for_quiet(options.wait) and quiet
        for page in bench.pages:
            limit = bench.ask(None, CLIENTS, options.each)
            answer = bench.ask(page, CLIENTS, options.each)
            errors += limit["errors"] + answer["errors"]
            p90[page.code].append((round(rank(answer["times"], 90), 1), round(rank(limit["times"], 90), 1)))
            speed[page.code].append(answer["per_second"])
        print(f"  tour {number + 1} sur {options.rounds}, charge {load()}", flush=True)
    ours: dict[str, Any] = {}
    for page in bench.pages:
        ratio, seen = median_ratio(p90[page.code]), statistics.median(one for one, _ in p90[page.code])
        per_second = statistics.median(speed[page.code])
        ours[page.code] = {"ratio": round(ratio, 2), "p90": seen, "per_second": per_second}
        print(f"  {page.title:<34} {ratio:5.2f} × la page limite   p90 {seen:6.0f} ms   {per_second:5.0f} pages/s")
    ratio = max(figures["ratio"] for figures in ours.values())
    ceiling = max(figures["p90"] for figures in ours.values())
    broken = crowd(bench)
    title = f"{CLIENTS} clients, p90 / page limite, pire page"
    return [
        Result("W-05", title, ratio, MAX_RATIO, "×", verdict(ratio <= MAX_RATIO, quiet=quiet), ours, [p90]),
        Result(
            "W-05 plafond", f"{CLIENTS} clients, p90, pire page", ceiling, CEILING_MS, "ms",
            verdict(ceiling <= CEILING_MS, quiet=quiet),
        ),
        # An error is an error, whatever the load of the machine.
        Result(
            "W-05 erreurs", f"Erreurs à {MANY} clients", len(broken) + len(errors), 0, "",
            verdict(not broken and not errors, quiet=True), {"errors": (broken + errors)[:20]},
        ),
    ]  # fmt: skip


def crowd(bench: Bench) -> list[str]:
    """100 clients on every page; gives the errors."""
    return [
        f"{page.code}: {error}"
        for page in bench.pages
        for error in bench.ask(page, MANY, bench.options.crowd)["errors"]
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the two bars; their figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["W-05", "W-06"])
    parser.add_argument("--pages", default="", help="codes of pages, separated by commas (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of W-05")
    parser.add_argument("--each", type=int, default=10, help="requests of each of the 20 clients, per page and round")
    parser.add_argument("--alone", type=int, default=100, help="requests of the one client of W-06, per page")
    parser.add_argument("--crowd", type=int, default=2, help="requests of each of the 100 clients, per page")
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for a calm machine, per round")
    parser.add_argument("--size", default="demo", help="size of the invented world")
    parser.add_argument("--needs", type=int, default=3_000, help="requests copied beside those of the history")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    stop_on_signals()  # nothing is left running behind
    before, results = load(), []
    with running(options) as bench:
        bench.warm()
        if options.only != "W-05":
            results.append(latency(bench))
        if options.only != "W-06":
            results += under_load(bench)
    for result in results:
        note(result, before=before, scale=f"{options.size}+{options.needs}", seed=options.seed)
        print(f"{result.bar} {result.title} : {result.value:g} {result.unit} "
              f"(limite {result.limit:g}) — {VERDICTS[result.verdict]}")  # fmt: skip
    verdicts = {result.verdict for result in results}
    return NOT_MET if NOT_MET in verdicts else max(verdicts)


if __name__ == "__main__":
    sys.exit(main())
