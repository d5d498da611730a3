"""Who answers where, for every subject × commune at once: sets of communes held as the bits of one integer (bar W-03).

Pure. The truth is that of routing (matching.md 4.2): own zones replace those of the antenne, a national antenne covers
everything. A need on the ground may also fail the conditions of an expert: this says who covers, not who is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from vigie.kernel.lifecycle import State
from vigie.kernel.zones import ZoneType

Zone = tuple[str, str]


class Level(StrEnum):
    """The échelon of the antenne of who answers."""

    LOCAL = "local"
    REGIONAL = "regional"
    NATIONAL = "national"


ECHELONS = {Level.LOCAL: "local", Level.REGIONAL: "régional", Level.NATIONAL: "national"}


class People(StrEnum):
    """Who is behind an expert on the day."""

    NONE = "none"  # no user at all
    AWAY = "away"  # every one of them is absent
    PRESENT = "present"


class CommuneRow(NamedTuple):
    """A whole commune, as the official code has it; rows come in the order of their département."""

    code: str
    epci: str
    employment_area: str
    departement: str
    region: str
    people: int


class Who(NamedTuple):
    """An expert who answers. zones: his own or his antenne's; None: everywhere. filtered: he sets conditions."""

    expert: int
    institution: int
    level: str
    zones: tuple[Zone, ...] | None
    people: str
    filtered: bool


# Who answers for a subject, and the competence of his institution that he holds.
Answer = tuple[Who, int]


class Verdict(StrEnum):
    """What is said of a subject somewhere, the first that holds (matching.md 7.7)."""

    NO_EXPERT = "no_expert"
    MISSING = "missing"
    NO_USER = "no_user"
    SEVERAL = "several"
    SEVERAL_FILTERED = "several_filtered"
    RESTRICTED = "restricted"
    FINE = "fine"


VERDICTS: dict[str, State] = {
    state.code: state
    for state in (
        State(Verdict.NO_EXPERT, "Aucun expert", "error"),
        State(Verdict.MISSING, "Experts manquants", "error"),
        State(Verdict.NO_USER, "Experts sans utilisateur", "warning"),
        State(Verdict.SEVERAL, "Plusieurs experts d’une même institution", "warning"),
        State(Verdict.SEVERAL_FILTERED, "Plusieurs experts, selon leurs conditions", "info"),
        State(Verdict.RESTRICTED, "Thématique sur un territoire restreint", "info"),
        State(Verdict.FINE, "Tout va bien", "success"),
    )
}


@dataclass(frozen=True)
class Stretch:
    """A département: its communes follow each other. planes: the binary digits of their populations, one mask each."""

    code: str
    start: int
    size: int
    people: int
    planes: tuple[int, ...]

    @property
    def ones(self) -> int:
        return (1 << self.size) - 1

    @property
    def mask(self) -> int:
        return self.ones << self.start

    def cut(self, communes: int) -> int:
        """The part of a set that lies here, its first bit the first commune of the département."""
        return communes >> self.start & self.ones

    def people_of(self, piece: int) -> int:
        """How many people live in the communes of a piece, without looking at them one by one."""
        if piece == self.ones:
            return self.people
        return sum((piece & plane).bit_count() << rank for rank, plane in enumerate(self.planes)) if piece else 0


