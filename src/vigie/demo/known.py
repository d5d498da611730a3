"""Somebody of the invented world who signs in for a look."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.rights.table import Role


@dataclass(frozen=True)
class Known:
    """Somebody who signs in for a look. see: what to look at with him, in French."""

    email: str
    full_name: str
    job: str
    roles: tuple[Role, ...]
    see: str
    second_factor: bool = False
    territory: str = ""
