"""When each habilitation of an agent must be reviewed, told by the package that keeps the reviews (``agents``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from vigie.accounts.models import Habilitation


@dataclass(frozen=True)
class Review:
    """By what day somebody must have confirmed what a person holds; late: that day is past."""

    due: date
    late: bool


@dataclass(frozen=True)
class Source:
    """of: the earliest review of each of these accounts. late: the habilitations whose review is late."""

    of: Callable[[Iterable[int], date], Mapping[int, Review]]
    late: Callable[[date], QuerySet[Habilitation]]


_source: list[Source] = []


def register_reviews(source: Source) -> None:
    """Called by ``apps.py``; the last one counts."""
    _source[:] = [source]


def reviews_of(users: Iterable[int], today: date) -> Mapping[int, Review]:
    """By account; nothing for who holds nothing that is reviewed. 1 query, 2 at most."""
    return _source[0].of(users, today) if _source else {}


def late_habilitations(today: date) -> QuerySet[Habilitation]:
    """Those that nobody confirmed in time."""
    return _source[0].late(today) if _source else Habilitation.objects.none()