class Ground:
    """The communes of the country, and every wide zone as a set of them."""

    def __init__(self, rows: Sequence[CommuneRow]) -> None:
        self.rows = tuple(rows)
        self.rank = {row.code: rank for rank, row in enumerate(self.rows)}
        self.everywhere = (1 << len(self.rows)) - 1
        self._wide = _wide_zones(self.rows)
        self.stretches = tuple(_stretches(self.rows))

    def zone(self, kind: str, code: str) -> int:
        """The communes of a zone; none for a code that the official code has not, or for a municipal district."""
        if kind == ZoneType.COMMUNE:
            rank = self.rank.get(code)
            return 0 if rank is None else 1 << rank
        return self._wide.get((str(kind), code), 0)

    def union(self, zones: Iterable[Zone] | None) -> int:
        """The communes of several zones; None: everywhere."""
        if zones is None:
            return self.everywhere
        found = 0
        for kind, code in zones:
            found |= self.zone(kind, code)
        return found

    def communes(self, wanted: int) -> list[CommuneRow]:
        """The rows of a set, in order."""
        found = []
        while wanted:
            low = wanted & -wanted
            found.append(self.rows[low.bit_length() - 1])
            wanted ^= low
        return found

    def around(self, wanted: int, kind: ZoneType) -> int:
        """Every commune that shares a zone of this kind with a commune of the set."""
        column = {
            ZoneType.EPCI: "epci", ZoneType.EMPLOYMENT_AREA: "employment_area",
            ZoneType.DEPARTEMENT: "departement", ZoneType.REGION: "region",
        }[kind]  # fmt: skip
        return self.union((str(kind), getattr(row, column)) for row in self.communes(wanted))


def _wide_zones(rows: Sequence[CommuneRow]) -> dict[Zone, int]:
    found: dict[Zone, int] = {}
    for kind, column in (
        (ZoneType.EPCI, 1), (ZoneType.EMPLOYMENT_AREA, 2), (ZoneType.DEPARTEMENT, 3), (ZoneType.REGION, 4)
    ):  # fmt: skip
        members: dict[str, list[int]] = {}
        for rank, row in enumerate(rows):
            members.setdefault(str(row[column]), []).append(rank)
        found |= {(kind.value, code): _bits(ranks) for code, ranks in members.items() if code}
    return found


def _bits(ranks: Sequence[int]) -> int:
    """One integer from the ranks of its bits, by a string of bytes: a sum of powers would copy it at each step."""
    held = bytearray(max(ranks) // 8 + 1)
    for rank in ranks:
        held[rank >> 3] |= 1 << (rank & 7)
    return int.from_bytes(held, "little")


def _stretches(rows: Sequence[CommuneRow]) -> list[Stretch]:
    found: list[Stretch] = []
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end].departement == rows[start].departement:
            end += 1
        inhabitants = [row.people for row in rows[start:end]]
        digits = max(inhabitants).bit_length()
        planes = tuple(
            sum(1 << place for place, count in enumerate(inhabitants) if count >> digit & 1) for digit in range(digits)
        )
        found.append(Stretch(rows[start].departement, start, end - start, sum(inhabitants), planes))
        start = end
    return found


class Tally(NamedTuple):
    """A subject in a département. communes and people: those of its territory there."""

    communes: int
    people: int
    holes: int  # communes without anybody
    people_without: int
    unstaffed: int  # communes where no expert has a user
    away: int  # communes where everybody is absent


@dataclass(frozen=True)
class SubjectCoverage:
    """One subject over the country: sets of communes, all within its territory. doubled: by the same competence."""

    territory: int
    somebody: int
    staffed: int
    present: int
    levels: Mapping[str, int]
    doubled: int
    doubled_unfiltered: int
    experts: int
    tallies: Mapping[str, Tally]

    @property
    def holes(self) -> int:
        return self.territory & ~self.somebody

    def verdict(self, within: int, everywhere: int) -> Verdict:
        """What is said of the subject in a set of communes."""
        here = self.territory & within
        if not here:
            return Verdict.RESTRICTED
        if not self.somebody & here:
            return Verdict.NO_EXPERT
        if here & ~self.somebody:
            return Verdict.MISSING
        if here & ~self.staffed:
            return Verdict.NO_USER
        if self.doubled & here:
            return Verdict.SEVERAL if self.doubled_unfiltered & here else Verdict.SEVERAL_FILTERED
        return Verdict.FINE if self.territory == everywhere else Verdict.RESTRICTED

    def echelons(self, within: int) -> str:
        """« local, régional »: the échelons of who answers there."""
        return ", ".join(ECHELONS[level] for level in Level if self.levels.get(level, 0) & within)


