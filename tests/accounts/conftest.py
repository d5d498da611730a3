"""What the tests of accounts share: people by their right, the code that was sent, the six digits of a telephone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.accounts.factories import TOTP_SECRET, AntenneFactory, UserFactory, sign_in
from tests.accounts.proconnect import known_personas, make_agent  # noqa: F401  # a fixture for all of them
from vigie.accounts.models import User
from vigie.journal.models import OutgoingMessage
from vigie.rights import limits


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    limits.forget_local_counts()


@pytest.fixture
def team(db: None) -> User:
    return UserFactory(team=True, full_name="Odile Brun", email="odile.brun@vigie.example")


@pytest.fixture
def expert(db: None) -> User:
    return UserFactory(expert=True, full_name="Paul Petit", email="paul.petit@cma.example")


@pytest.fixture
def manager(expert: User) -> User:
    """Manages the antenne of the expert."""
    return UserFactory(manager=True, antenne=expert.antenne, email="responsable@cma.example")


@pytest.fixture
def unrelated(db: None) -> User:
    """An expert of another antenne."""
    return UserFactory(expert=True, antenne=AntenneFactory(), email="autre@cci.example")


@pytest.fixture
def as_(client: Client) -> Callable[[User | None], Client]:
    """``as_(user)``: the client with a session of this person; ``as_(None)``: a visitor."""

    def opened(user: User | None) -> Client:
        return sign_in(client, user) if user is not None else client

    return opened


def sent_code(email: str) -> str:
    """The last code owed to an address, as it is stored until its mail leaves."""
    message = OutgoingMessage.objects.filter(recipient=email, template="accounts/mail/sign_in_code").latest("pk")
    return str(message.secret["code"])


def totp(shift: int = 0, secret: str = TOTP_SECRET) -> str:
    """What the telephone shows now, or ``shift`` periods later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift)))


@pytest.fixture
def agent(db: None) -> User:
    return make_agent()
