"""What a change of a zone, a network or a profile gives and takes away. Pure: sets of codes in, figures out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from vigie.accounts.rules import Territory
from vigie.kernel.zones import ZoneType

Codes = frozenset[str]


@dataclass(frozen=True)
class Move:
    """What one agent reads before and after: départements, or networks."""

    user_id: int
    before: Codes
    after: Codes

    @property
    def gained(self) -> Codes:
        return self.after - self.before

    @property
    def lost(self) -> Codes:
        return self.before - self.after


@dataclass(frozen=True)
class Side:
    """What is given (or taken): to how many agents, which codes, how many firms in alert, list lines, files."""

    agents: int = 0
    codes: tuple[str, ...] = ()
    firms: int = 0
    lines: int = 0
    files: int = 0


@dataclass(frozen=True)
class Effects:
    """of: départements or networks. users: whom the change moves; only their number is kept."""

    of: str = ""
    gives: Side = Side()
    takes: Side = Side()
    users: Codes | frozenset[int] = frozenset()

    @property
    def any(self) -> bool:
        return bool(self.gives.agents or self.takes.agents)

    def told(self) -> dict[str, object]:
        """As it is stored and audited: codes and numbers."""
        if not self.any:
            return {}
        return {"of": self.of, "gives": asdict(self.gives), "takes": asdict(self.takes)}

    def mark(self) -> str:
        """What the confirmation carries: other figures have another mark."""
        text = json.dumps([self.told(), sorted(self.users)], sort_keys=True, default=list)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def departements_of(texts: Iterable[Territory], groups: Mapping[str, Codes], regions: Mapping[str, Codes]) -> Codes:
    """The départements of somebody's territories; France as a whole is asked before."""
    found: set[str] = set()
    for text in texts:
        found |= text.codes(ZoneType.DEPARTEMENT)
        found.update(*(groups.get(code, frozenset()) for code in text.groups))
        found.update(*(regions.get(code, frozenset()) for code in text.codes(ZoneType.REGION)))
    return frozenset(found)


def zone_moves(
    held: Mapping[int, tuple[Territory, ...]],
    code: str,
    after: Codes,
    groups: Mapping[str, Codes],
    regions: Mapping[str, Codes],
) -> tuple[Move, ...]:
    """The agents whose départements change when the zone of this code becomes ``after``."""
    changed = {**groups, code: after}
    moves = (
        Move(user, departements_of(texts, groups, regions), departements_of(texts, changed, regions))
        for user, texts in held.items()
        if not any(text.whole for text in texts)
    )
    return tuple(move for move in moves if move.before != move.after)


@dataclass(frozen=True)
class Profile:
    """A profile of work, for what it reads: its network, whether it is of the CODEFI."""

    network: str
    in_codefi: bool

    def reads(self, tabs: Mapping[str, bool], codefi: str) -> Codes:
        """The networks whose texts its agents read; tabs: network → whether it gives a tab."""
        held = {self.network, codefi if self.in_codefi else ""}
        return frozenset(code for code in held if tabs.get(code, False))


def firms_moved(moves: Iterable[Move], places: Mapping[str, Codes]) -> tuple[Codes, Codes]:
    """The firms that somebody begins to see by his territory, and those that somebody ceases to see."""
    pairs = {(move.before, move.after) for move in moves}
    opened = {siren for siren, held in places.items() if any(held & b and not held & a for a, b in pairs)}
    closed = {siren for siren, held in places.items() if any(held & a and not held & b for a, b in pairs)}
    return frozenset(opened), frozenset(closed)


def union(sets: Iterable[Codes]) -> Codes:
    return frozenset().union(*sets)
