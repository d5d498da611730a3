"""What a page may show a minute late: kept in the memory of each web process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import caches

A_MINUTE = 60
Kept = TypeVar("Kept")


def for_a_minute(name: str, find: Callable[[], Kept]) -> Kept:
    """The value found less than a minute ago, else found now. Only for what is the same for everybody."""
    return cast(Kept, caches["local"].get_or_set(name, find, A_MINUTE))
