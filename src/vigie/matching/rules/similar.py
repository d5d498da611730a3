"""Two texts that say nearly the same with nearly the same words. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from vigie.kernel.text import fold

LEAST_WORDS = 8  # under it two honest texts look alike
SHARED = 0.8
_WORD = re.compile(r"[A-Z0-9]{3,}")


@lru_cache(maxsize=1_000)  # the texts of some weeks, compared again by each sheet
def words_of(text: str) -> frozenset[str]:
    """The words that count: without accents, capitals nor the shortest ones."""
    return frozenset(_WORD.findall(fold(text)))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """True when four words in five are the same, in texts long enough to tell."""
    if min(len(one), len(other)) < LEAST_WORDS:
        return False
    return len(one & other) >= SHARED * len(one | other)
