"""Sessions of the detection side: thirty minutes without anything, ten hours in all, and proving oneself again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.accounts.factories import UserFactory
from tests.accounts.proconnect import (
    asked,
    choose,
    known_personas,  # noqa: F401
    leave,
    make_agent,
    sign_in_with,
)
from vigie.accounts import access, session
from vigie.accounts.models import User
from vigie.connectors.fakes import proconnect as fake
from vigie.journal.models import Event
from vigie.kernel.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "known_personas")]


@pytest.fixture
def agent(db: None) -> User:
    return make_agent()


def age(client: Client, *, idle_s: int = 0, open_s: int = 0, proved_s: int = 0) -> None:
    """Makes the session older than it is."""
    kept = client.session
    kept["accounts.seen_at"] -= idle_s
    kept["accounts.opened_at"] -= open_s
    records = kept["account_authentication_methods"]
    kept["account_authentication_methods"] = [{**record, "at": record["at"] - proved_s} for record in records]
    kept.save()


def is_open(client: Client) -> bool:
    return client.get("/mon-compte/").status_code == 200


@pytest.mark.parametrize(("idle_s", "still"), [(29 * 60, True), (30 * 60, False)])
def test_it_closes_after_thirty_minutes_without_anything(client: Client, agent: User, idle_s: int, still: bool) -> None:
    sign_in_with(client)
    age(client, idle_s=idle_s)

    assert is_open(client) is still


def test_each_page_puts_the_thirty_minutes_off(client: Client, agent: User) -> None:
    sign_in_with(client)
    for _ in range(3):
        age(client, idle_s=20 * 60)
        assert is_open(client)


@pytest.mark.parametrize(("open_s", "still"), [(10 * 3600 - 60, True), (10 * 3600, False)])
def test_it_closes_after_ten_hours_whatever_is_done(client: Client, agent: User, open_s: int, still: bool) -> None:
    sign_in_with(client)
    age(client, open_s=open_s)

    assert is_open(client) is still


def test_it_is_never_a_long_one(client: Client, agent: User) -> None:
    from tests.accounts.test_sign_in import enter

    enter(client, agent.email, remember="on")

    assert client.session.get_expiry_age() <= 10 * 3600


def test_pages_in_the_same_minute_write_nothing(client: Client, agent: User) -> None:
    sign_in_with(client)
    seen = client.session["accounts.seen_at"]
    client.get("/mon-compte/")

    assert client.session["accounts.seen_at"] == seen


def test_the_matching_side_keeps_its_long_sessions(client: Client) -> None:
    from tests.accounts.test_sign_in import enter

    expert = UserFactory(expert=True)
    enter(client, expert.email, remember="on")
    kept = client.session
    kept["accounts.seen_at"] -= 3600
    kept.save()

    assert is_open(client)


# --- proving oneself again ------------------------------------------------------------------------------------------
def ask(client: Client, method: str = "get", **extra: str) -> HttpResponse:
    """A sensitive page, asked by the session of this client."""
    request = getattr(RequestFactory(), method)("/export/?q=1", **extra)
    request.session, request.user = client.session, User.objects.get(pk=client.session["_auth_user_id"])
    return access.recently_authenticated(lambda request: HttpResponse("done"))(request)


@pytest.mark.parametrize(("proved_s", "done"), [(0, True), (14 * 60, True), (15 * 60 + 1, False)])
def test_a_sensitive_act_asks_for_a_proof_of_the_last_quarter(
    client: Client, agent: User, proved_s: int, done: bool
) -> None:
    sign_in_with(client)
    age(client, proved_s=proved_s)

    answer = ask(client)

    assert answer.status_code == (200 if done else 302)
    if not done:
        assert answer["Location"] == "/mon-compte/confirmer/?next=%2Fexport%2F%3Fq%3D1"


@pytest.mark.parametrize(
    ("referer", "back"),
    [("http://testserver/liste/?p=2", "%2Fliste%2F%3Fp%3D2"), ("https://evil.example/", ""), ("", "")],
)
def test_after_a_form_one_comes_back_to_its_page(client: Client, agent: User, referer: str, back: str) -> None:
    sign_in_with(client)
    age(client, proved_s=3600)

    answer = ask(client, "post", HTTP_REFERER=referer)

    assert answer["Location"] == f"/mon-compte/confirmer/?next={back}"


def test_an_agent_of_proconnect_proves_himself_there(client: Client, agent: User) -> None:
    sign_in_with(client)
    age(client, proved_s=3600)
    page = client.get("/mon-compte/confirmer/", {"next": "/mon-compte/"})
    assert "confirmer=1&amp;next=%2Fmon-compte%2F" in page.content.decode()

    leaving = leave(client, confirmer="1", next="/mon-compte/")
    assert asked(leaving)["prompt"] == "login"
    answer = client.get(choose(client, leaving))

    assert (answer.status_code, answer["Location"]) == (302, "/mon-compte/")
    assert session.proved_within(_request(client), agent, timedelta(minutes=15), now())
    assert Event.objects.filter(name="account.identity_confirmed").count() == 1


def test_an_old_session_of_proconnect_proves_nothing(
    client: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_with(client)
    age(client, proved_s=3600)
    sign = fake.sign
    back = choose(client, leave(client, confirmer="1"))
    monkeypatch.setattr(
        fake, "sign", lambda claims: sign({**claims, "auth_time": claims.get("auth_time", 3600) - 3600})
    )

    answer = client.get(back)

    assert answer["Location"].startswith("/mon-compte/confirmer/")
    assert not session.proved_within(_request(client), agent, timedelta(minutes=15), now())


def test_who_has_an_application_types_its_code(client: Client) -> None:
    from tests.accounts.factories import sign_in

    team = UserFactory(team=True)
    sign_in(client, team)

    assert client.get("/mon-compte/confirmer/?next=/x")["Location"] == (
        "/mon-compte/second-facteur/confirmer/?next=%2Fx"
    )


def _request(client: Client):
    request = RequestFactory().get("/")
    request.session = client.session
    return request
