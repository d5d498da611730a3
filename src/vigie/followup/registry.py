"""Where an upper floor says what follows a file that somebody opens, in the same transaction, and how many firms its
campaigns expect each agent to contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.followup.models import Followup
from vigie.rights.person import Person

Opened = Callable[..., Any]  # opened(followup, by=…, at=…); it refuses nothing
Loads = Callable[[Iterable[int]], dict[int, int]]  # users → firms to contact of each


@dataclass
class _Known:
    opened: tuple[Opened, ...] = ()
    loads: tuple[Loads, ...] = ()


_known = _Known()


def register_opened(opened: Opened) -> None:
    """Called once by the apps.py of the package that holds the campaigns."""
    _known.opened = (opened,)


def register_loads(loads: Loads) -> None:
    """Called once by the same."""
    _known.loads = (loads,)


def contacts_waiting(users: Iterable[int]) -> dict[int, int]:
    """user → firms that he is to contact; those without any may be absent."""
    wanted = list(users)
    found: dict[int, int] = {}
    for one in _known.loads:
        for user, count in one(wanted).items():
            found[user] = found.get(user, 0) + count
    return found


def file_opened(followup: Followup, *, by: Person, at: datetime) -> None:
    for one in _known.opened:
        one(followup, by=by, at=at)
