"""Where upper floors say what they alone know: what waits for an expert and how it is handed over, files to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vigie.directory.models import Expert

# hold(expert) → a French sentence that says why he cannot be removed, or an empty text.
Hold = Callable[[Expert], str]
_holds: list[Hold] = []


@dataclass(frozen=True)
class Running:
    """Something that waits for an expert: what it is, where it reads, and who has it."""

    label: str
    href: str
    expert: str


@dataclass(frozen=True)
class Work:
    """What an upper package knows of the work of experts.

    running(expert ids) → what waits for them. hand_over(expert ids, to, by=…, at=…) → how many were handed to
    ``to``, in the caller's transaction; raises Refused when one cannot be.
    """

    running: Callable[[Sequence[int]], list[Running]]
    hand_over: Callable[..., int]


_works: list[Work] = []


def register_hold(hold: Hold) -> None:
    """Called once by an upper package's apps.py."""
    if hold not in _holds:
        _holds.append(hold)


def reasons_to_stay(expert: Expert) -> list[str]:
    """Why this expert cannot be removed now; empty when he can."""
    return [reason for hold in _holds if (reason := hold(expert))]


def register_work(work: Work) -> None:
    """Called once by an upper package's apps.py."""
    if work not in _works:
        _works.append(work)


def running_of(experts: Sequence[int]) -> list[Running]:
    """All that waits for these experts."""
    return [one for work in _works for one in work.running(experts)]


def hand_over(experts: Sequence[int], to: Expert, **who: object) -> int:
    """Gives all that waits for these experts to another; how many."""
    return sum(work.hand_over(experts, to, **who) for work in _works)


# samples() → label and address of each file that a person who tries the product may import.
Samples = Callable[[], tuple[tuple[str, str], ...]]
_samples: list[Samples] = []


def register_samples(samples: Samples) -> None:
    """Called once by an upper package's apps.py; nobody does in production."""
    if samples not in _samples:
        _samples.append(samples)


def samples() -> tuple[tuple[str, str], ...]:
    """The files to try the import with; none in production."""
    return tuple(one for found in _samples for one in found())
