"""Additional questions (matching.md 4.6): all of a grouping, one grouping of an owner."""

from __future__ import annotations

from collections.abc import Iterable

from vigie.matching.rules.facts import ConditionFacts, GroupingFacts, NeedFacts, Owner
from vigie.matching.rules.reasons import Reason


def answer_reasons(owner: Owner, groupings: Iterable[GroupingFacts], need: NeedFacts) -> list[Reason]:
    """One reason when the owner has a grouping about the need's subject, else none."""
    about = [one for one in groupings if any(item.subject_id == need.subject_id for item in one.conditions)]
    if not about:
        return []
    if any(all(_agrees(item, need) for item in one.conditions) for one in about):
        return [Reason("answers_accepted", {"owner": owner.value})]
    wanted = [
        [{"question": item.question or item.key, "value": item.value} for item in one.conditions] for one in about
    ]
    return [Reason("answers_refused", {"owner": owner.value, "wanted": wanted})]


def _agrees(condition: ConditionFacts, need: NeedFacts) -> bool:
    """No answer to the question, or that one. A need answers the questions of its own subject only."""
    answer = need.answers.get(condition.key) if condition.subject_id == need.subject_id else None
    return not answer or answer == condition.value
