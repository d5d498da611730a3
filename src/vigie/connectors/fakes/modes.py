"""How the fakes misbehave, on request: for one request by a header, or until told otherwise by
``/fakes/_mode``.

The board lives in any object that has ``get`` and ``set``: a dictionary of the process by default, a shared
cache when several processes must see the same mode.
"""

from __future__ import annotations

from typing import Any, Protocol

# ok; slow; limited; broken; silent; not JSON; key refused; nothing found
MODES = ("ok", "lent", "429", "500", "timeout", "malforme", "jeton_expire", "vide")
HEADER = "X-Fake-Mode"
DELAYS_S = {"lent": 8.0, "timeout": 30.0}  # longer than a page's budget; longer than any read time-out


class Store(Protocol):
    """Where the modes are written; Django's caches fit."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def set(self, key: str, value: Any, timeout: float | None = None) -> Any: ...


class ProcessStore:
    """A store for one process."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        return self._values.get(key, default)

    def set(self, key: str, value: Any, timeout: float | None = None) -> None:
        self._values[key] = value


class Board:
    """The mode of each fake service."""

    def __init__(self, store: Store | None = None) -> None:
        self.store: Store = store or ProcessStore()

    def set(self, service: str, mode: str, count: int | None = None) -> None:
        """From now on ``service`` behaves so, for ``count`` requests or until changed."""
        if mode not in MODES:
            raise ValueError(f"unknown mode {mode!r}")
        self.store.set(f"fakes:{service}", [mode, count], timeout=None)

    def peek(self, service: str) -> str:
        """The mode that the next request meets."""
        mode, count = self.store.get(f"fakes:{service}") or ("ok", None)
        return "ok" if count == 0 else mode

    def take(self, service: str) -> str:
        """The mode of this request; uses one up when they are counted."""
        mode, count = self.store.get(f"fakes:{service}") or ("ok", None)
        if count is None:
            return mode
        if count <= 0:
            return "ok"
        self.store.set(f"fakes:{service}", [mode, count - 1], timeout=None)
        return mode


board = Board()