class Shapes:
    """The sets of the zones held, each worked out once: many experts share those of their antenne."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._known: dict[tuple[Zone, ...] | None, int] = {}

    def of(self, zones: tuple[Zone, ...] | None) -> int:
        found = self._known.get(zones)
        if found is None:
            found = self._known[zones] = self.ground.union(zones)
        return found


def subject_coverage(answers: Iterable[Answer], territory: int, shapes: Shapes) -> SubjectCoverage:
    """Puts together everybody who answers for a subject. territory: where it is offered.

    Few operations an answer on purpose: each goes through four kilobytes, seventy thousand times.
    """
    somewhere = territory != shapes.ground.everywhere
    by_kind: dict[tuple[str, str], int] = {}
    unions: dict[tuple[int, bool], int] = {}  # (competence, with conditions) → covered by one at least
    twice = {True: 0, False: 0}
    experts = set()
    for who, competence in answers:
        covered = shapes.of(who.zones) & territory if somewhere else shapes.of(who.zones)
        experts.add(who.expert)
        kind, claim = (who.level, who.people), (competence, who.filtered)
        by_kind[kind] = by_kind.get(kind, 0) | covered
        held = unions.get(claim, 0)
        twice[who.filtered] |= held & covered
        unions[claim] = held | covered
    doubled = twice[True] | twice[False]
    for (competence, filtered), held in unions.items():
        if filtered:
            doubled |= held & unions.get((competence, False), 0)
    levels = {level.value: _either(by_kind, 0, level) for level in Level}
    present = _either(by_kind, 1, People.PRESENT)
    staffed = present | _either(by_kind, 1, People.AWAY)
    somebody = staffed | _either(by_kind, 1, People.NONE)
    tallies = _tallies(territory, somebody, staffed, present, shapes.ground)
    return SubjectCoverage(territory, somebody, staffed, present, levels, doubled, twice[False], len(experts), tallies)


def _either(by_kind: Mapping[tuple[str, str], int], place: int, wanted: str) -> int:
    """The union of the sets whose kind has this value at this place."""
    found = 0
    for kind, covered in by_kind.items():
        if kind[place] == wanted:
            found |= covered
    return found


def _tallies(territory: int, somebody: int, staffed: int, present: int, ground: Ground) -> dict[str, Tally]:
    holes, unstaffed, away = territory & ~somebody, somebody & ~staffed, staffed & ~present
    found = {}
    for stretch in ground.stretches:
        here = stretch.cut(territory)
        if here:
            lost = stretch.cut(holes)
            found[stretch.code] = Tally(
                communes=here.bit_count(),
                people=stretch.people_of(here),
                holes=lost.bit_count(),
                people_without=stretch.people_of(lost),
                unstaffed=stretch.cut(unstaffed).bit_count(),
                away=stretch.cut(away).bit_count(),
            )
    return found


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of several tallies: of the départements of a subject, or of the subjects of a département."""
    sums = [sum(column) for column in zip(*tallies, strict=True)]
    return Tally(*sums) if sums else Tally(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Near:
    """Who could cover, the smallest zone he shares with the holes, how many communes of it he already covers."""

    who: Who
    shared: ZoneType
    communes: int


NEARNESS = (ZoneType.EPCI, ZoneType.EMPLOYMENT_AREA, ZoneType.DEPARTEMENT, ZoneType.REGION)


def nearest(answers: Iterable[Answer], holes: int, shapes: Shapes, limit: int) -> list[Near]:
    """Those who answer beside the holes, the nearest first: same EPCI, employment area, département, then région."""
    rings = [(kind, shapes.ground.around(holes, kind)) for kind in NEARNESS]
    found = []
    for who in {who.expert: who for who, _competence in answers}.values():
        held = shapes.of(who.zones)
        shared = next(((kind, held & ring) for kind, ring in rings if held & ring), None)
        if shared is not None:
            found.append(Near(who, shared[0], shared[1].bit_count()))
    found.sort(key=lambda near: (NEARNESS.index(near.shared), -near.communes, near.who.expert))
    return found[:limit]
