"""What the database refuses, one row each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from tests.accounts.factories import (
    AT,
    AbsenceFactory,
    AntenneFactory,
    HabilitationFactory,
    InstitutionFactory,
    UserFactory,
)
from vigie.accounts.models import Absence, Antenne, AntenneZone, Habilitation, Institution, User
from vigie.rights.table import Role

pytestmark = pytest.mark.django_db


def refused(write: Any, name: str) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    assert name in str(error.value) or "UNIQUE constraint failed" in str(error.value)


def test_institution_siren_shape() -> None:
    refused(lambda: InstitutionFactory(siren="12345678\n"), "institution_siren_shape")


def test_institution_region_shape() -> None:
    refused(lambda: InstitutionFactory(region_code="XX"), "institution_region_shape")


def test_two_living_antennes_of_one_name_in_an_institution() -> None:
    antenne = AntenneFactory()
    refused(lambda: AntenneFactory(institution=antenne.institution, name=antenne.name), "antenne_name_in_institution")
    Antenne.objects.filter(pk=antenne.pk).update(deleted_at=AT)
    assert AntenneFactory(institution=antenne.institution, name=antenne.name).pk


def test_antenne_below_itself() -> None:
    antenne = AntenneFactory()
    refused(lambda: Antenne.objects.filter(pk=antenne.pk).update(parent=antenne), "antenne_not_own_parent")


@pytest.mark.parametrize(("kind", "code"), [("departement", "1"), ("commune", "2C001"), ("region", ""), ("pays", "FR")])
def test_zone_code_of_another_shape(kind: str, code: str) -> None:
    antenne = AntenneFactory()
    refused(
        lambda: AntenneZone.objects.create(antenne=antenne, zone_type=kind, code=code),
        "accounts_antennezone_zone_code_shape",
    )


def test_zone_twice_in_an_antenne() -> None:
    antenne = AntenneFactory(zones=[("departement", "59")])
    refused(
        lambda: AntenneZone.objects.create(antenne=antenne, zone_type="departement", code="59"), "antenne_zone_once"
    )


def test_address_in_capitals() -> None:
    refused(lambda: UserFactory(email="Paul@cma.example"), "user_email_in_lower_case")


def test_address_twice() -> None:
    UserFactory(email="paul@cma.example")
    refused(lambda: UserFactory(email="paul@cma.example"), "email")


def test_deleted_account_left_open() -> None:
    refused(lambda: UserFactory(deleted_at=AT), "user_deleted_not_active")


def test_archived_account_left_open() -> None:
    refused(lambda: UserFactory(archived_at=AT), "user_archived_not_active")


def test_absence_that_ends_before_it_starts() -> None:
    refused(lambda: AbsenceFactory(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1)), "absence_ends_after_start")


def test_absence_replaced_by_oneself() -> None:
    user = UserFactory()
    refused(lambda: AbsenceFactory(user=user, replacement=user), "absence_replaced_by_another")


def test_habilitation_held_twice() -> None:
    held = HabilitationFactory()
    refused(lambda: HabilitationFactory(user=held.user), "habilitation_once")


def test_antenne_managed_twice() -> None:
    held = HabilitationFactory(role=Role.MANAGER, antenne=AntenneFactory())
    refused(
        lambda: HabilitationFactory(user=held.user, role=Role.MANAGER, antenne=held.antenne),
        "habilitation_once_per_antenne",
    )


@pytest.mark.parametrize("ended", ["revoked", "expired"])
def test_habilitation_held_again_once_the_former_ended(ended: str) -> None:
    former = HabilitationFactory(state=ended, ended_at=AT)

    assert HabilitationFactory(user=former.user).pk


def test_manager_of_two_antennes_is_two_habilitations() -> None:
    user = UserFactory(manager=True)

    assert HabilitationFactory(user=user, role=Role.MANAGER, antenne=AntenneFactory()).pk


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("habilitation_antenne_iff_manager", {"role": Role.MANAGER}),
        ("habilitation_territory_iff_territorial", {"role": Role.LEVEL_A, "territory": ""}),
        ("habilitation_territory_iff_territorial", {"territory": "35"}),
        ("habilitation_granted_by_someone", {"granted_by": None}),
        ("habilitation_granted_by_someone", {"granted_at": None}),
        ("habilitation_ended_iff_final", {"state": "revoked"}),
        ("habilitation_ended_iff_final", {"ended_at": AT}),
        ("habilitation_period", {"ends_on": date(2025, 1, 5)}),
    ],
)
def test_habilitation_that_cannot_be(name: str, values: dict) -> None:
    refused(lambda: HabilitationFactory(**values), name)


def test_expert_with_an_antenne_of_his_own_to_manage() -> None:
    antenne = AntenneFactory()
    refused(lambda: HabilitationFactory(antenne=antenne), "habilitation_antenne_iff_manager")


def test_every_constraint_of_accounts_has_its_refused_row() -> None:
    with open(__file__, encoding="utf-8") as source:
        text = source.read()
    ours = (Institution, Antenne, AntenneZone, User, Absence, Habilitation)
    names = [constraint.name for model in ours for constraint in model._meta.constraints]

    assert names
    assert [name for name in names if name not in text] == []


def test_no_column_holds_a_password() -> None:
    columns = [field.name for field in User._meta.get_fields() if isinstance(field, models.Field)]

    assert "password" not in columns


def test_passwords_cannot_be_set_nor_used() -> None:
    user = UserFactory()
    with pytest.raises(TypeError):
        user.set_password("secret")

    assert user.check_password("secret") is False
    assert user.has_usable_password() is False
    assert User.objects.get_by_natural_key(user.email.upper()) == user
