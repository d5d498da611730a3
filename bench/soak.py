"""W-15: ten people for half an hour on every kind of page; the service may not grow.

    python -m bench.soak                         # thirty minutes; exits 0 when memory and open files are flat
    python -m bench.soak --minutes 8 --pause 0.2 # a look

The service as `make run` starts it (2 processes of 4 threads, SQLite, loopback), on the demo's world with its year of
history and its lists of detection. Each person asks pages at random, without haste; a sheet read is a trace written.
Every minute: the memory that belongs to the web processes (PSS) and their open files, sockets and databases among them.
What counts is the last three minutes beside the three that follow the first five. The load of the machine hardly
matters: no clock is read.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random

from scripts.processes import Family, stop_on_signals

from bench.load import client
from bench.measuring import NOT_MET, VERDICTS, Result, load, note, verdict
from bench.web import HOST, built, environment, free_port, serve, wait_for_answer, world_folder
from bench.web_world import BenchPage

GROWTH_PERCENT = 5.0
SHEETS = 20
WARM_MINUTES, SEEN_MINUTES = 5, 3


def tell_pages() -> int:
    """The process that prints the sheets that are read beside the pages of the other bars."""
    import django

    django.setup()
    from bench.web_agents import agent_pages

    print(json.dumps([asdict(page) for page in agent_pages(SHEETS)]))
    return 0


def grown(process: int) -> tuple[int, int]:
    """The memory, in kB, and the open files of a process and of its children."""
    memory = files = 0
    for one in family_of(process):
        try:
            told = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
            memory += next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
            files += len(os.listdir(f"/proc/{one}/fd"))
        except (OSError, StopIteration):
            continue  # it ended in the meantime
    return memory, files


def family_of(process: int) -> list[int]:
    found = [process]
    for one in found:
        children = Path(f"/proc/{one}/task/{one}/children")
        if children.exists():
            found += map(int, children.read_text(encoding="ascii").split())
    return found


def visit(
    pages: Sequence[BenchPage], port: int, pause: float, seed: int, stop: threading.Event, errors: list[str]
) -> None:
    """One person: a page, a pause, another page."""
    draw = Random(seed)
    alone = threading.Barrier(1)
    while not stop.wait(draw.uniform(0, 2 * pause)):
        page = draw.choice(pages)
        wrong: list[str] = []
        client({"port": port, "path": page.path, "cookie": page.cookie, "each": 1}, alone, [], wrong)
        errors += [f"{page.path}: {one}" for one in wrong]


def measure(options: argparse.Namespace) -> list[Result]:
    """Ten people; a look at the service every minute."""
    folder, port = world_folder(options), free_port()
    environ = environment(folder, port)
    pages = built(options, environ)
    told = subprocess.run(
        [sys.executable, "-m", "bench.soak", "--tell-pages"], env=environ, check=True, stdout=subprocess.PIPE, text=True
    )
    pages += [BenchPage(**page) for page in json.loads(told.stdout.splitlines()[-1])]
    errors: list[str] = []
    looks: list[tuple[int, int]] = []
    stop = threading.Event()
    with Family(environ) as family:
        server = serve(family, "vigie", "vigie.config.wsgi:application", port, folder)
        wait_for_answer(server, f"http://{HOST}:{port}/sante")
        people = [
            threading.Thread(target=visit, args=(pages, port, options.pause, options.seed + number, stop, errors))
            for number in range(options.clients)
        ]
        for one in people:
            one.start()
        try:
            for minute in range(1, options.minutes + 1):
                time.sleep(60)
                looks.append(grown(server.process.pid))
                print(f"  {minute:3} min : {looks[-1][0] / 1024:7.1f} Mo, {looks[-1][1]} fichiers ouverts", flush=True)
        finally:
            stop.set()
            for one in people:
                one.join()
    return verdicts(looks, errors)


def verdicts(looks: Sequence[tuple[int, int]], errors: list[str]) -> list[Result]:
    """The last minutes beside those that follow the warming, in percent of growth."""
    warm = looks[WARM_MINUTES:] or looks
    first, last = warm[:SEEN_MINUTES], warm[-SEEN_MINUTES:]
    growth = [
        100 * (statistics.median(look[kind] for look in last) / statistics.median(look[kind] for look in first) - 1)
        for kind in (0, 1)
    ]
    titles = ("Endurance : mémoire des processus web", "Endurance : fichiers, connexions et bases ouverts")
    results = [
        Result(
            "W-15", title, round(one, 1), GROWTH_PERCENT, "%", verdict(one <= GROWTH_PERCENT, quiet=True), {}, [*looks]
        )
        for title, one in zip(titles, growth, strict=True)
    ]
    broken = Result("W-15 erreurs", "Endurance : pages en erreur", len(errors), 0, "", verdict(not errors, quiet=True))
    broken.ours["errors"] = errors[:20]
    return [*results, broken]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the bar; its figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two pages of a person, on average")
    parser.add_argument("--size", default="demo", help="size of the invented world")
    parser.add_argument("--needs", type=int, default=3_000, help="requests copied beside those of the history")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", default="", help=argparse.SUPPRESS)
    parser.add_argument("--tell-pages", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.tell_pages:
        return tell_pages()
    stop_on_signals()
    before = load()
    results = measure(options)
    for result in results:
        note(result, before=before, scale=f"{options.size}+{options.needs}", seed=options.seed)
        print(f"{result.bar} {result.title} : {result.value:g} {result.unit} "
              f"(limite {result.limit:g}) — {VERDICTS[result.verdict]}")  # fmt: skip
    return NOT_MET if NOT_MET in {result.verdict for result in results} else 0


if __name__ == "__main__":
    sys.exit(main())
