"""The expert teams a person belongs to, told by the package that knows them (the directory, one floor above)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from vigie.accounts.models import User


@dataclass(frozen=True)
class Team:
    """An expert team: its name, its antenne, the address of its page if there is one."""

    name: str
    antenne: str
    href: str = ""


_sources: list[Callable[[User], Iterable[Team]]] = []


def register_teams(source: Callable[[User], Iterable[Team]]) -> None:
    """Called by the ``apps.py`` of the package that knows the teams; the same source twice counts once."""
    if source not in _sources:
        _sources.append(source)


def teams_of(user: User) -> tuple[Team, ...]:
    """The teams of a person, in the order in which they are told."""
    return tuple(team for source in _sources for team in source(user))
