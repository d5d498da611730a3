"""ProConnect away or without a service, the way in by code beside it, and leaving."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.accounts.proconnect import (
    BACK,
    BEGIN,
    choose,
    leave,
    local,
    sign_in_with,
    signed_in_user,
    text_of,
)
from vigie.accounts.models import User
from vigie.connectors.fakes import modes
from vigie.connectors.fakes import proconnect as fake
from vigie.kernel.clock import now
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "known_personas")]
FAULTS = ("lent", "429", "500", "timeout", "malforme", "jeton_expire")


# --- when it fails --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", FAULTS)
def test_a_provider_away_gives_a_page_that_offers_the_other_way(client: Client, agent: User, mode: str) -> None:
    modes.board.set("proconnect", mode)

    answer = leave(client)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "ProConnect ne répond pas" in text_of(answer)
    assert "vous connecter avec un code reçu par courriel" in text_of(answer)


@pytest.mark.parametrize("mode", FAULTS)
def test_a_provider_that_goes_away_while_one_signs_in_too(client: Client, agent: User, mode: str) -> None:
    back = choose(client, leave(client))
    modes.board.set("proconnect", mode)

    answer = client.get(back)

    assert answer.status_code == 503
    assert "ProConnect ne répond pas" in text_of(answer)
    assert signed_in_user(client) is None


def test_no_question_of_a_page_may_last_longer_than_the_page(client: Client, agent: User) -> None:
    from vigie.config.environment import Environment
    from vigie.connectors import proconnect

    policy = proconnect.configured().service.policy

    assert policy.connect_s == policy.read_s == proconnect.configured().client.page_s
    assert policy.tries == 1
    assert Environment().proconnect_seconds <= 1.2


def test_without_the_other_way_the_page_does_not_offer_it(client: Client, agent: User, settings) -> None:
    settings.VIGIE = replace(settings.VIGIE, local_sign_in_for_agents=False)
    modes.board.set("proconnect", "500")

    assert "code reçu par courriel" not in text_of(leave(client))


def test_after_five_failures_the_provider_is_left_alone_a_minute(client: Client, agent: User) -> None:
    modes.board.set("proconnect", "500", 5)
    for _ in range(5):
        leave(client)

    assert leave(client).status_code == 503  # the breaker is open: the fake would answer


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("login_required", "ne vous reconnaît plus"),
        ("access_denied", "Vous avez renoncé"),
        ("server_error&error_description=Y500015", "réserve cet accès aux agents publics"),
        ("Y030110", "perdu le fil"),
        ("<script>x</script>", "a interrompu la connexion"),
    ],
)
def test_an_error_of_the_provider_is_told_in_plain_french(client: Client, error: str, words: str) -> None:
    answer = client.get(f"{BACK}?error={error}")

    assert answer.status_code == 400
    assert words in text_of(answer)


def test_too_many_returns_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = now()  # whatever the machine takes for six pages
    monkeypatch.setattr("vigie.accounts.views.proconnect.now", lambda: moment)
    answers = [client.get(BACK).status_code for _ in range(6)]

    assert answers == [400] * 5 + [429]


def test_without_provider_there_is_no_button_nor_page(client: Client, settings) -> None:
    settings.VIGIE = replace(settings.VIGIE, proconnect_issuer="")

    assert "ProConnect" not in text_of(client.get("/connexion/"))
    assert [client.get(url).status_code for url in (BEGIN, BACK)] == [404, 404]


# --- the way in by code ---------------------------------------------------------------------------------------------
def test_the_page_puts_proconnect_first(client: Client) -> None:
    page = client.get("/connexion/", {"next": "/mon-compte/"})
    html = page.content.decode()

    assert html.index("fr-connect") < html.index('name="email"')
    assert f'href="{BEGIN}?next=%2Fmon-compte%2F"' in html
    assert 'href="https://www.proconnect.gouv.fr/"' in html


def test_where_agents_must_use_proconnect_a_code_opens_nothing_of_theirs(client: Client, agent: User, settings) -> None:
    from tests.accounts.test_sign_in import enter

    settings.VIGIE = replace(settings.VIGIE, local_sign_in_for_agents=False)

    enter(client, agent.email)

    assert signed_in_user(client) is None
    assert "Les agents de détection se connectent avec ProConnect" in text_of(client.get("/connexion/"))


def test_where_agents_must_use_proconnect_their_other_roles_still_open_by_code(
    client: Client, agent: User, settings
) -> None:
    from tests.accounts.test_sign_in import enter

    HabilitationFactory(user=agent, role=Role.EXPERT)
    settings.VIGIE = replace(settings.VIGIE, local_sign_in_for_agents=False)

    enter(client, agent.email)

    page = client.get("/mon-compte/")
    assert page.status_code == 200
    assert page.wsgi_request.person.roles == {Role.EXPERT}
    assert not page.wsgi_request.person.nationwide
    assert client.get("/detection/").status_code == 404


def test_where_agents_must_use_proconnect_it_opens_everything(client: Client, agent: User, settings) -> None:
    settings.VIGIE = replace(settings.VIGIE, local_sign_in_for_agents=False)

    sign_in_with(client)

    assert client.get("/mon-compte/").wsgi_request.person.roles == {Role.LEVEL_A}


# --- leaving --------------------------------------------------------------------------------------------------------
def test_leaving_closes_both_sessions(client: Client, agent: User) -> None:
    sign_in_with(client)

    page = client.post("/deconnexion/")
    html = page.content.decode().replace("&amp;", "&")

    assert signed_in_user(client) is None
    assert "Vous êtes déconnecté de Vigie" in text_of(page)
    address = html.split("0;url=")[1].split('"')[0]
    ended = client.get(local(address), headers={"host": "127.0.0.1:8000"})
    assert ended.status_code == 303
    assert ended["Location"].startswith("http://testserver/deconnexion/proconnect/?state=")
    assert "Vous êtes déconnecté de Vigie et de ProConnect" in text_of(
        client.get(local(ended["Location"]), follow=True)
    )


def test_leaving_when_the_provider_is_away_closes_ours(client: Client, agent: User) -> None:
    from django.core.cache import cache

    sign_in_with(client)
    kept = fake.store.get(fake.KEYS)
    cache.clear()
    fake.store.set(fake.KEYS, kept)
    modes.board.set("proconnect", "500")

    assert client.post("/deconnexion/").status_code == 302
    assert signed_in_user(client) is None


def test_who_did_not_come_by_proconnect_leaves_as_before(client: Client) -> None:
    client.force_login(UserFactory(expert=True))

    assert client.post("/deconnexion/")["Location"] == "/"


def test_a_return_from_a_logout_that_nobody_asked_for_says_nothing(client: Client) -> None:
    page = client.get("/deconnexion/proconnect/?state=forged", follow=True)

    assert "déconnecté" not in text_of(page)


def test_the_pages_of_the_fake_have_an_icon_that_exists() -> None:
    """A browser asks for /favicon.ico otherwise, and its console tells a 404."""
    queries: tuple[dict[str, str], ...] = ({}, {"unknown": "1"})
    for query in queries:
        page = str(fake.answer("GET", f"{fake.PATH}/authorize", query, {}, "", "https://faux.example").body)
        assert '<link rel="icon" href="/static/ui/favicon.svg"' in page
    assert finders.find("ui/favicon.svg")
