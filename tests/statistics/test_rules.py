"""What is masked cannot be worked out; delays and past states are read from dates (pure)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.matching.states import DONE, DONE_NO_HELP, NOT_FOR_ME, QUO, TAKING_CARE
from vigie.statistics.indicators import BASES, INDICATORS, SMALLEST, WHOLE, Kind, origin
from vigie.statistics.rules import (
    Cell,
    MatchFacts,
    NeedCounted,
    count_needs,
    hours_to_charge,
    masked_cells,
    quantile,
    status_at,
    taken_within,
)

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def after(**gap: float) -> datetime:
    return SENT + timedelta(**gap)


# --- secrecy --------------------------------------------------------------------------------------------------------
def month(counts: dict[tuple[str, str, str], int]) -> dict[Cell, int]:
    """(région, family, part) → count, with the totals of each."""
    cells: dict[Cell, int] = {}
    first = sorted({family for _region, family, _part in counts})[0]
    for (region, family, part), count in counts.items():
        for where in (region, WHOLE):
            cells[Cell(where, "needs", family, part)] = cells.get(Cell(where, "needs", family, part), 0) + count
            if family == first:
                cells[Cell(where, "needs")] = cells.get(Cell(where, "needs"), 0) + count
    return {cell: count for cell, count in cells.items() if count}


def can_be_worked_out(cells: dict[Cell, int], masked: frozenset[Cell]) -> list[Cell]:
    """The masked cells that the equations of the published tables determine, by linear algebra."""
    regions, hidden = sorted({cell.region for cell in cells}), sorted(masked)
    if not hidden:
        return []
    rank_of = {cell: rank for rank, cell in enumerate(hidden)}
    equations = []
    for family in {cell.family for cell in cells if cell.family}:
        parts = sorted({cell.part for cell in cells if cell.family == family})
        for region in regions:
            line = [(Cell(region, "needs", family, part), 1) for part in parts] + [(Cell(region, "needs"), -1)]
            equations.append(line)
        for part in [*parts, ""]:
            told = (family, part) if part else ("", "")
            equations.append([(Cell(region, "needs", *told), 1 if region != WHOLE else -1) for region in regions])
    matrix = np.zeros((len(equations), len(hidden)))
    for number, line in enumerate(equations):
        for cell, sign in line:
            if cell in rank_of:
                matrix[number, rank_of[cell]] = sign
    rank = np.linalg.matrix_rank(matrix)
    found = []
    for cell, place in rank_of.items():
        unit = np.zeros((1, len(hidden)))
        unit[0, place] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            found.append(cell)
    return found


regions, themes = st.sampled_from(["11", "84", "93", "06"]), st.sampled_from(["a", "b", "c"])


@settings(max_examples=60)
@given(st.lists(st.tuples(regions, themes, st.sampled_from(["yes", "no"]), st.integers(1, 9)), min_size=1, max_size=14))
def test_no_small_cell_can_be_worked_out_from_what_is_published(rows: list[tuple[str, str, str, int]]) -> None:
    counts: dict[tuple[str, str, str], int] = {}
    for region, theme, answered, count in rows:
        for family, part in (("theme", theme), ("taken_5", answered)):
            counts[region, family, part] = counts.get((region, family, part), 0) + count
    cells = month(counts)

    masked = masked_cells(cells)

    small = {cell for cell, count in cells.items() if count < SMALLEST}
    small -= {cell for cell in small if cell.region == WHOLE and cell.family in ("", "taken_5")}  # of the service alone
    assert small <= masked
    assert not small & set(can_be_worked_out(cells, masked)) or masked >= cells.keys()


def test_a_month_without_small_cells_is_published_whole() -> None:
    cells = month({("11", "theme", "a"): 12, ("11", "theme", "b"): 8, ("84", "theme", "a"): 5})

    assert masked_cells(cells) == frozenset()


def test_one_small_cell_takes_others_with_it_and_never_the_total_of_the_country_first() -> None:
    cells = month(
        {("11", "theme", "a"): 40, ("11", "theme", "b"): 3, ("84", "theme", "a"): 30, ("84", "theme", "b"): 20}
    )

    masked = masked_cells(cells)

    assert Cell("11", "needs", "theme", "b") in masked
    assert len(masked) == 4  # a circle: two régions × two parts
    assert not any(cell.region == WHOLE or not cell.part for cell in masked)


def test_the_histogram_of_delays_and_the_cohorts_are_never_published_so_never_masked() -> None:
    assert (
        masked_cells({Cell("11", "taken", "hours", "7"): 1, Cell(WHOLE, "cohort", "days_5", "quo"): 2}) == frozenset()
    )


# --- delays ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("taken", "days", "expected"),
    [
        (after(days=4, hours=23, minutes=59), 5, True),
        (after(days=5), 5, False),
        (after(days=2, hours=23), 3, True),
        (after(days=3), 3, False),
        (None, 5, False),
    ],
)
def test_days_are_full_days_since_the_match_was_sent(taken: datetime | None, days: int, expected: bool) -> None:
    assert taken_within(MatchFacts(TAKING_CARE, SENT, taken, None), days) is expected


def test_the_delay_runs_to_the_first_expert_in_whole_hours() -> None:
    matches = (
        MatchFacts(TAKING_CARE, SENT, after(hours=30), None),
        MatchFacts(DONE, SENT, after(hours=7, minutes=59), after(days=2)),
        MatchFacts(QUO, SENT, None, None),
    )

    assert hours_to_charge(NeedCounted("84", DONE, "a", SENT, matches)) == 7
    assert hours_to_charge(NeedCounted("84", QUO, "a", SENT, matches[2:])) is None


@pytest.mark.parametrize(
    ("histogram", "percent", "expected"),
    [({}, 50, None), ({4: 1}, 50, 4), ({1: 1, 2: 1, 9: 1}, 50, 2), ({1: 9, 40: 1}, 90, 1), ({1: 8, 40: 2}, 90, 40)],
)
def test_a_rank_is_the_nearest(histogram: dict[int, int], percent: int, expected: int | None) -> None:
    assert quantile(histogram, percent) == expected


# --- cohorts --------------------------------------------------------------------------------------------------------
def test_the_past_status_of_a_need_follows_from_the_dates_of_its_matches() -> None:
    matches = (
        MatchFacts(NOT_FOR_ME, SENT, None, after(days=1)),
        MatchFacts(DONE_NO_HELP, SENT, after(days=4), after(days=20)),
        MatchFacts(QUO, after(days=25), None, None),
    )

    assert status_at(matches, after(hours=1)) == QUO
    assert status_at(matches[:1], after(days=2)) == NOT_FOR_ME
    assert status_at(matches, after(days=5)) == TAKING_CARE
    assert status_at(matches, after(days=30)) == DONE_NO_HELP


def test_only_needs_old_enough_enter_a_cohort() -> None:
    need = NeedCounted("84", QUO, "a", SENT, (MatchFacts(QUO, SENT, None, None),))

    found = count_needs([need], after(days=31))

    assert found[Cell(WHOLE, "cohort", "days_5", QUO)] == 1
    assert found[Cell("84", "cohort", "days_30", QUO)] == 1
    assert not any(cell.family == "days_45" for cell in found)


# --- the table ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, "direct"),
        ({"mtm_campaign": "Entreprendre-2026"}, "entreprendre"),
        ({"pk_campaign": "googleads-entreprendre"}, "entreprendre"),
        ({"mtm_campaign": "googleads"}, "ads"),
        ({"mtm_campaign": "compartenaire"}, "partner"),
        ({"mtm_campaign": "lettre", "mtm_kwd": "googleads"}, "campaign"),
    ],
)
def test_a_request_has_one_origin(told: dict[str, str], code: str) -> None:
    assert origin(told) == code


def test_every_indicator_says_what_it_means_and_how_it_is_worked_out() -> None:
    assert len({one.code for one in INDICATORS}) == len(INDICATORS)
    for one in INDICATORS:
        assert len(one.definition) > 40
        assert one.definition.endswith(".")
        assert one.of.base in BASES
        assert (one.over is not None) is (one.kind is Kind.SHARE)
        assert bool(one.rank) is (one.kind is Kind.DELAY)
