"""The smallest valid institution, antenne and people, with traits. ``sign_in`` opens a session as the product would.

UserFactory(team=True)                       a member of the team (second factor set)
UserFactory(manager=True)                    manages his own antenne; ``manager__antenne=…`` names another
UserFactory(expert=True, suspended=True)     his habilitations are suspended
person(user)                                 the rights.person.Person of the tests' moment
sign_in(client, user)                        session with its second factor when the role asks for one
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import factory
from allauth.mfa.models import Authenticator
from django.test import Client

from vigie.accounts.models import Absence, Antenne, AntenneZone, Habilitation, Institution, User
from vigie.accounts.queries import person_for
from vigie.accounts.sealed import seal
from vigie.rights.person import Person
from vigie.rights.table import SECOND_FACTOR, Role

# The moment of the tests (conftest.at), repeated because factories take no fixture.
AT = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
EARLIER = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


class InstitutionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Institution

    name = factory.Sequence(lambda n: f"Institution {n}")
    slug = factory.Sequence(lambda n: f"institution-{n}")


class AntenneFactory(factory.django.DjangoModelFactory):
    """A local antenne; ``zones=[("departement", "59")]`` gives it a territory."""

    class Meta:
        model = Antenne
        skip_postgeneration_save = True

    institution = factory.SubFactory(InstitutionFactory)
    name = factory.Sequence(lambda n: f"Antenne {n}")

    @factory.post_generation
    def zones(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        for zone_type, code in extracted or ():
            AntenneZone.objects.create(antenne=self, zone_type=zone_type, code=code)


class UserFactory(factory.django.DjangoModelFactory):
    """A person of an antenne who accepted the terms; without role unless a trait gives one."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        deleted = factory.Trait(is_active=False, deleted_at=AT)
        newcomer = factory.Trait(terms_accepted_at=None)

    email = factory.Sequence(lambda n: f"personne{n}@antenne.example")
    full_name = factory.Sequence(lambda n: f"Personne {n}")
    antenne = factory.SubFactory(AntenneFactory)
    terms_accepted_at = EARLIER

    @factory.post_generation
    def adviser(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            HabilitationFactory(user=self, role=Role.ADVISER)

    @factory.post_generation
    def expert(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            HabilitationFactory(user=self, role=Role.EXPERT)

    @factory.post_generation
    def manager(self: Any, create: bool, extracted: Any, antenne: Antenne | None = None, **kwargs: Any) -> None:
        if extracted or antenne:
            HabilitationFactory(user=self, role=Role.MANAGER, antenne=antenne or self.antenne)

    @factory.post_generation
    def team(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            HabilitationFactory(user=self, role=Role.TEAM)

    @factory.post_generation
    def suspended(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            Habilitation.objects.filter(user=self).update(**{Habilitation.LIFECYCLE.field: "suspended"})


TERRITORIES = {Role.LEVEL_A: "FR", Role.LEVEL_B: "FR", Role.ANIMATOR: "35"}


class HabilitationFactory(factory.django.DjangoModelFactory):
    """Granted by himself, to spare a row, and in force since January 2025."""

    class Meta:
        model = Habilitation

    user = factory.SubFactory(UserFactory)
    role = Role.EXPERT
    territory = factory.LazyAttribute(lambda row: TERRITORIES.get(row.role, ""))
    state = "granted"
    starts_on = date(2025, 1, 6)
    requested_at = EARLIER
    granted_at = EARLIER
    granted_by = factory.SelfAttribute("user")


class AbsenceFactory(factory.django.DjangoModelFactory):
    """Absent on the day of the tests."""

    class Meta:
        model = Absence

    user = factory.SubFactory(UserFactory)
    starts_on = date(2026, 3, 16)
    ends_on = date(2026, 3, 20)


def person(user: User, at: datetime = AT) -> Person:
    """What rights know of this account at that moment."""
    return person_for(user, at)


@cache
def _sealed() -> str:
    """Sealed once: two sealings differ, and tests compare rows."""
    return seal(TOTP_SECRET)


def set_second_factor(user: User) -> Authenticator:
    """Gives the account an application that shows codes (TOTP_SECRET)."""
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": _sealed()})


def sign_in_proven(client: Client, user: User) -> Client:
    """The same, by somebody who has just proved who he is: sensitive acts are done at once."""
    sign_in(client, user)
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    return client


def sign_in(client: Client, user: User) -> Client:
    """Opens a session of this account; a role that asks for a second factor gets one, and used it."""
    client.force_login(user)
    if Habilitation.objects.filter(user=user, role__in=SECOND_FACTOR).exists():
        authenticator = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        authenticator = authenticator or set_second_factor(user)
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "mfa", "at": AT.timestamp(), "id": authenticator.pk, "type": "totp"}
        ]
        session["account_authentication_methods_user"] = str(user.pk)
        session["accounts.seen_at"] = int(time.time())
        session.save()
    return client
