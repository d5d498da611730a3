"""Additional questions against matching.md 4.6 and its worked example."""

from __future__ import annotations

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
from vigie.matching.rules.facts import ConditionFacts, GroupingFacts, Owner
from vigie.matching.rules.questions import answer_reasons
from vigie.matching.rules.reasons import Side, say

YES, NO = "true", "false"


def grouping(subject: int = SUBJECT, **expected: str) -> GroupingFacts:
    conditions = [ConditionFacts(subject, key, value, f"Question {key} ?") for key, value in expected.items()]
    return GroupingFacts(tuple(conditions))


def accepts(answers: dict[str, str], *groupings: GroupingFacts) -> bool:
    return all(one.side is Side.FOR for one in answer_reasons(Owner.INSTITUTION, groupings, need(answers=answers)))


INVESTMENT = {
    "A": (grouping(q1=YES, q2=YES), grouping(q1=YES, q2=NO), grouping(q1=NO, q2=NO)),
    "B": (grouping(q1=YES, q2=YES), grouping(q1=NO, q2=YES)),
    "C": (grouping(q1=NO, q2=YES),),
    "D": (grouping(q1=NO, q2=YES), grouping(q1=NO, q2=NO)),
}


@pytest.mark.parametrize(
    ("first", "second", "expected"), [(YES, YES, "AB"), (YES, NO, "A"), (NO, YES, "BCD"), (NO, NO, "AD")]
)
def test_investment_example_of_the_specification(first: str, second: str, expected: str) -> None:
    answers = {"q1": first, "q2": second}

    assert "".join(name for name, held in INVESTMENT.items() if accepts(answers, *held)) == expected


def test_a_question_without_answer_agrees() -> None:
    assert accepts({}, grouping(q1=YES, q2=NO))
    assert accepts({"q2": NO}, grouping(q1=YES, q2=NO))
    assert not accepts({"q2": YES}, grouping(q1=YES, q2=NO))


def test_groupings_about_other_subjects_are_not_considered() -> None:
    assert accepts({"q1": NO}, grouping(OTHER_SUBJECT, q1=YES))
    assert answer_reasons(Owner.EXPERT, [grouping(OTHER_SUBJECT, q1=YES)], need(answers={"q1": NO})) == []


def test_a_question_of_another_subject_has_no_answer_even_with_the_same_key() -> None:
    mixed = GroupingFacts((ConditionFacts(SUBJECT, "q1", YES), ConditionFacts(OTHER_SUBJECT, "q2", YES)))

    assert accepts({"q1": YES, "q2": NO}, mixed)


@pytest.mark.parametrize("owner", ["expert", "antenne", "institution"])
def test_groupings_of_the_three_owners_count(owner: str) -> None:
    held = {"expert": expert, "antenne": antenne, "institution": institution}[owner]
    facts = competence(**{owner: held(groupings=(grouping(q1=YES),))})

    assert verdict(need(answers={"q1": YES}), facts).kept
    assert "answers_refused" in codes(verdict(need(answers={"q1": NO}), facts))


def test_refusal_says_the_answers_expected() -> None:
    wanted = [grouping(q1=YES, q2=NO), grouping(q3=YES)]

    [refused] = answer_reasons(Owner.ANTENNE, wanted, need(answers={"q1": NO, "q3": NO}))

    assert say(refused).replace("\u00a0", " ") == (
        "réponses non retenues ; attendu par un filtre de l’antenne : « oui » à « Question q1 ? » "
        "et « non » à « Question q2 ? » ; ou « oui » à « Question q3 ? »"
    )


values = st.sampled_from([YES, NO])
keys = st.sampled_from(["q1", "q2", "q3"])
groupings = st.dictionaries(keys, values, min_size=1).map(lambda expected: grouping(**expected))


@given(st.lists(groupings, max_size=4), st.dictionaries(keys, values))
def test_forgetting_an_answer_never_refuses(held: list[GroupingFacts], answers: dict[str, str]) -> None:
    if accepts(answers, *held):
        for key in answers:
            assert accepts({name: value for name, value in answers.items() if name != key}, *held)


@given(st.lists(groupings, min_size=1, max_size=4), groupings, st.dictionaries(keys, values))
def test_one_more_grouping_never_refuses(
    held: list[GroupingFacts], more: GroupingFacts, answers: dict[str, str]
) -> None:
    assert accepts(answers, *held, more) or not accepts(answers, *held)
