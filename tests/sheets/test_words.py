"""What the sheet says of small figures: a sentence never contradicts the number beside it."""

from __future__ import annotations

import pytest

from vigie.sheets.queries.panels.alert import _kind, _moved
from vigie.watchlists.queries.explanation import signed


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [(0.2, "up", "+0,20"), (-0.1, "down", "−0,10"), (0.004, "none", "0,00"), (-0.004, "none", "0,00")],
)
def test_step_that_reads_zero_neither_raises_nor_lowers(value: float, kind: str, shown: str) -> None:
    assert (_kind(value), signed(value)) == (kind, shown)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (0.074, "La probabilité a monté de 7,4 points."),
        (-0.001, "La probabilité a baissé de 0,1 point."),
        (0.0001, "La probabilité n’a pas bougé."),
        (0.0, "La probabilité n’a pas bougé."),
        (None, ""),
    ],
)
def test_move_of_the_probability(change: float | None, told: str) -> None:
    assert _moved(change) == told
