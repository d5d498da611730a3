"""Counting and keeping secret, without a database: cells of a month, which ones are masked, delays, cohorts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from vigie.kernel.period import whole_days
from vigie.matching.states import DONE, DONE_NO_HELP, MATCH, QUO, TAKING_CARE, need_status
from vigie.statistics.indicators import DETECTION, NO, SMALLEST, SMALLEST_OF_DETECTION, WHOLE, YES, Base

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
# Never masked: the team's figures, the histogram from which delays are read, and counts of no firm.
UNPUBLISHED = frozenset({Base.COHORT.value, Base.TAKEN.value, Base.COVERAGE.value})


# Families that say how the service did; the total of a base set has no family.
CONDUCT = frozenset({"", "status", "analysed", "taken_5", "within_3", "within_5"})
_PRIME = (1 << 61) - 1  # the equations are solved in whole numbers modulo this: nothing is rounded
Equation = dict[Cell, int]


def masked_cells(counts: Mapping[Cell, int], smallest: int = SMALLEST) -> frozenset[Cell]:
    """The cells of a month that are not published: those under ``smallest``, and those that would give them away.

    A small count of the whole country that says how the service did, and nothing of firms, is published as it is; of
    detection, nothing under eleven is, nor any zero: its counts hold their zeros.
    What is published obeys equations: the parts of a family make their total, in each région; the régions make the
    country, for each part. While the equations determine a small cell, one more cell of these equations is masked.
    """
    found: set[Cell] = set()
    for base in {cell.base for cell in counts} - UNPUBLISHED:
        mine = {cell: count for cell, count in counts.items() if cell.base == base}
        if base in DETECTION:
            small = {cell for cell, count in mine.items() if count < SMALLEST_OF_DETECTION}
        else:
            small = {cell for cell, count in mine.items() if 0 < count < smallest and _of_firms(cell)}
        found |= _protected(small, mine, _equations(mine, base)) if small else set()
    return frozenset(found)


def _of_firms(cell: Cell) -> bool:
    """True of a count that tells something of the firms counted: where they are, what they are, what they ask."""
    return cell.region != WHOLE or cell.family not in CONDUCT


def _equations(counts: Mapping[Cell, int], base: str) -> list[Equation]:
    """Every sum that a reader can make: its terms, and what they make with a minus sign."""
    regions = sorted({cell.region for cell in counts} - {WHOLE})
    parts: dict[str, set[str]] = defaultdict(set)
    for cell in counts:
        if cell.family:
            parts[cell.family].add(cell.part)
    found = []
    for family in sorted(parts):
        for region in (*regions, WHOLE):
            terms = {Cell(region, base, family, part): 1 for part in sorted(parts[family])}
            found.append({**terms, Cell(region, base): -1})
        for part in sorted(parts[family]):
            terms = {Cell(region, base, family, part): 1 for region in regions}
            found.append({**terms, Cell(WHOLE, base, family, part): -1})
    found.append({**{Cell(region, base): 1 for region in regions}, Cell(WHOLE, base): -1})
    return found


def _protected(small: set[Cell], counts: Mapping[Cell, int], equations: Sequence[Equation]) -> set[Cell]:
    """The small cells, with as many more as it takes for none of them to be worked out."""
    hidden = set(small)
    while (exposed := _determined(hidden, equations)) & small:
        before = len(hidden)
        for equation in equations:
            alone = hidden & equation.keys()
            if len(alone) == 1 and alone <= exposed and len(equation) > 1:
                hidden.add(min(equation.keys() - hidden, key=lambda one: _cost(one, counts)))
        if len(hidden) == before:  # several equations together: any cell beside
            beside = {one for equation in equations if exposed & small & equation.keys() for one in equation} - hidden
            beside = beside or set().union(*equations) - hidden
            if not beside:  # everything is masked: nothing more can be done, nor is told
                break
            hidden.add(min(beside, key=lambda one: _cost(one, counts)))
    return hidden


def _cost(cell: Cell, counts: Mapping[Cell, int]) -> tuple[bool, bool, int, Cell]:
    """What is masked first beside a small cell: parts before totals, figures before zeros, the smallest."""
    shown_nowhere = cell.base in DETECTION and cell.part == NO
    dear = not shown_nowhere and (cell.region == WHOLE or not cell.part)
    return dear, not counts.get(cell), counts.get(cell, 0), cell


def _determined(hidden: set[Cell], equations: Sequence[Equation]) -> set[Cell]:
    """The hidden cells that the equations give exactly: those alone in a line once these are reduced."""
    lines: dict[Cell, Equation] = {}  # the cell a line is solved for → the line
    for equation in equations:
        line = {cell: sign for cell, sign in equation.items() if cell in hidden}
        for cell in [one for one in line if one in lines]:
            if cell in line:
                _take_off(line, lines[cell], line[cell])
        if not line:
            continue
        pivot = min(line)
        inverse = pow(line[pivot], -1, _PRIME)
        line = {cell: value * inverse % _PRIME for cell, value in line.items()}
        for other in lines.values():
            if pivot in other:
                _take_off(other, line, other[pivot])
        lines[pivot] = line
    return {pivot for pivot, line in lines.items() if len(line) == 1}


def _take_off(line: Equation, other: Equation, times: int) -> None:
    """line − times × other, in place; cells without coefficient leave."""
    for cell, value in other.items():
        left = (line.get(cell, 0) - times * value) % _PRIME
        if left:
            line[cell] = left
        else:
            line.pop(cell, None)
