"""The guards of automatic transmission (matching.md 4.7), one by one."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.matching.rules.guards import (
    GUARDS,
    OTHER_HOLDS,
    GuardFacts,
    audit_sampled,
    guard_results,
    say_hold,
    stored_results,
)

CLEAN = GuardFacts(
    automatic=True,
    catch_all=False,
    about_a_place=False,
    siret_valid=True,
    company_active=True,
    duplicates=0,
    abandoned=0,
    naf="1071C",
    legal_form="5710",
    description="x" * 120,
    place_known=True,
    experts=2,
    experts_with_user=1,
)


def failed(facts: GuardFacts) -> list[str]:
    return [result.code for result in guard_results(facts) if not result.passed]


def test_a_clean_request_passes_every_guard() -> None:
    assert failed(CLEAN) == []
    assert len(guard_results(CLEAN)) == len(GUARDS)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"automatic": False}, ["validated_mode"]),
        ({"catch_all": True}, ["catch_all_subject"]),
        ({"about_a_place": True, "siret_valid": False, "company_active": None}, ["about_a_place"]),
        ({"siret_valid": False}, ["company_active"]),
        ({"company_active": False}, ["company_active"]),
        ({"company_active": None}, ["company_active"]),  # no register could say
        ({"place_known": False}, ["place_known"]),
        ({"duplicates": 1}, ["duplicate"]),
        ({"abandoned": 3}, []),
        ({"abandoned": 4}, ["often_abandoned"]),
        ({"naf": "7022Z"}, ["intermediary"]),
        ({"naf": ""}, []),
        ({"legal_form": "6540"}, ["legal_form"]),
        ({"legal_form": "9220"}, ["legal_form"]),
        ({"legal_form": "7210"}, ["legal_form"]),
        ({"legal_form": "6533"}, []),  # a farmers' partnership is a firm
        ({"legal_form": ""}, []),
        ({"description": "x" * 119}, ["description_length"]),
        ({"description": "x" * 6000}, []),
        ({"description": "x" * 6001}, ["description_length"]),
        ({"description": f"Je vends du BITCOIN. {'x' * 120}"}, ["banned_word"]),
        ({"description": f"Casino  en-ligne ! {'x' * 120}"}, ["banned_word"]),
        ({"description": f"La bitcoinerie du coin. {'x' * 120}"}, []),  # whole words only
        ({"experts": 0, "experts_with_user": 0}, ["nobody_found"]),
        ({"experts_with_user": 0}, ["no_expert_with_user"]),
    ],
)
def test_each_guard(change: dict[str, Any], expected: list[str]) -> None:
    assert failed(replace(CLEAN, **change)) == expected


def test_results_are_said_in_french_and_found_again_from_what_is_stored() -> None:
    facts = replace(CLEAN, duplicates=1, experts=0)

    assert stored_results(failed(facts)) == guard_results(facts)
    assert stored_results(["recalled"])[0].label == "Transmission rappelée par l’équipe"
    assert all(say_hold(guard.code) for guard in GUARDS)
    assert all(say_hold(code) for code in OTHER_HOLDS)


def test_codes_are_unique() -> None:
    codes = [guard.code for guard in GUARDS] + list(OTHER_HOLDS)

    assert len(codes) == len(set(codes))


def test_sampling_gives_the_same_answer_for_the_same_request_and_one_in_twenty() -> None:
    numbers = [uuid.UUID(int=step * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128).int for step in range(20_000)]

    sampled = [audit_sampled(number) for number in numbers]

    assert sampled == [audit_sampled(number) for number in numbers]
    assert 850 < sum(sampled) < 1150


@given(st.text(max_size=300))
def test_no_text_breaks_a_guard(text: str) -> None:
    assert {result.code for result in guard_results(replace(CLEAN, description=text))} == {one.code for one in GUARDS}
