"""Where an upper floor says what follows a file that somebody opens, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.followup.models import Followup
from vigie.rights.person import Person

Opened = Callable[..., Any]  # opened(followup, by=…, at=…); it refuses nothing


@dataclass
class _Known:
    opened: tuple[Opened, ...] = ()


_known = _Known()


def register_opened(opened: Opened) -> None:
    """Called once by the apps.py of the package that holds the campaigns."""
    _known.opened = (opened,)


def file_opened(followup: Followup, *, by: Person, at: datetime) -> None:
    for one in _known.opened:
        one(followup, by=by, at=at)
