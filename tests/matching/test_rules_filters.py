"""Match filters against the table of matching.md 4.5, and their worked example."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.rules_examples import (
    OTHER_SUBJECT,
    SUBJECT,
    antenne,
    codes,
    competence,
    expert,
    institution,
    need,
    verdict,
)
from vigie.kernel.nomenclature.workforce import WORKFORCE_BOUNDS
from vigie.kernel.zones import Place
from vigie.matching.rules.facts import FilterFacts, NeedFacts, Owner, Workforce
from vigie.matching.rules.filters import filter_reasons
from vigie.matching.rules.reasons import Side, say

UNKNOWN = Workforce()


def passes(facts: NeedFacts, *filters: FilterFacts) -> bool:
    return all(reason.side is Side.FOR for reason in filter_reasons(Owner.EXPERT, filters, facts))


@pytest.mark.parametrize(
    ("criterion", "facts", "expected"),
    [
        ({"min_years": 3}, {"created_on": date(2023, 3, 17)}, True),
        ({"min_years": 3}, {"created_on": date(2023, 3, 18)}, False),  # strictly before
        ({"min_years": 3}, {"created_on": None}, False),
        ({"max_years": 3}, {"created_on": date(2023, 3, 19)}, True),
        ({"max_years": 3}, {"created_on": date(2023, 3, 18)}, False),  # strictly after
        ({"max_years": 3}, {"created_on": None}, False),
        ({"min_years": 1}, {"on": date(2024, 2, 29), "created_on": date(2023, 2, 27)}, True),
        ({"min_workforce": 10}, {"workforce": Workforce(10, 19)}, True),
        ({"min_workforce": 15}, {"workforce": Workforce(10, 19)}, False),  # class 10-19 fails 15…
        ({"max_workforce": 15}, {"workforce": Workforce(10, 19)}, False),  # …both ways
        ({"max_workforce": 19}, {"workforce": Workforce(10, 19)}, False),  # strict
        ({"max_workforce": 20}, {"workforce": Workforce(10, 19)}, True),
        ({"min_workforce": 15}, {"workforce": Workforce(10, 19, exact=15)}, True),  # exact when known
        ({"max_workforce": 15}, {"workforce": Workforce(10, 19, exact=14)}, True),
        ({"max_workforce": 15}, {"workforce": Workforce(10, 19, exact=15)}, False),
        ({"min_workforce": 0}, {"workforce": UNKNOWN}, False),
        ({"max_workforce": 999}, {"workforce": UNKNOWN}, False),
        ({"min_workforce": 0}, {"workforce": Workforce(0, 0)}, True),
        ({"accepted_naf": ("1071C",)}, {"naf": "1071C"}, True),
        ({"accepted_naf": ("10.71C",)}, {"naf": "1071C"}, True),
        ({"accepted_naf": ("10.7", "47")}, {"naf": "1071C"}, True),
        ({"accepted_naf": ("c",)}, {"naf": "1071C"}, True),  # section letter
        ({"accepted_naf": ("G",)}, {"naf": "1071C"}, False),
        ({"accepted_naf": ("47",)}, {"naf": "1071C"}, False),
        ({"accepted_naf": ("47",)}, {"naf": ""}, False),
        ({"excluded_naf": ("47",)}, {"naf": ""}, True),
        ({"excluded_naf": ("10.71",)}, {"naf": "1071C"}, False),
        ({"excluded_naf": ("47",)}, {"naf": "1071C"}, True),
        ({"accepted_legal_forms": ("5710",)}, {"legal_form": "5710"}, True),
        ({"accepted_legal_forms": ("57",)}, {"legal_form": "5720"}, True),
        ({"accepted_legal_forms": ("57",)}, {"legal_form": "5499"}, False),
        ({"accepted_legal_forms": ("57",)}, {"legal_form": ""}, False),
        ({"excluded_legal_forms": ("57",)}, {"legal_form": ""}, True),
        ({"excluded_legal_forms": ("57",)}, {"legal_form": "5710"}, False),
        ({"excluded_communes": ("01004",)}, {"place": Place("01004", departement="01")}, False),
        ({"excluded_communes": ("1004",)}, {"place": Place("01004", departement="01")}, False),  # lost zero
        ({"excluded_communes": ("01004",)}, {"place": Place("01005", departement="01")}, True),
        ({"excluded_communes": ("69123",)}, {}, False),  # a city names its districts
    ],
)
def test_each_criterion(criterion: dict[str, Any], facts: dict[str, Any], expected: bool) -> None:
    assert passes(need(**facts), FilterFacts(**criterion)) is expected


def test_all_criteria_of_a_filter_and_all_filters_must_pass() -> None:
    young, small = FilterFacts(max_years=20), FilterFacts(max_workforce=5)

    assert passes(need(), young)
    assert not passes(need(), young, small)
    assert not passes(need(), FilterFacts(max_years=20, max_workforce=5))


def test_filters_of_one_group_are_alternatives() -> None:
    young, small = FilterFacts(min_years=30, group="a"), FilterFacts(max_workforce=20, group="a")

    assert passes(need(), young, small)
    assert not passes(need(), young, FilterFacts(max_workforce=20, group="b"))
    assert not passes(need(), young, FilterFacts(max_workforce=5, group="a"))


def test_groups_of_two_owners_are_not_alternatives_of_one_another() -> None:
    failing, passing = FilterFacts(min_years=30, group="a"), FilterFacts(max_workforce=20, group="a")
    of_expert = competence(expert=expert(filters=(passing,)), antenne=antenne(filters=(failing,)))

    assert not verdict(need(), of_expert).kept


def test_filter_limited_to_other_subjects_is_ignored() -> None:
    assert passes(need(), FilterFacts(max_workforce=5, subjects=frozenset({OTHER_SUBJECT})))
    assert not passes(need(), FilterFacts(max_workforce=5, subjects=frozenset({SUBJECT, OTHER_SUBJECT})))


def test_alternative_limited_to_other_subjects_does_not_open_its_group() -> None:
    other = FilterFacts(max_workforce=99, subjects=frozenset({OTHER_SUBJECT}), group="a")

    assert not passes(need(), FilterFacts(max_workforce=5, group="a"), other)


def test_filter_that_asks_nothing_passes_and_says_nothing() -> None:
    assert filter_reasons(Owner.EXPERT, [FilterFacts(accepted_naf=("", " "))], need()) == []


@pytest.mark.parametrize("owner", ["expert", "antenne", "institution"])
def test_filters_of_the_three_owners_count(owner: str) -> None:
    held = {"expert": expert, "antenne": antenne, "institution": institution}[owner]
    facts = competence(**{owner: held(filters=(FilterFacts(max_workforce=5),))})

    candidate = verdict(need(), facts)

    assert not candidate.kept
    assert [reason.values["owner"] for reason in candidate.reasons if reason.code == "filter_failed"] == [owner]


RECRUITMENT, TRAINING, WATER, ENERGY, EXPORT = range(10, 15)
BANK = (
    FilterFacts(min_years=3, min_workforce=50, subjects=frozenset({RECRUITMENT, TRAINING})),
    FilterFacts(min_years=3, min_workforce=20, max_workforce=50, subjects=frozenset({WATER, ENERGY})),
)


@pytest.mark.parametrize(
    ("subject", "workforce_code", "expected"),
    [
        (ENERGY, "12", True),
        (ENERGY, "21", False),
        (RECRUITMENT, "12", False),
        (RECRUITMENT, "21", True),
        (EXPORT, "01", True),
        (EXPORT, "NR", True),
    ],
)
def test_bank_example_of_the_specification(subject: int, workforce_code: str, expected: bool) -> None:
    low, high = WORKFORCE_BOUNDS.get(workforce_code, (None, None))
    facts = need(subject_id=subject, created_on=date(2021, 1, 1), workforce=Workforce(low, high))

    assert passes(facts, *BANK) is expected


def test_failure_says_what_is_asked_and_what_the_firm_has() -> None:
    [reason] = filter_reasons(Owner.INSTITUTION, [FilterFacts(min_workforce=50, accepted_naf=("47", "G"))], need())

    assert say(reason) == (
        "filtre de l’institution non respecté\u00a0: au moins 50 salariés (entreprise\u00a0: 10 à 19), "
        "code d’activité parmi 47, G (entreprise\u00a0: 1071C)"
    )


def test_failure_of_alternatives_says_each_of_them() -> None:
    tried = [FilterFacts(min_workforce=50, group="a"), FilterFacts(max_years=2, group="a")]

    [reason] = filter_reasons(Owner.EXPERT, tried, need(created_on=None))

    assert say(reason) == (
        "aucun des filtres possibles de l’équipe n’est respecté\u00a0: au moins 50 salariés (entreprise\u00a0: 10 à 19)"
        "\u00a0; ou moins de 2 ans d’existence (entreprise\u00a0: inconnu)"
    )


def test_passed_filter_says_what_it_asked() -> None:
    [reason] = filter_reasons(Owner.ANTENNE, [FilterFacts(min_workforce=5)], need())

    assert say(reason) == "filtre de l’antenne respecté\u00a0: au moins 5 salariés"


# --- properties

bounds = st.none() | st.integers(0, 300)
filters = st.builds(
    FilterFacts,
    group=st.sampled_from(["", "a", "b"]),
    subjects=st.sampled_from([frozenset(), frozenset({SUBJECT}), frozenset({OTHER_SUBJECT})]),
    min_years=st.none() | st.integers(0, 200),
    max_years=st.none() | st.integers(0, 200),
    min_workforce=bounds,
    max_workforce=bounds,
    accepted_naf=st.sampled_from([(), ("10",), ("47", "C"), ("",)]),
    excluded_naf=st.sampled_from([(), ("10",), ("47",)]),
)
firms = st.builds(
    lambda code, exact, created, naf: need(
        workforce=Workforce(*(WORKFORCE_BOUNDS.get(code) or (None, None)), exact), created_on=created, naf=naf
    ),
    st.sampled_from([*WORKFORCE_BOUNDS, "NR", ""]),
    st.none() | st.integers(0, 400),
    st.none() | st.dates(date(1900, 1, 1), date(2026, 3, 18)),
    st.sampled_from(["", "1071C", "4711B"]),
)


@given(st.lists(filters, max_size=5), firms)
def test_no_firm_crashes_a_filter_and_each_reason_can_be_said(held: list[FilterFacts], firm: NeedFacts) -> None:
    for reason in filter_reasons(Owner.EXPERT, held, firm):
        assert say(reason)


@given(st.lists(filters, max_size=4), filters, firms)
def test_one_more_filter_of_its_own_never_opens_a_door(
    held: list[FilterFacts], more: FilterFacts, firm: NeedFacts
) -> None:
    alone = FilterFacts(**(more.__dict__ | {"group": ""}))

    assert passes(firm, *held) or not passes(firm, *held, alone)


@given(st.lists(filters, max_size=4), firms)
def test_reasons_survive_storage(held: list[FilterFacts], firm: NeedFacts) -> None:
    import json

    from vigie.matching.rules.reasons import Reason

    for reason in filter_reasons(Owner.EXPERT, held, firm):
        assert say(Reason.from_json(json.loads(json.dumps(reason.as_json())))) == say(reason)


def test_a_chosen_filter_reason_is_against() -> None:
    facts = competence(expert=expert(filters=(FilterFacts(min_workforce=50),)))

    assert "filter_failed" in codes(verdict(need(), facts))
