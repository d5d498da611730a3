"""The one place that reads the clock. Pages and commands call it once and pass the moment on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_HELD: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _HELD.get() or datetime.now(tz=UTC)


@contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Within it, that is the present moment: for what is written once and asked at other moments."""
    before = _HELD.set(moment)
    try:
        yield
    finally:
        _HELD.reset(before)
