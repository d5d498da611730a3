"""ProConnect: what is replayed or forged, on our pages and on the word that a session has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.accounts.proconnect import (
    AGENT,
    choose,
    leave,
    sign_in_with,
    signed_in_user,
    text_of,
)
from vigie.accounts.models import FederatedIdentity, User
from vigie.connectors.fakes import proconnect as fake
from vigie.journal.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "known_personas")]


# --- what is replayed or forged -------------------------------------------------------------------------------------
def test_a_return_serves_once(client: Client, agent: User) -> None:
    back = choose(client, leave(client))
    client.get(back)
    client.post("/deconnexion/")

    again = client.get(back)

    assert again.status_code == 400
    assert "La connexion n’a pas abouti" in text_of(again)
    assert signed_in_user(client) is None


def test_a_return_of_somebody_else_opens_nothing(client: Client, agent: User) -> None:
    victim = Client()
    leave(victim)

    answer = victim.get(choose(client, leave(client)))

    assert answer.status_code == 400
    assert signed_in_user(victim) is None


def test_a_token_with_another_nonce_opens_nothing(client: Client, agent: User) -> None:
    back = choose(client, leave(client))
    session = client.session
    states = session["oidc_states"]
    next(iter(states.values()))["nonce"] = "x" * 43
    session["oidc_states"] = states
    session.save()

    assert client.get(back).status_code == 400
    assert signed_in_user(client) is None


def test_a_code_without_its_verifier_opens_nothing(client: Client, agent: User) -> None:
    back = choose(client, leave(client))
    session = client.session
    states = session["oidc_states"]
    next(iter(states.values()))["code_verifier"] = "y" * 64
    session["oidc_states"] = states
    session.save()

    assert client.get(back).status_code == 400
    assert signed_in_user(client) is None


def test_a_code_older_than_a_minute_opens_nothing(client: Client, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    back = choose(client, leave(client))
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr(fake.clock, "now", lambda: later)

    answer = client.get(back)

    assert answer.status_code == 400
    assert "Réessayer avec ProConnect" in text_of(answer)


@pytest.mark.parametrize(
    "forged", [{"aud": "another-service"}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": None}, {"iat": None}]
)
def test_a_token_made_for_another_or_expired_opens_nothing(
    client: Client, agent: User, forged: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = fake.sign

    def signed(claims: dict) -> str:
        return sign({name: value for name, value in {**claims, **forged}.items() if value is not None})

    back = choose(client, leave(client))
    monkeypatch.setattr(fake, "sign", signed)

    assert client.get(back).status_code in (400, 503)
    assert signed_in_user(client) is None


def test_a_token_signed_by_another_key_opens_nothing(
    client: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = choose(client, leave(client))
    stranger = fake._new_key()
    monkeypatch.setattr(
        fake,
        "sign",
        lambda claims: fake.jwt.encode(claims, stranger, "RS256", headers={"kid": fake._kid(fake._keys()[0])}),
    )

    assert client.get(back).status_code in (400, 503)
    assert signed_in_user(client) is None


def test_an_unsigned_token_opens_nothing(client: Client, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    back = choose(client, leave(client))
    kid = fake._kid(fake._keys()[0])
    monkeypatch.setattr(fake, "sign", lambda claims: fake.jwt.encode(claims, "", "none", headers={"kid": kid}))

    assert client.get(back).status_code in (400, 503)
    assert signed_in_user(client) is None


def test_keys_that_turn_are_found_again(client: Client, agent: User) -> None:
    sign_in_with(Client())
    fake.rotate_keys()

    sign_in_with(client)

    assert signed_in_user(client) == str(agent.pk)


def test_an_account_of_somebody_else_is_not_believed(
    client: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = fake.sign
    monkeypatch.setattr(fake, "sign", lambda claims: sign({**claims, **({"sub": "z"} if "email" in claims else {})}))

    assert sign_in_with(client).status_code == 400
    assert signed_in_user(client) is None


# --- the provider ends a session ------------------------------------------------------------------------------------
ENDED = "/connexion/proconnect/fin-de-session/"


def issuer() -> str:
    from vigie.connectors import proconnect

    return proconnect.configured().client.issuer


@pytest.mark.parametrize("named_by", ["sub", "sid"])
def test_a_session_ended_there_ends_here(client: Client, agent: User, named_by: str) -> None:
    sign_in_with(client)
    named = {named_by: getattr(FederatedIdentity.objects.get(), named_by)}

    answer = Client(enforce_csrf_checks=True).post(ENDED, {"logout_token": fake.logout_token(issuer(), **named)})

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert client.get("/mon-compte/").status_code == 302
    assert Event.objects.filter(name="account.session_ended_elsewhere").count() == 1


def test_a_word_of_the_end_serves_once(client: Client, agent: User) -> None:
    sign_in_with(client)
    token = fake.logout_token(issuer(), sub=AGENT.sub)
    Client().post(ENDED, {"logout_token": token})
    sign_in_with(client)

    Client().post(ENDED, {"logout_token": token})

    assert client.get("/mon-compte/").status_code == 200


def test_what_is_not_a_word_of_the_end_closes_nothing(client: Client, agent: User) -> None:
    sign_in_with(client)
    forged = [
        "", "x.y.z", fake.logout_token("https://evil.example", sub=AGENT.sub),
        fake.logout_token(issuer(), sub=AGENT.sub, client_id="another"), fake.logout_token(issuer()),
        client.session["oidc_id_token"],
    ]  # fmt: skip

    assert [Client().post(ENDED, {"logout_token": token}).status_code for token in forged] == [400] * 6
    assert Client().get(ENDED).status_code == 405
    assert client.get("/mon-compte/").status_code == 200
