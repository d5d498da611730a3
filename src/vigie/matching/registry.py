"""Where an upper floor says what follows a need that an expert takes, and what of it the sheet of the need shows.

Kept below it, so that the matching service knows nothing of files: what is registered decides alone for whom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.matching.models import Match, Need
from vigie.rights.person import Person
from vigie.ui.components import Link

# taken(match, by=…, at=…), in the transaction of who takes it. It refuses nothing: taking a need never fails by it.
Taken = Callable[..., Any]


@dataclass(frozen=True)
class Followed:
    """What a need became elsewhere, as its sheet says it to who may know."""

    said: str
    link: Link


Shown = Callable[[Need, Person], tuple[Followed, ...]]


@dataclass
class _Known:
    taken: tuple[Taken, ...] = ()
    shown: tuple[Shown, ...] = ()


_known = _Known()


def register_files(taken: Taken, shown: Shown) -> None:
    """Called once by the apps.py of the package that holds the files."""
    _known.taken, _known.shown = (taken,), (shown,)


def need_taken(match: Match, *, by: Person, at: datetime) -> None:
    for one in _known.taken:
        one(match, by=by, at=at)


def followed_in(need: Need, person: Person) -> tuple[Followed, ...]:
    return tuple(line for one in _known.shown for line in one(need, person))
