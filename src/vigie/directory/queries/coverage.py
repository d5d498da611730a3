"""Who covers what, kept between two looks: only the subjects touched since are worked out again (bar W-03).

The picture is never trusted: the address book is read each time, and compared. A subject whose answers are the same as
before keeps its result; the others are computed anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from threading import Lock
from typing import Any

from vigie.accounts.models import Antenne
from vigie.directory.coverage import (
    Answer,
    Ground,
    People,
    Shapes,
    SubjectCoverage,
    Zone,
    subject_coverage,
    total,
)
from vigie.directory.queries.coverage_rows import BookRows, book_rows, ground_mark, ground_rows
from vigie.kernel.zones import ZoneType


@dataclass(frozen=True)
class Picture:
    """The coverage of every living subject, as the address book stood when it was read."""

    mark: tuple[Any, ...]
    ground: Ground
    rows: BookRows
    answers: Mapping[int, tuple[Answer, ...]]
    offered: Mapping[int, tuple[tuple[int, str], ...]]  # subject → (institution, its région or nothing)
    subjects: Mapping[int, SubjectCoverage]

    def of_institution(self, institution: int) -> dict[int, SubjectCoverage]:
        """The same for the experts of one institution, on the subjects it has; in its région, if it has one."""
        shapes = Shapes(self.ground)
        found = {}
        for subject, offers in self.offered.items():
            regions = [region for one, region in offers if one == institution]
            if regions:
                own = [answer for answer in self.answers.get(subject, ()) if answer.institution == institution]
                found[subject] = subject_coverage(own, _territory(regions, self.ground), shapes)
        return found


class _Keeper:
    """The last picture of this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.last: Picture | None = None


_KEEPER = _Keeper()


def picture(on: date) -> Picture:
    """The coverage of the country on a day. 8 queries, 9 when the official code has changed."""
    mark = ground_mark()
    rows = book_rows(on)
    with _KEEPER.lock:
        last = _KEEPER.last
        if last is not None and last.mark == mark and last.rows == rows:
            return last
        _KEEPER.last = _painted(mark, rows, last)
        return _KEEPER.last


def forget() -> None:
    """Drops the picture kept: the next look works everything out."""
    with _KEEPER.lock:
        _KEEPER.last = None


def available_share(on: date) -> tuple[int, int]:
    """(pairs with at least one expert present, all pairs) over subjects × communes. 9 queries."""
    seen = picture(on)
    sums = total(tally for one in seen.subjects.values() for tally in one.tallies.values())
    return sums.communes - sums.holes - sums.unstaffed - sums.away, sums.communes


def _painted(mark: tuple[Any, ...], rows: BookRows, last: Picture | None) -> Picture:
    same_ground = last is not None and last.mark == mark
    ground = last.ground if last is not None and same_ground else Ground(ground_rows())
    answers, offered = _answers(rows), _offered(rows)
    shapes = Shapes(ground)
    subjects = {}
    for subject, offers in offered.items():
        before = last.subjects.get(subject) if last is not None and same_ground else None
        territory = _territory([region for _institution, region in offers], ground)
        if (
            before is None
            or last is None
            or before.territory != territory
            or last.answers.get(subject) != answers.get(subject)
        ):
            before = subject_coverage(answers.get(subject, ()), territory, shapes)
        subjects[subject] = before
    return Picture(mark, ground, rows, answers, offered, subjects)


def _territory(regions: list[str], ground: Ground) -> int:
    """Where a subject is offered: everywhere, but when only institutions of some régions have the competence."""
    if not regions or "" in regions:
        return ground.everywhere
    return ground.union((ZoneType.REGION.value, region) for region in set(regions))


def _offered(rows: BookRows) -> dict[int, tuple[tuple[int, str], ...]]:
    return {
        subject: tuple((one, region or "") for _subject, one, region in group if one is not None)
        for subject, group in groupby(rows.offered, key=lambda row: row[0])
    }


def _answers(rows: BookRows) -> dict[int, tuple[Answer, ...]]:
    """Subject → who answers for it; two experts of one antenne share the same zones, as one value."""
    own, of_antenne = _zones(rows.expert_zones), _zones(rows.antenne_zones)
    staff = {expert: People.AWAY if users == away else People.PRESENT for expert, users, away in rows.people}
    conditions = {("e", one) for one, _a, _i in rows.filtered} | {("a", one) for _e, one, _i in rows.filtered}
    conditions |= {("i", one) for _e, _a, one in rows.filtered}
    experts: dict[int, tuple[int, str, tuple[Zone, ...] | None, People, bool]] = {}
    for expert, antenne, level, institution in rows.experts:
        zones: tuple[Zone, ...] | None = own.get(expert)
        if zones is None:
            zones = None if level == Antenne.Level.NATIONAL else of_antenne.get(antenne, ())
        filtered = bool(conditions & {("e", expert), ("a", antenne), ("i", institution)})
        experts[expert] = institution, level, zones, staff.get(expert, People.NONE), filtered
    found: dict[int, list[Answer]] = defaultdict(list)
    for subject, expert, competence in rows.competences:
        if expert in experts:
            institution, level, zones, people, filtered = experts[expert]
            found[subject].append(Answer(expert, competence, institution, level, zones, people, filtered))
    return {subject: tuple(answers) for subject, answers in found.items()}


def _zones(rows: list[tuple[int, str, str]]) -> dict[int, tuple[Zone, ...]]:
    found: dict[int, list[Zone]] = defaultdict(list)
    for owner, kind, code in rows:
        found[owner].append((kind, code))
    return {owner: tuple(zones) for owner, zones in found.items()}
