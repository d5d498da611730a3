"""Long writing leaves the lock, long enough for whoever waits, and learns how much a short transaction holds."""

from __future__ import annotations

import gc

import pytest

from vigie.kernel import turns
from vigie.kernel.turns import Turns


class Hours:
    """A clock that moves when told to, and a sleep that moves it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 4))
        self.now += seconds

    def writing(self, rows: int, *transactions: float, between: float = 0.0) -> Turns:
        taken = Turns(rows, clock=lambda: self.now, sleep=self.sleep)
        for seconds in transactions:
            with taken.turn():
                self.now += seconds
            self.now += between
        return taken


def test_leaves_room_after_each_transaction_and_none_before_the_first() -> None:
    hours = Hours()
    hours.writing(500, 0.05, 0.05, 0.05)
    assert hours.slept == [turns.ROOM_S] * 2


def test_what_is_prepared_between_two_transactions_is_room() -> None:
    hours = Hours()
    hours.writing(500, 0.05, 0.05, between=0.02)
    assert hours.slept == [0.006]

    hours = Hours()
    hours.writing(500, 0.05, 0.05, between=0.03)
    assert hours.slept == []


def test_who_has_waited_long_tries_again_seldom_so_the_room_is_longer() -> None:
    hours = Hours()
    hours.writing(500, 0.15, 0.05)
    assert hours.slept == [turns.LONG_ROOM_S]


@pytest.mark.parametrize(
    ("took", "rows"), [(0.05, 1000), (0.045, 1111), (0.0, 1250), (0.01, 1250), (0.08, 625), (1.0, 500)]
)
def test_next_transaction_is_as_long_as_it_should_be(took: float, rows: int) -> None:
    assert Hours().writing(1000, took).rows == rows


def test_never_too_few_rows_nor_too_many() -> None:
    assert Hours().writing(500, *[2.0] * 20).rows == turns.FEWEST
    assert Hours().writing(500, *[0.001] * 20).rows == turns.MOST


def test_nobody_waits_where_rows_alone_are_locked() -> None:
    hours = Hours()
    taken = Turns(500, alone=False, clock=lambda: hours.now, sleep=hours.sleep)
    for _ in range(3):
        with taken.turn():
            hours.now += 1.0
    assert (taken.rows, hours.slept) == (turns.MOST, [])


def test_no_object_is_collected_during_a_transaction_even_one_that_fails() -> None:
    seen = []

    def fails() -> None:
        seen.append(gc.isenabled())
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"), Turns(500).turn():
        fails()
    assert (seen, gc.isenabled()) == ([False], True)
