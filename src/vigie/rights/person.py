"""Who acts: what rights need to know of a person, gathered once and passed as an argument.

A person is an account with its habilitations of the day, the holder of a signed link, Vigie itself, or nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vigie.rights.table import Role


class PersonKind(StrEnum):
    """Where an act comes from, as the journal stores it."""

    USER = "user"
    COMPANY = "company"
    SYSTEM = "system"
    VISITOR = "visitor"


@dataclass(frozen=True)
class Person:
    """A person on a given day. ``managed_antennes`` already holds the antennes below the managed ones."""

    kind: PersonKind
    name: str = ""
    roles: frozenset[Role] = frozenset()
    user_id: int | None = None
    antenne_id: int | None = None
    managed_antennes: frozenset[int] = frozenset()
    departements: frozenset[str] = frozenset()  # of the territory of a detection habilitation
    nationwide: bool = False  # that territory is France as a whole
    zones: frozenset[tuple[str, str]] = frozenset()  # (kind, code) of the zones that a local animator follows
    link: str = ""  # uuid of the request designated by the signed link

    @property
    def is_team(self) -> bool:
        return Role.TEAM in self.roles


VISITOR = Person(PersonKind.VISITOR, name="Visiteur")
SYSTEM = Person(PersonKind.SYSTEM, name="Vigie", roles=frozenset({Role.SYSTEM}))


def company_head(link: str) -> Person:
    """The holder of the signed link of one request."""
    return Person(PersonKind.COMPANY, name="L’entreprise", roles=frozenset({Role.COMPANY}), link=link)
