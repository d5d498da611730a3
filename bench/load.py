"""The client of the web bars, in a process of its own: N clients without think time ask one page, each k times.

    echo '{"port": 8000, "path": "/", "cookie": "", "clients": 20, "each": 10}' | python -m bench.load

Answers in JSON: the milliseconds of each answer, the errors (another status than 200, or a page cut short), the
requests per second.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any

HOST = "127.0.0.1"
TIMEOUT_S = 60


def ask(link: http.client.HTTPConnection, path: str, cookie: str) -> str:
    """Asks one page to its last byte; gives what is wrong with the answer, or nothing."""
    link.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "fr"} if cookie else {})
    answer = link.getresponse()
    body = answer.read()
    if answer.status != 200:
        return f"{answer.status} {answer.headers.get('Location', '')}".strip()
    return "" if body.rstrip().endswith(b"</html>") else "page cut short"


def client(plan: dict[str, Any], start: threading.Barrier, times: list[float], errors: list[str]) -> None:
    """One person who asks, and asks again."""
    link = http.client.HTTPConnection(HOST, plan["port"], timeout=TIMEOUT_S)
    start.wait()
    for _ in range(plan["each"]):
        begun = time.perf_counter()
        try:
            wrong = ask(link, plan["path"], plan["cookie"])
        except (OSError, http.client.HTTPException) as error:
            wrong = type(error).__name__
            link.close()
        times.append((time.perf_counter() - begun) * 1000)
        if wrong:
            errors.append(wrong)
    link.close()


def run(plan: dict[str, Any]) -> dict[str, Any]:
    """All the clients at once."""
    times: list[float] = []
    errors: list[str] = []
    start = threading.Barrier(plan["clients"] + 1)
    people = [threading.Thread(target=client, args=(plan, start, times, errors)) for _ in range(plan["clients"])]
    for one in people:
        one.start()
    start.wait()
    begun = time.perf_counter()
    for one in people:
        one.join()
    seconds = time.perf_counter() - begun
    return {"times": times, "errors": errors, "per_second": round(len(times) / seconds, 1)}


def main() -> int:
    """Answers each line of the input by a line."""
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
