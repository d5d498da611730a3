"""Who a person is on a given day, and what lies below an antenne."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.accounts.factories import (
    AntenneFactory,
    HabilitationFactory,
    InstitutionFactory,
    UserFactory,
    person,
)
from vigie.accounts.models import User
from vigie.accounts.queries import (
    account_to_sign_in,
    antenne_descendants,
    antennes_named,
    person_for,
    replacements,
    roles_in_force,
)
from vigie.rights.person import PersonKind
from vigie.rights.table import Role

pytestmark = pytest.mark.django_db


def test_person_of_an_expert(expert: User, at: datetime, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        found = person_for(expert, at)

    assert (found.kind, found.user_id, found.antenne_id) == (PersonKind.USER, expert.pk, expert.antenne_id)
    assert found.roles == {Role.EXPERT}
    assert found.managed_antennes == frozenset()


def test_person_of_a_manager_answers_for_what_is_below(at: datetime, django_assert_num_queries) -> None:
    regional = AntenneFactory(level="regional")
    local = AntenneFactory(institution=regional.institution, parent=regional)
    below = AntenneFactory(institution=regional.institution, parent=local)
    AntenneFactory(institution=regional.institution)
    user = UserFactory(antenne=regional, manager=True)

    with django_assert_num_queries(2):
        found = person_for(user, at)

    assert found.managed_antennes == {regional.pk, local.pk, below.pk}


def test_national_antenne_is_above_the_whole_institution() -> None:
    national = AntenneFactory(level="national")
    local = AntenneFactory(institution=national.institution)
    AntenneFactory()

    assert antenne_descendants([national.pk]) == {national.pk, local.pk}


def test_antennes_that_turn_in_circle_are_read_once() -> None:
    first = AntenneFactory()
    second = AntenneFactory(institution=first.institution, parent=first)
    first.parent = second
    first.save()

    assert antenne_descendants([first.pk]) == {first.pk, second.pk}


def test_antenne_of_another_institution_is_never_below() -> None:
    parent = AntenneFactory()
    AntenneFactory(parent=parent, institution=InstitutionFactory())

    assert antenne_descendants([parent.pk]) == {parent.pk}


def test_no_antenne_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert antenne_descendants([]) == frozenset()


@pytest.mark.parametrize("state", ["requested", "suspended", "revoked", "expired"])
def test_only_a_granted_habilitation_gives_a_role(at: datetime, state: str) -> None:
    user = UserFactory()
    HabilitationFactory(user=user, state=state, ended_at=at if state in {"revoked", "expired"} else None)

    assert person(user, at).roles == frozenset()


@pytest.mark.parametrize(
    ("starts", "ends", "in_force"),
    [(0, None, True), (1, None, False), (-9, -1, False), (-9, 0, True), (0, 0, True)],
)
def test_habilitation_counts_from_its_first_day_to_its_last(
    at: datetime, starts: int, ends: int | None, in_force: bool
) -> None:
    today = date(2026, 3, 18)
    user = UserFactory()
    HabilitationFactory(
        user=user,
        starts_on=today + timedelta(starts),
        ends_on=None if ends is None else today + timedelta(ends),
    )

    assert bool(person(user, at).roles) is in_force


def test_days_are_those_of_paris(at: datetime) -> None:
    user = UserFactory()
    HabilitationFactory(user=user, starts_on=date(2026, 3, 19))

    assert person(user, at.replace(hour=22, minute=59)).roles == frozenset()
    assert person(user, at.replace(hour=23, minute=1)).roles == {Role.EXPERT}


@pytest.mark.parametrize("trait", ["deleted", "suspended"])
def test_account_without_rights_has_no_role_and_cannot_sign_in(at: datetime, trait: str) -> None:
    user = UserFactory(team=True, manager=True, **{trait: True})

    found = person(user, at)

    assert (found.roles, found.managed_antennes, roles_in_force(user, at)) == (frozenset(), frozenset(), ())
    assert account_to_sign_in(user.email, at) is None


def test_account_is_found_whatever_the_capitals(expert: User, at: datetime, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert account_to_sign_in(" Paul.PETIT@cma.example", at) == expert


def test_roles_come_in_the_order_of_the_table(at: datetime) -> None:
    user = UserFactory(team=True, expert=True, adviser=True)

    assert roles_in_force(user, at) == (Role.ADVISER, Role.EXPERT, Role.TEAM)


def test_antennes_are_found_by_every_word_of_their_name_or_institution() -> None:
    antenne = AntenneFactory(name="Côtes-d’Armor", institution__name="Chambre d’agriculture")
    AntenneFactory(name="Côtes-d’Armor", institution__name="Autre")

    assert antennes_named("cotes d armor CHAMBRE") == [antenne]
    assert len(antennes_named("", limit=1)) == 1


def test_replacements_are_living_colleagues_of_the_institution(expert: User) -> None:
    near = UserFactory(antenne=expert.antenne)
    far = UserFactory(antenne=AntenneFactory(institution=expert.antenne.institution))
    UserFactory(antenne=expert.antenne, deleted=True)
    UserFactory()

    assert set(replacements(expert)) == {near, far}
    assert not replacements(UserFactory(antenne=None)).exists()


def test_search_needs_every_word_and_takes_no_wildcard() -> None:
    user = UserFactory(full_name="Chloé Œuf", email="chloe@cma.example")
    UserFactory(full_name="Autre")

    assert list(User.objects.named("oeuf CHLOE")) == [user]
    assert User.objects.named("%").count() == 2  # nothing to search: punctuation is no word
    assert not User.objects.named("chloe zzz").exists()
