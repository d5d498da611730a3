"""Who covers what, kept between two looks: only the subjects touched since are worked out again (bar W-03).

While the database's marks say that nothing changed (``queries.marks``), the picture stands. When something may have,
the address book is read whole and compared: a subject whose answers are the same as before keeps its result, the others
are computed anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from vigie.accounts.models import Antenne
from vigie.directory.coverage import (
    Answer,
    Ground,
    People,
    Shapes,
    SubjectCoverage,
    Who,
    Zone,
    subject_coverage,
    total,
)
from vigie.directory.queries.coverage_rows import BOOK, GROUND, BookRows, book_rows, ground_rows
from vigie.directory.queries.marks import Marks, marks
from vigie.kernel.zones import ZoneType

Zones = Mapping[int, tuple[Zone, ...]]
Held = Mapping[int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Offer:
    """An institution that has a competence on a subject, and its région if it is not national."""

    institution: int
    region: str


@dataclass(frozen=True)
class Picture:
    """The coverage of every living subject, as the address book stood when it was read."""

    ground_marks: tuple[Any, ...] | None
    ground: Ground
    rows: BookRows
    own_zones: Zones
    antenne_zones: Zones
    experts: Mapping[int, Who]
    held: Held  # subject → (expert, competence)
    offers: Mapping[int, tuple[Offer, ...]]
    subjects: Mapping[int, SubjectCoverage]

    def answers(self, subject: int) -> list[Answer]:
        """Who answers for a subject."""
        return _answers(self.held.get(subject, ()), self.experts)

    def of_institution(self, institution: int) -> dict[int, SubjectCoverage]:
        """The same for the experts of one institution, on the subjects it has; in its région, if it has one."""
        shapes = Shapes(self.ground)
        found = {}
        for subject, offers in self.offers.items():
            own = [offer for offer in offers if offer.institution == institution]
            if own:
                answers = [(who, held) for who, held in self.answers(subject) if who.institution == institution]
                found[subject] = subject_coverage(answers, _territory(own, self.ground), shapes)
        return found


class _Keeper:
    """The last picture of this process, the marks under which it was read, and the day."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.last: Picture | None = None
        self.under: tuple[Any, ...] | None = None


_KEEPER = _Keeper()


def picture(on: date, seen: Marks | None = None) -> Picture:
    """The coverage of the country on a day; seen: the marks, if they were just read.

    1 query; 8 when the address book may have changed, 9 when the official code has.
    """
    seen = seen or marks()
    book, ground = seen.of(BOOK), seen.of(GROUND)
    with _KEEPER.lock:
        last = _KEEPER.last
        if last is not None and book and ground and (book, ground, on) == _KEEPER.under:
            return last
        rows = book_rows(on)
        if last is not None and (ground is None or last.ground_marks != ground):
            last = None
        if last is None or last.rows != rows:
            last = _painted(ground, rows, last)
        _KEEPER.last, _KEEPER.under = last, (book, ground, on)
        return last


def forget() -> None:
    """Drops the picture kept: the next look works everything out."""
    with _KEEPER.lock:
        _KEEPER.last = _KEEPER.under = None


def available_share(on: date) -> tuple[int, int]:
    """(pairs with at least one expert present, all pairs) over subjects × communes. As many queries as ``picture``."""
    seen = picture(on)
    sums = total(tally for one in seen.subjects.values() for tally in one.tallies.values())
    return sums.communes - sums.holes - sums.unstaffed - sums.away, sums.communes


def _painted(mark: tuple[Any, ...] | None, rows: BookRows, last: Picture | None) -> Picture:
    ground = last.ground if last else Ground(ground_rows())
    own = last.own_zones if last and last.rows.expert_zones == rows.expert_zones else _zones(rows.expert_zones)
    of_antenne = (
        last.antenne_zones if last and last.rows.antenne_zones == rows.antenne_zones else _zones(rows.antenne_zones)
    )
    experts = _experts(rows, own, of_antenne)
    same = last and last.rows.competences == rows.competences and last.rows.offered == rows.offered
    held = last.held if last and same else _held(rows)
    offers = last.offers if last and same else _offers(rows)
    shapes = Shapes(ground)
    touched = _touched(experts, held, offers, last)
    subjects = {
        subject: subject_coverage(_answers(held.get(subject, ()), experts), _territory(offers[subject], ground), shapes)
        if last is None or subject in touched
        else last.subjects[subject]
        for subject in offers
    }
    return Picture(mark, ground, rows, own, of_antenne, experts, held, offers, subjects)


def _touched(
    experts: Mapping[int, Who], held: Held, offers: Mapping[int, tuple[Offer, ...]], last: Picture | None
) -> set[int]:
    """The subjects whose answers, or whose territory, are not those of the last picture."""
    if last is None:
        return set(offers)
    moved = {pk for pk, who in experts.items() if last.experts.get(pk) != who} | (last.experts.keys() - experts.keys())
    return {
        subject
        for subject, offered in offers.items()
        if last.offers.get(subject) != offered
        or last.held.get(subject) != held.get(subject)
        or any(expert in moved for expert, _competence in held.get(subject, ()))
    }


def _answers(pairs: tuple[tuple[int, int], ...], experts: Mapping[int, Who]) -> list[Answer]:
    return [(experts[expert], competence) for expert, competence in pairs if expert in experts]


def _territory(offers: tuple[Offer, ...] | list[Offer], ground: Ground) -> int:
    """Where a subject is offered: everywhere, but when only institutions of some régions have the competence."""
    regions = {offer.region for offer in offers}
    if not regions or "" in regions:
        return ground.everywhere
    return ground.union((ZoneType.REGION.value, region) for region in regions)


def _held(rows: BookRows) -> Held:
    """Subject → who holds which competence of his institution."""
    subject_of = {competence: subject for subject, competence, _institution, _region in rows.offered}
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in rows.competences:
        subject = subject_of.get(pair[1])
        if subject is not None:
            found[subject].append(pair)
    return {subject: tuple(pairs) for subject, pairs in found.items()}


def _offers(rows: BookRows) -> dict[int, tuple[Offer, ...]]:
    found: dict[int, list[Offer]] = {}
    for subject, _competence, institution, region in rows.offered:
        offers = found.setdefault(subject, [])
        if institution is not None:
            offers.append(Offer(institution, region or ""))
    return {subject: tuple(offers) for subject, offers in found.items()}


def _experts(rows: BookRows, own: Zones, of_antenne: Zones) -> dict[int, Who]:
    """Every living expert with the zones that count: his own, or those of his antenne."""
    staff = {expert: People.AWAY if users == away else People.PRESENT for expert, users, away in rows.people}
    strict_experts, strict_antennes, strict_institutions = (
        (set(column) for column in zip(*rows.filtered, strict=True)) if rows.filtered else (set(), set(), set())
    )
    found = {}
    for expert, antenne, level, institution in rows.experts:
        zones: tuple[Zone, ...] | None = own.get(expert)
        if zones is None:
            zones = None if level == Antenne.Level.NATIONAL else of_antenne.get(antenne, ())
        filtered = expert in strict_experts or antenne in strict_antennes or institution in strict_institutions
        found[expert] = Who(expert, institution, level, zones, staff.get(expert, People.NONE), filtered)
    return found


def _zones(rows: list[tuple[int, str, str]]) -> dict[int, tuple[Zone, ...]]:
    found: dict[int, list[Zone]] = defaultdict(list)
    for owner, kind, code in rows:
        found[owner].append((kind, code))
    return {owner: tuple(zones) for owner, zones in found.items()}
