from itertools import pairwise

import pytest

from vigie.kernel.nomenclature.workforce import (
    REPORTING_CLASSES,
    WORKFORCE_BOUNDS,
    reporting_class,
    workforce_bounds,
    workforce_label,
)


@pytest.mark.parametrize(
    ("code", "bounds", "report"),
    [
        ("NN", (0, 0), "0"),
        ("00", (0, 0), "0"),
        ("02", (3, 5), "1-5"),
        ("03", (6, 9), "6-9"),
        ("11", (10, 19), "10-19"),
        ("31", (200, 249), "50-249"),
        ("53", (10000, 99999), "250+"),
        ("NR", None, "0"),
        ("", None, "0"),
        ("99", None, "0"),
    ],
)
def test_bounds_and_class_of_the_reports(code: str, bounds: tuple[int, int] | None, report: str) -> None:
    assert workforce_bounds(code) == bounds
    assert reporting_class(code) == report


def test_every_class_is_reported_once_and_classes_follow_each_other() -> None:
    counted = [code for _label, codes in REPORTING_CLASSES for code in codes]
    assert sorted(counted) == sorted(WORKFORCE_BOUNDS)
    bounds = list(WORKFORCE_BOUNDS.values())[1:]
    assert all(after[0] == before[1] + 1 for before, after in pairwise(bounds))


def test_label() -> None:
    assert workforce_label("11") == "10 à 19 salariés"
    assert workforce_label("53") == "10\u00a0000 salariés ou plus"
    assert workforce_label("NN") == "sans salarié"
    assert workforce_label("NR") == "effectif inconnu"
