"""Counts the answers of each page, in memory; one statement in a hundred requests writes what was counted.

Nothing of the person nor of the object is kept: the name of the page, the method, the status, a bound of the duration.
A worker that is killed loses at most what it had not written.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from time import perf_counter

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponse

from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights.limits import short_wait
from vigie.statistics.measuring import NO_PAGE, bound_of

View = Callable[[HttpRequest], HttpResponse]
Cell = tuple[date, str, str, int, int]  # day, page, method, status, bound
LONGEST_WAIT_S = 60
METHODS = frozenset({"GET", "HEAD", "POST"})

_ADD = """
INSERT INTO statistics_pagecount (day, page, method, status, bound_ms, count) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (day, page, method, status, bound_ms) DO UPDATE SET count = statistics_pagecount.count + excluded.count
"""


class Counts:
    """What this process has counted and not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cells: Counter[Cell] = Counter()
        self._oldest = 0.0  # when the first of them was counted
        self._left = 0  # counted before, that could not be written

    def add(self, cell: Cell) -> None:
        with self._lock:
            if not self._cells:
                self._oldest = perf_counter()
            self._cells[cell] += 1

    def due(self, every: int) -> bool:
        """Enough answers were counted, or some have waited long enough."""
        with self._lock:
            held = self._cells.total()
        return held - self._left >= every or (held > 0 and perf_counter() - self._oldest > LONGEST_WAIT_S)

    def write(self) -> None:
        """Writes them; a database that is locked or away is left alone until a minute has passed, or as many again."""
        with self._lock:
            cells, self._cells, self._left = self._cells, Counter(), 0
        try:
            with short_wait(), transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(_ADD, [(*cell, count) for cell, count in sorted(cells.items())])
        except (DatabaseError, InterfaceError):
            with self._lock:
                self._cells.update(cells)
                self._oldest, self._left = perf_counter(), self._cells.total()

    def clear(self) -> None:
        with self._lock:
            self._cells.clear()
            self._left = 0


counts = Counts()


def answers(get_response: View) -> View:
    """Counts each answer but those of static files and of probes."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = perf_counter()
        response = get_response(request)
        every: int = settings.PAGE_COUNTS_EVERY
        if every and not request.path.startswith(("/static/", "/sante")):
            found = request.resolver_match
            page = (found.view_name if found is not None else "") or NO_PAGE
            method = request.method if request.method in METHODS else "OTHER"
            bound = bound_of(1000 * (perf_counter() - begun))
            counts.add((paris_day(now()), page[:80], str(method), response.status_code, bound))
            if counts.due(every):
                counts.write()
        return response

    return middleware
