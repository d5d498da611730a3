"""Addresses of rows known by their numbers: a sheet gives a hundred of them, and ``reverse`` is slow at it."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

STAND_IN_SIREN = "791000007"
STAND_INS = (7_910_000_007, 7_920_000_007, 7_930_000_007)


def href(name: str, *numbers: int) -> str:
    """What ``reverse(name, args=numbers)`` gives; asked of it once for each name."""
    pieces = _pieces(name, len(numbers), settings.ROOT_URLCONF, get_script_prefix())
    return "".join([f"{piece}{number}" for piece, number in zip(pieces, (*numbers, ""), strict=True)])


def siren_href(name: str, siren: str) -> str:
    """What ``reverse(name, args=[siren])`` gives; asked of it once for each name."""
    before, after = _around_siren(name, settings.ROOT_URLCONF, get_script_prefix())
    return f"{before}{siren}{after}"


@lru_cache(maxsize=100)
def _around_siren(name: str, _urls: str, _prefix: str) -> tuple[str, str]:
    before, _number, after = reverse(name, args=[STAND_IN_SIREN]).partition(STAND_IN_SIREN)
    return before, after


@lru_cache(maxsize=1_000)
def _pieces(name: str, count: int, _urls: str, _prefix: str) -> tuple[str, ...]:
    """What stands before, between and after the numbers."""
    rest, pieces = reverse(name, args=STAND_INS[:count]), []
    for number in STAND_INS[:count]:
        piece, rest = rest.split(str(number))
        pieces.append(piece)
    return (*pieces, rest)
