"""How long pages take and how often they fail, without a database: bounds of durations, and what is read of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

NO_PAGE = "inconnue"  # the page of what was asked for and does not exist
# Upper bounds, in milliseconds; 0 stands for « longer than the last ».
BOUNDS_MS = (50, 100, 200, 400, 800, 1500, 3000, 10_000)
BEYOND = 0


def bound_of(milliseconds: float) -> int:
    """The smallest bound that holds this duration; BEYOND when none does."""
    rank = bisect_left(BOUNDS_MS, milliseconds)
    return BOUNDS_MS[rank] if rank < len(BOUNDS_MS) else BEYOND


@dataclass(frozen=True)
class Measured:
    """What is said of a page: answers, those that failed (5xx) and were refused (4xx), bounds of two ranks in ms."""

    answers: int
    failed: int
    refused: int
    half_ms: int
    most_ms: int  # nineteen answers in twenty


def measured(histogram: Mapping[tuple[int, int], int]) -> Measured:
    """histogram: (status, bound) → answers; at least one."""
    durations: dict[int, int] = {}
    for (_status, bound), count in histogram.items():
        durations[bound] = durations.get(bound, 0) + count
    return Measured(
        answers=sum(histogram.values()),
        failed=sum(count for (status, _bound), count in histogram.items() if status >= 500),
        refused=sum(count for (status, _bound), count in histogram.items() if 400 <= status < 500),
        half_ms=rank_bound(durations, 50),
        most_ms=rank_bound(durations, 95),
    )


def rank_bound(durations: Mapping[int, int], percent: int) -> int:
    """The bound below which that share of the answers lies (nearest rank)."""
    wanted = -(-sum(durations.values()) * percent // 100)
    seen = 0
    for bound in (*BOUNDS_MS, BEYOND):
        seen += durations.get(bound, 0)
        if seen >= max(1, wanted):
            return bound
    return BEYOND
