"""W-05 without its load: the processor time of each page beside that of the limit page, one request at a time.

    python -m bench.processor                        # a table; exit 0 when every page is within 4 × the limit page
    python -m bench.processor --pages desk,queue
    python -m bench.processor --pages desk --profile # where the time of a page goes

The pages are asked of the WSGI application itself, in a process of its own; the limit page in another, in turns. The
best request of each round is kept: processor time hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import io
import json
import os
import pstats
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from bench.measuring import MET, NOT_MET, Result, load, note
from bench.web import MAX_RATIO, built, environment, world_folder

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]
APPLICATIONS = {"ours": "vigie.config.wsgi", "limit": "bench.limits.page"}


def answer(application: Application, path: str, cookie: str) -> tuple[str, int]:
    """One page asked of the application; gives its status and its length."""
    path, _, query = path.partition("?")
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": cookie, "HTTP_ACCEPT_LANGUAGE": "fr", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    response = application(environ, lambda status, headers, info=None: told.append(status))
    length = sum(len(part) for part in response)
    response.close()
    return told[0], length


def serve(name: str) -> int:
    """The process that answers: a page asked a number of times for each line of the input."""
    from importlib import import_module

    application: Application = import_module(APPLICATIONS[name]).application
    for line in sys.stdin:
        plan = json.loads(line)
        times = []
        for _ in range(plan["each"]):
            gc.collect()
            begun = time.process_time()
            status, length = answer(application, plan["path"], plan["cookie"])
            times.append((time.process_time() - begun) * 1000)
        if plan.get("profile"):
            profile(application, plan)
        print(json.dumps({"times": times, "status": status, "length": length}), flush=True)
    return 0


def profile(application: Application, plan: dict[str, Any]) -> None:
    """Where the time of a page goes, on the error output."""
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(plan["each"]):
        answer(application, plan["path"], plan["cookie"])
    profiler.disable()
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(plan["profile"])


class Server:
    """One of the two processes."""

    def __init__(self, name: str, environ: dict[str, str]) -> None:
        command = [sys.executable, "-m", "bench.processor", "--serve", name]
        self.process = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_told: object) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, path: str, cookie: str, each: int, lines: int = 0) -> dict[str, Any]:
        """A page, so many times; lines: of its profile."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        plan = {"path": path, "cookie": cookie, "each": each, "profile": lines}
        self.process.stdin.write(json.dumps(plan) + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        if not told["status"].startswith("200"):
            raise SystemExit(f"{path}: {told['status']}")
        return told


def measure(options: argparse.Namespace) -> Result:
    """Each page and the limit page in turn; the best request of each round, the median of the rounds' ratios."""
    environ = environment(world_folder(options), 80)
    pages = built(options, environ)
    figures: dict[str, Any] = {}
    with ExitStack() as stack:
        ours, limit = (stack.enter_context(Server(name, environ)) for name in APPLICATIONS)
        limit.ask("/", "", 5)
        for page in pages:
            ours.ask(page.path, page.cookie, 3)
            rounds = []
            for _ in range(options.rounds):
                least = min(limit.ask("/", "", options.each)["times"])
                told = ours.ask(page.path, page.cookie, options.each)
                rounds.append((min(told["times"]), least))
            best = min(one for one, _ in rounds)
            ratio = statistics.median(one / least for one, least in rounds)
            figures[page.code] = {"ms": round(best, 1), "ratio": round(ratio, 2), "bytes": told["length"]}
            print(f"  {page.title:<34} {best:6.1f} ms   {ratio:5.2f} × la page limite   {told['length']:7} octets")
            if options.profile:
                ours.ask(page.path, page.cookie, options.each, options.profile)
    worst = max(one["ratio"] for one in figures.values())
    title = "Temps de processeur d’une page / page limite, pire page"
    return Result("W-05 processeur", title, worst, MAX_RATIO, "×", MET if worst <= MAX_RATIO else NOT_MET, figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures the pages; the figure last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", choices=sorted(APPLICATIONS), help=argparse.SUPPRESS)
    parser.add_argument("--pages", default="", help="codes of pages, separated by commas (default: all)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=8, help="requests of a page per round")
    parser.add_argument("--profile", type=int, nargs="?", const=45, default=0, help="lines of the profile to show")
    parser.add_argument("--size", default="demo", help="size of the invented world")
    parser.add_argument("--needs", type=int, default=3_000, help="requests copied beside those of the history")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.serve:
        return serve(options.serve)
    before = load()
    result = measure(options)
    if not options.pages and not options.profile:
        note(result, before=before, scale=f"{options.size}+{options.needs}", seed=options.seed)
    print(f"{result.title} : {result.value:g} × (limite {result.limit:g})")
    return result.verdict


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main())
