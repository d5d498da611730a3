"""The circuit breaker of one service: five failures in a row, sixty seconds without a call, then one trial.

Its state lives in the cache, so that all web workers and jobs agree; the trial is given to the one who adds
its key first. Two workers failing at the same instant may count one failure: the breaker then opens one call
later, no more. The moment is an argument; a clock that jumps backwards never leaves a breaker open longer
than planned.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from vigie.kernel.text import clean_line

LONGEST_HOLD_S = 900.0  # a service may ask for more patience than a minute, not for a day
_KEPT_S = 7 * 24 * 3600
_SUCCESS_NOTED_EVERY = timedelta(minutes=1)  # a write in the cache at each call would cost more than it tells


class Cache(Protocol):
    """What is used of a cache; Django's caches have it."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def set(self, key: str, value: Any, timeout: float | None = None) -> Any: ...

    def add(self, key: str, value: Any, timeout: float | None = None) -> bool: ...


@dataclass(frozen=True)
class ServiceHealth:
    """One line of the page of dependencies.

    state: ok, degraded, off (switched off by its setting), unknown (never called).
    breaker: closed, open, trial (the next call tries the service again).
    """

    service: str
    state: str
    breaker: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_reason: str
    failures: int


@dataclass(frozen=True)
class _Memory:
    """What is remembered of a service."""

    failures: int = 0
    opened_at: datetime | None = None
    open_s: float = 0.0
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    reason: str = ""

    def phase(self, at: datetime) -> str:
        if self.opened_at is None:
            return "closed"
        held = timedelta(0) <= at - self.opened_at < timedelta(seconds=self.open_s)
        return "open" if held else "trial"


class Breaker:
    """Says whether a service may be called now, and remembers how its calls ended."""

    def __init__(self, service: str, cache: Cache, *, failures: int = 5, open_s: float = 60.0) -> None:
        self._service = service
        self._cache = cache
        self._failures = failures
        self._open_s = open_s
        self._key = f"connectors:{service}:breaker"

    def allows(self, at: datetime) -> bool:
        """True when a call may leave; taking the trial uses it up."""
        memory = self._read()
        phase = memory.phase(at)
        if phase != "trial":
            return phase == "closed"
        # The key dies by itself: a worker killed during its trial does not keep the breaker open for ever.
        trial = f"{self._key}:trial:{memory.opened_at:%Y%m%dT%H%M%S.%f}"
        return bool(self._cache.add(trial, 1, timeout=self._open_s))

    def succeeded(self, at: datetime) -> None:
        """The service answered: the count restarts and the breaker closes."""
        memory = self._read()
        quiet = not memory.failures and memory.opened_at is None
        if quiet and memory.succeeded_at and timedelta(0) <= at - memory.succeeded_at < _SUCCESS_NOTED_EVERY:
            return
        self._write(replace(memory, failures=0, opened_at=None, open_s=0.0, succeeded_at=at))

    def failed(self, at: datetime, reason: str, *, hold_s: float | None = None) -> None:
        """One more failure; hold_s: the patience that the service asked for, if it did."""
        memory = self._read()
        memory = replace(memory, failures=memory.failures + 1, failed_at=at, reason=clean_line(reason)[:200])
        if memory.opened_at is not None or memory.failures >= self._failures:
            open_s = max(self._open_s, min(hold_s or 0.0, LONGEST_HOLD_S))
            memory = replace(memory, opened_at=at, open_s=open_s)
        self._write(memory)

    def health(self, at: datetime, *, active: bool) -> ServiceHealth:
        """What the page of dependencies shows; reads only."""
        memory = self._read()
        if not active:
            state = "off"
        elif memory.failures or memory.opened_at is not None:
            state = "degraded"
        else:
            state = "ok" if memory.succeeded_at else "unknown"
        return ServiceHealth(
            service=self._service,
            state=state,
            breaker=memory.phase(at),
            last_success_at=memory.succeeded_at,
            last_failure_at=memory.failed_at,
            last_reason=memory.reason,
            failures=memory.failures,
        )

    def _read(self) -> _Memory:
        kept = self._cache.get(self._key)
        try:
            return _Memory(**kept) if kept else _Memory()
        except TypeError:  # written by another version of Vigie: start afresh
            return _Memory()

    def _write(self, memory: _Memory) -> None:
        self._cache.set(self._key, asdict(memory), timeout=_KEPT_S)
