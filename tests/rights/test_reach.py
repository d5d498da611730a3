"""One policy, three ways to ask it: the list, the object, and the mark on each row. They never disagree."""

from __future__ import annotations

import pytest

from tests.accounts.factories import UserFactory, person
from tests.matching.factories import MatchFactory
from vigie.matching.models import Match, Need
from vigie.rights.person import VISITOR, Person
from vigie.rights.table import ACTIONS

pytestmark = pytest.mark.django_db
OF_MATCHES = {action.code.replace(".", "_"): action.code for action in ACTIONS if action.model == "matching.Match"}
OF_NEEDS = {action.code.replace(".", "_"): action.code for action in ACTIONS if action.model == "matching.Need"}


def people() -> list[Person]:
    traits: list[dict[str, bool]] = [{one: True} for one in ("team", "expert", "manager", "adviser")]
    return [VISITOR, *(person(UserFactory(**trait)) for trait in traits)]


@pytest.mark.parametrize("model", [Match, Need])
def test_a_mark_says_what_the_list_says(model: type[Match] | type[Need]) -> None:
    actions = OF_MATCHES if model is Match else OF_NEEDS
    matches = MatchFactory.create_batch(3)
    member = UserFactory(expert=True)
    matches[0].expert.members.create(user=member)
    manager = UserFactory(manager=True)

    for one in [*people(), person(member), person(manager)]:
        marked = model.objects.with_rights(one, **actions)
        for name, action in actions.items():
            allowed = set(model.objects.allowed(one, action).values_list("pk", flat=True))
            assert {row.pk for row in marked if getattr(row, name)} == allowed, (one.roles, action)
