"""Steps of a sign-in with ProConnect, against the fake delivered with Vigie, as a browser takes them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.conftest import visible_text
from vigie.accounts.models import User
from vigie.connectors import proconnect
from vigie.connectors.fakes import modes
from vigie.connectors.fakes import proconnect as fake
from vigie.journal.models import AuditEvent, Event, OutgoingMessage
from vigie.rights.table import Role

BEGIN, BACK, ATTACH = "/connexion/proconnect/", "/connexion/proconnect/retour/", "/connexion/proconnect/rattacher/"
SIRET, OTHER_SIRET = "90000000000023", "90000000100012"
AGENT = fake.Persona("renaud.keller@dreets.test", "Renaud", "Keller", "DREETS", SIRET)


@cache
def signing_key() -> str:
    """One key for all the tests: making one takes long."""
    return fake._new_key()


@pytest.fixture
def known_personas(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The fake recognises this agent, and a stranger; no page depends on how fast the machine is."""
    # Nothing that another test left in this process: modes, codes, a client built for other settings.
    proconnect._built.cache_clear()
    monkeypatch.setattr(modes.board, "store", modes.ProcessStore())
    monkeypatch.setattr(fake, "store", fake.ProcessStore())
    monkeypatch.setattr(fake, "_personas", lambda: [AGENT])
    fake.store.set(fake.KEYS, [signing_key()])
    settings.VIGIE = replace(settings.VIGIE, proconnect_seconds=7.0)


def make_agent(**traits: Any) -> User:
    """An account with a habilitation of level A, at the address of the persona."""
    user = UserFactory(email=AGENT.email, full_name="Renaud Keller", **traits)
    HabilitationFactory(user=user, role=Role.LEVEL_A)
    return user


def local(address: str) -> str:
    """The address without its host, as the test client asks for it."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def leave(client: Client, **query: str) -> HttpResponse:
    """The departure for ProConnect: a redirection to its page of authorization."""
    return client.get(BEGIN, query)


def choose(client: Client, leaving: HttpResponse, email: str = AGENT.email, **boxes: str) -> str:
    """The persona chosen on the page of the fake; gives the address of the return."""
    page = client.get(local(leaving["Location"]))
    found = re.search(r'name="asked" value="([^"]+)"', page.content.decode())
    assert page.status_code == 200, page.content.decode()
    assert found is not None
    chosen = client.get("/fakes/proconnect/api/v2/interaction", {"asked": found[1], "persona": email, **boxes})
    assert chosen.status_code == 302, chosen.content.decode()
    return local(chosen["Location"])


def sign_in_with(client: Client, email: str = AGENT.email, next_: str = "", **boxes: str) -> HttpResponse:
    """The whole journey; gives the answer to the return."""
    leaving = leave(client, **({"next": next_} if next_ else {}))
    return client.get(choose(client, leaving, email, **boxes))


def asked(leaving: HttpResponse) -> dict[str, str]:
    """The parameters sent to ProConnect."""
    return {name: values[0] for name, values in parse_qs(urlsplit(leaving["Location"]).query).items()}


def text_of(response) -> str:
    return visible_text(response.content.decode()).replace("\u00a0", " ")


def signed_in_user(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def events(name: str) -> list[dict]:
    return list(Event.objects.filter(name=name).values_list("payload", flat=True))


def refusals() -> list[tuple[str, str, str]]:
    rows = AuditEvent.objects.filter(action="login_failed").order_by("pk")
    return [(row.result, row.details["reason"], row.actor_name) for row in rows]


def sent_code() -> str:
    return str(OutgoingMessage.objects.filter(template="accounts/mail/identity_code").latest("pk").secret["code"])
