"""Taking turns: long writing in short transactions, with room between two for whoever else writes.

SQLite has one writer, and no queue: who waits tries again after 1, 2, 5, 10, 15, 20, 25 ms and so on, never more than
25 ms apart until it has waited 103 ms (then 50 and 100). A writer that begins its next transaction at once takes the
lock back before any of these attempts, again and again. So the lock is held for less than that, and then left for
longer than the time between two attempts: whoever waits gets in at the first pause.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HELD_S = 0.05  # what a transaction should last: well under the 103 ms
PATIENT_S = 0.1  # beyond it, those who wait try again every 100 ms only
ROOM_S, LONG_ROOM_S = 0.026, 0.101
FEWEST, MOST = 50, 5000


class Turns:
    """``rows``: how many the next transaction should write, from what the last one took.

    alone=False: nobody waits for this writer (PostgreSQL locks rows); transactions are long and follow each other.
    """

    def __init__(
        self,
        rows: int,
        *,
        alone: bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rows = rows if alone else MOST
        self._alone = alone
        self._clock, self._sleep = clock, sleep
        self._next = clock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One transaction. What was done since the last one counts as room."""
        if not self._alone:
            yield
            return
        room = self._next - self._clock()
        if room > 0:
            self._sleep(room)
        begun = self._clock()
        with _no_collection():
            yield
        ended = self._clock()
        took = ended - begun
        share = min(max(HELD_S / took, 0.5), 1.25) if took > 0 else 1.25
        self.rows = min(max(int(self.rows * share), FEWEST), MOST)
        self._next = ended + (ROOM_S if took < PATIENT_S else LONG_ROOM_S)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python looks for objects to let go after the transaction, not in it: that takes a tenth of a second."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
