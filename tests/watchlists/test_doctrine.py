"""The doctrine against an oracle written apart from it; ten thousand pairs in ``python -m bench.trials.doctrine``."""

from __future__ import annotations

import pytest
from bench.trials.doctrine import compare

pytestmark = pytest.mark.django_db


def test_random_people_read_of_random_firms_what_the_specification_says() -> None:
    differences, opened = compare(500, seed=3)

    assert differences == []
    assert 50 < opened < 450  # both answers are common: the comparison says something
