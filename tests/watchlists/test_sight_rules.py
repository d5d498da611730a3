"""Table 1.4 of the doctrine, line by line, and what each class of fact asks for."""

from __future__ import annotations

from itertools import product

import pytest

from vigie.watchlists.rules_sight import STRICT, TRACED, Category, Ground, Sight, Why, sight

ALL = frozenset(Category)


@pytest.mark.parametrize(
    ("visible", "alerted", "followed", "expected"),
    [
        (False, False, False, Why.LOCKED),
        (False, True, False, Why.LOCKED),
        (True, False, False, Why.LOCKED),
        (True, True, False, Why.ALERT),
        (False, False, True, Why.FOLLOW),
        (True, True, True, Why.FOLLOW),
    ],
)
def test_what_unlocks(visible: bool, alerted: bool, followed: bool, expected: Why) -> None:
    found = sight(Ground(visible, alerted, followed), ALL)

    assert found.by is expected
    assert {found.opens(one) for one in Category} == {expected is not Why.LOCKED}


@pytest.mark.parametrize("held", Category)
def test_one_role_opens_one_category_and_says_what_is_missing(held: Category) -> None:
    found = sight(Ground(visible=True, alerted=True), frozenset({held}))

    assert [one for one in Category if found.opens(one)] == [held]
    assert {found.why(one) for one in Category if one is not held} == {Why.NO_RIGHT}


@pytest.mark.parametrize("facts", list(product([False, True], repeat=3)))
def test_without_any_role_nothing_opens_whatever_the_doctrine(facts: tuple[bool, bool, bool]) -> None:
    for doctrine in (STRICT, TRACED):
        assert not sight(Ground(*facts), frozenset(), doctrine).unlocked


def test_traced_doctrine_opens_and_says_so() -> None:
    found = sight(Ground(), ALL, TRACED)

    assert found.by is Why.TRACED
    assert found.opens(Category.URSSAF)


@pytest.mark.parametrize(
    ("confidentiality", "category"),
    [("public", None), ("urssaf", Category.URSSAF), ("dgefp", Category.DGEFP), ("bdf", Category.BDF)],
)
def test_a_class_is_read_by_who_holds_its_category(confidentiality: str, category: Category | None) -> None:
    open_ground = Ground(visible=True, alerted=True)

    assert sight(open_ground, ALL).reads(confidentiality)
    without = sight(open_ground, ALL - {category} if category else frozenset())
    assert without.reads(confidentiality) is (category is None)


@pytest.mark.parametrize("confidentiality", ["fiscal", "altares", "unheard-of"])
def test_tax_and_supplier_facts_are_read_by_nobody(confidentiality: str) -> None:
    everything = sight(Ground(True, True, True), ALL)

    assert not everything.reads(confidentiality)
    assert not Sight().could_read(confidentiality)


def test_what_is_internal_is_read_with_any_level_of_any_firm_and_without_none() -> None:
    locked = Ground()
    assert sight(locked, frozenset({Category.SCORE})).reads("internal")
    assert not sight(locked, frozenset()).reads("internal")
    assert not sight(locked, frozenset()).reads("of a later version")
    assert sight(locked, ALL).could_read("internal")
