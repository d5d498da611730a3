"""Where upper floors say why an expert cannot leave yet (needs wait for him): they know, the directory does not."""

from __future__ import annotations

from collections.abc import Callable

from vigie.directory.models import Expert

# hold(expert) → a French sentence that says why he cannot be removed, or an empty text.
Hold = Callable[[Expert], str]
_holds: list[Hold] = []


def register_hold(hold: Hold) -> None:
    """Called once by an upper package's apps.py."""
    if hold not in _holds:
        _holds.append(hold)


def reasons_to_stay(expert: Expert) -> list[str]:
    """Why this expert cannot be removed now; empty when he can."""
    return [reason for hold in _holds if (reason := hold(expert))]
