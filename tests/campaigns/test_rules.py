"""Who is proposed which firm, when a firm is called back, how many firms a campaign has."""

from __future__ import annotations

from datetime import date

import pytest

from vigie.campaigns.rules import FIRMS_AT_MOST, Helper, refuse_call_back, refuse_count, shared
from vigie.kernel.errors import InvalidInput

DAY = date(2026, 7, 8)
EVERYWHERE = frozenset(range(1, 20))


def helper(user_id: int, network: str = "crp", load: int = 0, within: frozenset[int] = EVERYWHERE) -> Helper:
    return Helper(user_id, frozenset({network}), load, within)


def test_firms_go_to_the_expert_of_the_difficulty_then_to_the_least_loaded() -> None:
    debts = [(firm, "urssaf_debt") for firm in range(1, 9)]

    given = shared(debts, [helper(1), helper(2, "urssaf")])

    # Three more for the expert, then by turns.
    assert [given[firm] for firm in range(1, 9)] == [2, 2, 2, 1, 2, 1, 2, 1]


def test_nobody_is_proposed_a_firm_that_he_may_not_take() -> None:
    near, far = helper(1, within=frozenset({1})), helper(2, load=50, within=frozenset({1, 2}))

    assert shared([(1, ""), (2, ""), (3, "")], [near, far]) == {1: 1, 2: 2}


def test_what_an_agent_already_has_counts() -> None:
    assert shared([(1, ""), (2, "")], [helper(1, load=5), helper(2, load=4)]) == {1: 2, 2: 1}


@pytest.mark.parametrize(("outcome", "on", "right"), [
    ("call_back", None, False), ("call_back", date(2026, 7, 7), False), ("no_answer", DAY, True),
    ("fine", None, True), ("support", None, True),
])  # fmt: skip
def test_a_firm_to_call_back_has_a_day_for_it(outcome: str, on: date | None, right: bool) -> None:
    if right:
        refuse_call_back(outcome, on, DAY)
        return
    with pytest.raises(InvalidInput):
        refuse_call_back(outcome, on, DAY)


@pytest.mark.parametrize(("count", "right"), [(0, False), (1, True), (FIRMS_AT_MOST, True), (FIRMS_AT_MOST + 1, False)])
def test_a_campaign_has_firms_and_not_too_many(count: int, right: bool) -> None:
    if right:
        refuse_count(count)
        return
    with pytest.raises(InvalidInput):
        refuse_count(count)
