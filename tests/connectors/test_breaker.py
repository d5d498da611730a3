"""The breaker alone: counts, times, and what two workers see."""

from __future__ import annotations

import pytest

from tests.connectors.conftest import HandCache, Hands
from vigie.connectors.breaker import LONGEST_HOLD_S, Breaker


@pytest.fixture
def breaker(cache_by_hand: HandCache) -> Breaker:
    return Breaker("register", cache_by_hand)


def fail(breaker: Breaker, hands: Hands, times: int, **more: float) -> None:
    for _ in range(times):
        breaker.failed(hands.moment, "time-out", **more)


def test_opens_after_five_failures_in_a_row(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 4)
    assert breaker.allows(hands.moment)

    fail(breaker, hands, 1)
    assert not breaker.allows(hands.moment)


def test_success_restarts_the_count(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 4)
    breaker.succeeded(hands.moment)
    fail(breaker, hands, 4)

    assert breaker.allows(hands.moment)


def test_gives_one_trial_after_a_minute(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 5)

    hands.move(seconds=59)
    assert not breaker.allows(hands.moment)
    hands.move(seconds=1)
    assert breaker.allows(hands.moment)
    assert not breaker.allows(hands.moment)


def test_failed_trial_opens_for_another_minute(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 5)
    hands.move(seconds=60)
    assert breaker.allows(hands.moment)
    fail(breaker, hands, 1)

    hands.move(seconds=59)
    assert not breaker.allows(hands.moment)
    hands.move(seconds=1)
    assert breaker.allows(hands.moment)


def test_trial_that_succeeds_closes(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 5)
    hands.move(seconds=60)
    assert breaker.allows(hands.moment)
    breaker.succeeded(hands.moment)

    assert breaker.allows(hands.moment)
    fail(breaker, hands, 4)
    assert breaker.allows(hands.moment)


def test_worker_killed_during_its_trial_does_not_block_for_ever(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 5)
    hands.move(seconds=60)
    assert breaker.allows(hands.moment)  # this worker never comes back

    hands.move(seconds=61)
    assert breaker.allows(hands.moment)


def test_two_workers_agree(cache_by_hand: HandCache, hands: Hands) -> None:
    one, other = Breaker("register", cache_by_hand), Breaker("register", cache_by_hand)
    fail(one, hands, 3)
    fail(other, hands, 2)

    assert not one.allows(hands.moment)
    hands.move(seconds=60)
    assert [one.allows(hands.moment), other.allows(hands.moment)] == [True, False]


def test_services_do_not_share_their_state(cache_by_hand: HandCache, hands: Hands) -> None:
    fail(Breaker("register", cache_by_hand), hands, 5)

    assert Breaker("other", cache_by_hand).allows(hands.moment)


def test_service_may_ask_for_more_patience_but_not_for_a_day(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 5, hold_s=86_400)

    hands.move(seconds=LONGEST_HOLD_S - 1)
    assert not breaker.allows(hands.moment)
    hands.move(seconds=1)
    assert breaker.allows(hands.moment)


@pytest.mark.parametrize("hours", [-1, 1])
def test_clock_that_jumps_never_leaves_it_open(breaker: Breaker, hands: Hands, hours: int) -> None:
    fail(breaker, hands, 5)
    hands.move(hours=hours)

    assert breaker.allows(hands.moment)


def test_quiet_success_is_noted_once_a_minute(breaker: Breaker, hands: Hands, cache_by_hand: HandCache) -> None:
    for _ in range(12):
        breaker.succeeded(hands.moment)
        hands.move(seconds=10)

    assert cache_by_hand.writes == 2


def test_state_written_by_another_version_is_forgotten(cache_by_hand: HandCache, hands: Hands) -> None:
    cache_by_hand.set("connectors:register:breaker", {"former": "shape"})

    assert Breaker("register", cache_by_hand).allows(hands.moment)


def test_health_tells_the_whole_life(breaker: Breaker, hands: Hands) -> None:
    def seen(active: bool = True) -> tuple[str, str]:
        health = breaker.health(hands.moment, active=active)
        return health.state, health.breaker

    assert seen() == ("unknown", "closed")
    breaker.succeeded(hands.moment)
    assert seen() == ("ok", "closed")
    fail(breaker, hands, 1)
    assert seen() == ("degraded", "closed")
    fail(breaker, hands, 4)
    assert seen() == ("degraded", "open")
    assert seen(active=False) == ("off", "open")
    hands.move(seconds=60)
    assert seen() == ("degraded", "trial")
    health = breaker.health(hands.moment, active=True)
    assert (health.failures, health.last_reason) == (5, "time-out")
    assert health.last_success_at is not None
    assert health.last_failure_at is not None
    breaker.succeeded(hands.moment)
    assert seen() == ("ok", "closed")


def test_looking_at_the_health_does_not_use_the_trial(breaker: Breaker, hands: Hands) -> None:
    fail(breaker, hands, 5)
    hands.move(seconds=60)
    breaker.health(hands.moment, active=True)

    assert breaker.allows(hands.moment)


def test_reason_is_one_short_line(breaker: Breaker, hands: Hands) -> None:
    breaker.failed(hands.moment, "first\nsecond" + "x" * 1000)

    assert breaker.health(hands.moment, active=True).last_reason.startswith("first second")
    assert len(breaker.health(hands.moment, active=True).last_reason) == 200
