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
    # --- of a public agent
    email: str = ""
    entity_id: int | None = None  # the body that employs him
    entity: str = ""  # its name, as it stands after the agent's
    segment: str = ""  # code of his profile: crp, urssaf, bdf…
    networks: frozenset[str] = frozenset()  # codes of the networks whose texts he reads
    zone_label: str = ""  # his territory in words, for the audit
    # --- while an administrator looks through somebody else's eyes: who really acts
    acting_for_id: int | None = None
    acting_for_name: str = ""

    @property
    def is_team(self) -> bool:
        return Role.TEAM in self.roles

    @property
    def level(self) -> Role | None:
        """The widest level of habilitation held; None for who opens no firm."""
        return next((role for role in (Role.LEVEL_A, Role.LEVEL_B) if role in self.roles), None)

    @property
    def read_only(self) -> bool:
        """Nothing is done in somebody else's name."""
        return self.acting_for_id is not None


VISITOR = Person(PersonKind.VISITOR, name="Visiteur")
SYSTEM = Person(PersonKind.SYSTEM, name="Vigie", roles=frozenset({Role.SYSTEM}))


def company_head(link: str) -> Person:
    """The holder of the signed link of one request."""
    return Person(PersonKind.COMPANY, name="L’entreprise", roles=frozenset({Role.COMPANY}), link=link)
