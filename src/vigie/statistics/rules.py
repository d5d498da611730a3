"""Counting and keeping secret, without a database: cells of a month, which ones are masked, delays, cohorts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from vigie.kernel.period import whole_days
from vigie.matching.states import DONE, DONE_NO_HELP, MATCH, QUO, TAKING_CARE, need_status
from vigie.statistics.indicators import NO, SMALLEST, WHOLE, YES, Base

EXCHANGED = (DONE, DONE_NO_HELP)
COHORT_DAYS = (5, 30, 45)


class Cell(NamedTuple):
    """What is counted together: a base set in a région, or a part of one of its families there."""

    region: str
    base: str
    family: str = ""
    part: str = ""


class MatchFacts(NamedTuple):
    """A need before an expert: its state today and its moments."""

    state: str
    sent_at: datetime
    taken_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class NeedCounted:
    """A need of the month."""

    region: str
    status: str
    theme: str
    sent_at: datetime
    matches: tuple[MatchFacts, ...]


@dataclass(frozen=True)
class RequestCounted:
    """A request of the month."""

    region: str
    analysed: bool
    origin: str


@dataclass(frozen=True)
class CompanyCounted:
    """A company of the month."""

    region: str
    employees: str
    naf: str


def count_requests(requests: Iterable[RequestCounted]) -> Counter[Cell]:
    """The cells of the requests of a month, the whole country included."""
    found: Counter[Cell] = Counter()
    for one in requests:
        _add(found, one.region, Base.SOLICITATIONS, analysed=_yes(one.analysed), origin=one.origin)
    return found


def count_companies(companies: Iterable[CompanyCounted]) -> Counter[Cell]:
    """The cells of the companies of a month."""
    found: Counter[Cell] = Counter()
    for one in companies:
        _add(found, one.region, Base.COMPANIES, employees=one.employees, naf=one.naf)
    return found


def count_needs(needs: Iterable[NeedCounted], at: datetime) -> Counter[Cell]:
    """The cells of the needs of a month; at: the present, that says which cohorts are old enough."""
    found: Counter[Cell] = Counter()
    for one in needs:
        _add(
            found,
            one.region,
            Base.NEEDS,
            status=one.status,
            theme=one.theme,
            taken_5=_yes(any(taken_within(match, 5) for match in one.matches)),
        )
        if one.status in EXCHANGED:
            with_exchange = [match for match in one.matches if match.state in EXCHANGED]
            _add(
                found,
                one.region,
                Base.EXCHANGES,
                within_3=_yes(any(taken_within(match, 3) for match in with_exchange)),
                within_5=_yes(any(taken_within(match, 5) for match in with_exchange)),
            )
        hours = hours_to_charge(one)
        if hours is not None:
            _add(found, one.region, Base.TAKEN, hours=str(hours))
        _add_cohorts(found, one, at)
    return found


def _add_cohorts(found: Counter[Cell], need: NeedCounted, at: datetime) -> None:
    for days in COHORT_DAYS:
        moment = need.sent_at + timedelta(days=days)
        if moment <= at:
            part = status_at(need.matches, moment)
            for region in (need.region, WHOLE):
                found[Cell(region, Base.COHORT, f"days_{days}", part)] += 1


def _add(found: Counter[Cell], region: str, base: Base, **parts: str) -> None:
    for where in (region, WHOLE):
        found[Cell(where, base)] += 1
        for family, part in parts.items():
            found[Cell(where, base, family, part)] += 1


def _yes(true: bool) -> str:
    return YES if true else NO


def taken_within(match: MatchFacts, days: int) -> bool:
    """Taken in charge before that many full days had passed."""
    return match.taken_at is not None and whole_days(match.sent_at, match.taken_at) < days


def hours_to_charge(need: NeedCounted) -> int | None:
    """Whole hours from the transmission of a need to the first expert who took it in charge; None when none did."""
    taken = [match.taken_at for match in need.matches if match.taken_at is not None]
    return max(0, (min(taken) - need.sent_at) // timedelta(hours=1)) if taken else None


def status_at(matches: Sequence[MatchFacts], moment: datetime) -> str:
    """The status of a need at a past moment, from the dates of its matches; waiting before the first of them."""
    states = {state_at(match, moment) for match in matches if match.sent_at <= moment}
    return need_status(states, complete=True) if states else QUO


def state_at(match: MatchFacts, moment: datetime) -> str:
    """The state of a match at a past moment: a state that was undone since left no date."""
    if match.closed_at is not None and match.closed_at <= moment:
        return match.state if match.state in MATCH.final_codes else QUO
    return TAKING_CARE if match.taken_at is not None and match.taken_at <= moment else QUO


def quantile(histogram: Mapping[int, int], percent: int) -> int | None:
    """The value of that rank (nearest rank) of a histogram value → count; None when it is empty."""
    whole = sum(histogram.values())
    rank = max(1, -(-whole * percent // 100))
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= rank:
            return value
    return None


# --- secrecy --------------------------------------------------------------------------------------------------------
# Never published as they are: the team's, and the histogram from which delays are read.
UNPUBLISHED = frozenset({Base.COHORT, Base.TAKEN})


def masked_cells(counts: Mapping[Cell, int], smallest: int = SMALLEST) -> frozenset[Cell]:
    """The cells of a month that are not published: those under ``smallest``, and those that would give them away.

    A family is a table of régions × parts with its totals. A masked cell can be worked out from the others if and only
    if it is a bridge of the graph whose vertices are the rows and columns, and whose edges are the masked cells: cells
    are masked until no bridge is left. Families of a base set share their totals: they are looked at again together.
    """
    found: set[Cell] = set()
    families: dict[str, set[str]] = defaultdict(set)
    for cell in counts:
        if cell.base not in UNPUBLISHED and cell.base != Base.COVERAGE:
            families[cell.base].add(cell.family)
    for base, names in families.items():
        mine = {cell: count for cell, count in counts.items() if cell.base == base}
        found |= {cell for cell, count in mine.items() if 0 < count < smallest}
        while True:
            before = len(found)
            for family in sorted(names):
                found |= _protected(_table(mine, base, family), found)
            if len(found) == before:
                break
    return frozenset(found)


def _table(counts: Mapping[Cell, int], base: str, family: str) -> dict[tuple[str, str], tuple[Cell, int]]:
    """(région, part) → cell and count, the totals as the part without name; absent cells count nothing."""
    regions = sorted({cell.region for cell in counts})
    parts = [*sorted({cell.part for cell in counts if cell.family == family and family}), ""]
    table = {}
    for region in regions:
        for part in parts:
            cell = Cell(region, base, family, part) if part else Cell(region, base)
            table[region, part] = (cell, counts.get(cell, 0))
    return table


def _protected(table: dict[tuple[str, str], tuple[Cell, int]], masked: set[Cell]) -> set[Cell]:
    """The masked cells of a table, with as many more as it takes for none to be worked out."""
    hidden = {place for place, (cell, _count) in table.items() if cell in masked}
    while exposed := _bridges(hidden):
        region, part = min(exposed)
        beside = [place for place in table if place not in hidden and (place[0] == region or place[1] == part)]
        if not beside:  # the row and the column are hidden whole: a cell elsewhere must close the circle
            beside = [place for place in table if place not in hidden]
        if not beside:
            break
        hidden.add(min(beside, key=lambda place: (place[0] == WHOLE or place[1] == "", not table[place][1],
                                                  table[place][1], place)))  # fmt: skip
    return {table[place][0] for place in hidden}


def _bridges(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The edges région–part on no circle, by one walk of the graph (a vertex is (side, name))."""
    around: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for region, part in sorted(edges):
        around[0, region].append((1, part))
        around[1, part].append((0, region))
    order: dict[tuple[int, str], int] = {}
    found: set[tuple[str, str]] = set()

    def walk(here: tuple[int, str], came: tuple[int, str] | None) -> int:
        """The earliest vertex that can be reached without going back on one's step."""
        order[here] = lowest = len(order)
        for there in around[here]:
            if there == came:
                continue
            if there in order:
                lowest = min(lowest, order[there])
                continue
            reached = walk(there, here)
            lowest = min(lowest, reached)
            if reached > order[here]:
                ends = dict((here, there))
                found.add((ends[0], ends[1]))
        return lowest

    for vertex in list(around):
        if vertex not in order:
            walk(vertex, None)
    return found
