"""The clock is the machine's, but within ``held``; two threads hold each their own."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

from vigie.kernel import clock

THEN = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_moment_is_held_by_who_holds_it() -> None:
    seen: list[datetime] = []
    with clock.held(THEN):
        other = Thread(target=lambda: seen.append(clock.now()))
        other.start()
        other.join()
        assert clock.now() == THEN
        with clock.held(datetime(2020, 1, 1, tzinfo=UTC)):
            assert clock.now().year == 2020
        assert clock.now() == THEN
    assert clock.now() != THEN
    assert seen[0] != THEN
