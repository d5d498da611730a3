"""Signing in with ProConnect: who enters, who does not and reads why, and what nobody can make it do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.accounts.proconnect import (
    AGENT,
    ATTACH,
    BACK,
    BEGIN,
    OTHER_SIRET,
    SIRET,
    asked,
    choose,
    known_personas,  # noqa: F401
    leave,
    local,
    make_agent,
    sign_in_with,
)
from tests.conftest import visible_text
from vigie.accounts.models import FederatedIdentity, User
from vigie.connectors.fakes import modes
from vigie.connectors.fakes import proconnect as fake
from vigie.journal.models import AuditEvent, Event, OutgoingMessage
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "known_personas")]
FAULTS = ("lent", "429", "500", "timeout", "malforme", "jeton_expire")


@pytest.fixture
def agent(db: None) -> User:
    return make_agent()


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


# --- entering -------------------------------------------------------------------------------------------------------
def test_an_agent_enters_and_his_second_factor_counts(client: Client, agent: User) -> None:
    answer = sign_in_with(client)

    assert (answer.status_code, answer["Location"]) == (302, "/mon-bureau/")
    assert signed_in_user(client) == str(agent.pk)
    identity = FederatedIdentity.objects.get()
    assert (identity.user, identity.idp_id, identity.sub, identity.siret) == (agent, AGENT.idp_id, AGENT.sub, SIRET)
    assert events("account.signed_in") == [{"remembered": False, "second_factor": True, "network": "127.0.0.0/24"}]
    assert client.get("/mon-compte/").status_code == 200  # no application to install
    assert refusals() == []


def test_the_first_time_is_told_by_mail_and_the_next_ones_are_not(client: Client, agent: User) -> None:
    sign_in_with(client)
    sign_in_with(Client())

    mail = OutgoingMessage.objects.get()
    assert (mail.template, mail.recipient) == ("accounts/mail/identity_attached", agent.email)
    assert events("account.identity_attached") == [{"provider": AGENT.idp_id}]
    assert FederatedIdentity.objects.count() == 1


def test_what_is_asked_of_proconnect_is_what_it_accepts(client: Client, agent: User) -> None:
    sent = asked(leave(client))

    assert sent.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert min(len(sent["state"]), len(sent["nonce"])) >= 32
    assert sent["code_challenge_method"] == "S256"
    assert sent["redirect_uri"] == f"http://testserver{BACK}"
    wanted = json.loads(sent["claims"])["id_token"]
    assert wanted["acr"]["essential"]
    assert {"eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3"} < set(wanted["acr"]["values"])
    assert "eidas1" not in wanted["acr"]["values"]
    assert wanted["amr"] == {"essential": True}


def test_the_address_of_the_account_counts_whatever_its_capitals(
    client: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "_personas", lambda: [replace(AGENT, email="Renaud.KELLER@dreets.test")])

    sign_in_with(client, "Renaud.KELLER@dreets.test")

    assert signed_in_user(client) == str(agent.pk)


def test_an_identity_known_enters_whatever_its_new_address(
    client: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_with(client)
    monkeypatch.setattr(fake.Persona, "sub", AGENT.sub)
    monkeypatch.setattr(fake, "_personas", lambda: [replace(AGENT, email="r.keller@dreets.test")])
    other = Client()

    sign_in_with(other, "r.keller@dreets.test")

    assert signed_in_user(other) == str(agent.pk)


def test_the_session_has_a_new_key(client: Client, agent: User) -> None:
    leaving = leave(client)
    before = client.session.session_key
    client.get(choose(client, leaving))

    assert client.session.session_key not in (None, before)


def test_somebody_else_signed_in_leaves_his_place(client: Client, agent: User) -> None:
    client.force_login(UserFactory(expert=True))
    session = client.session
    session["planted"] = "of the other"
    session.save()

    sign_in_with(client)

    assert signed_in_user(client) == str(agent.pk)
    assert "planted" not in client.session


def test_the_second_visit_asks_the_database_as_little_each_time(client: Client, agent: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in_with(client)
    counts = []
    for _ in range(2):
        visitor = Client()
        back = choose(visitor, leave(visitor))
        with CaptureQueriesContext(connection) as queries:
            visitor.get(back)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 40


# --- where it leads -------------------------------------------------------------------------------------------------
def test_one_comes_back_where_one_was_going(client: Client, agent: User) -> None:
    assert sign_in_with(client, next_="/mon-compte/?x=1")["Location"] == "/mon-compte/?x=1"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "https:evil.example", "\\\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(client: Client, agent: User, elsewhere: str) -> None:
    assert sign_in_with(client, next_=elsewhere)["Location"] == "/mon-bureau/"


# --- not entering ---------------------------------------------------------------------------------------------------
def test_an_unknown_professional_reads_how_to_ask_for_an_access(client: Client) -> None:
    answer = sign_in_with(client, fake.STRANGER.email)

    assert answer.status_code == 403
    assert "Accès non ouvert" in text_of(answer)
    assert "équipe@vigie.example" in text_of(answer) or "equipe@vigie.example" in text_of(answer)
    assert "Se déconnecter de ProConnect et changer de compte" in text_of(answer)
    assert signed_in_user(client) is None
    assert refusals() == [("denied", "unknown", "Visiteur")]
    assert not User.objects.filter(email=fake.STRANGER.email).exists()
    assert not FederatedIdentity.objects.exists()
    assert fake.STRANGER.email not in json.dumps(list(AuditEvent.objects.values_list("details", "object_id")))


def test_who_has_no_habilitation_in_force_is_told_so_and_attaches_nothing(client: Client) -> None:
    UserFactory(email=AGENT.email)

    answer = sign_in_with(client)

    assert answer.status_code == 403
    assert "aucune habilitation n’est en cours" in text_of(answer)
    assert refusals()[0][:2] == ("denied", "not_open")
    assert not FederatedIdentity.objects.exists()


def test_a_suspended_agent_reads_that_his_habilitation_waits(client: Client) -> None:
    user = make_agent()
    user.habilitations.update(state="suspended")

    assert "Habilitation à confirmer" in text_of(sign_in_with(client))
    assert refusals()[0][:2] == ("denied", "suspended")


@pytest.mark.parametrize("known", [True, False])
def test_an_archived_account_stays_closed(client: Client, agent: User, known: bool) -> None:
    if known:
        sign_in_with(Client())
    User.objects.filter(pk=agent.pk).update(is_active=False, deleted_at=timezone.now())

    answer = sign_in_with(client)

    assert answer.status_code == 403
    assert "Compte archivé" in text_of(answer)
    assert signed_in_user(client) is None
    assert refusals() == [("denied", "archived", "Renaud Keller")]


def test_a_level_without_second_factor_is_refused_though_it_was_asked_for(client: Client, agent: User) -> None:
    answer = sign_in_with(client, single="1")

    assert answer.status_code == 403
    assert "Second facteur nécessaire" in text_of(answer)
    assert signed_in_user(client) is None
    assert refusals()[0][:2] == ("denied", "second_factor_missing")
    assert not FederatedIdentity.objects.exists()


@pytest.mark.parametrize("level", ["eidas0-mfa", "https://proconnect.gouv.fr/assurance/self-asserted-2fa"])
def test_every_accepted_level_enters(client: Client, agent: User, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake, "MFA", level)

    sign_in_with(client)

    assert signed_in_user(client) == str(agent.pk)


def test_changing_account_ends_the_session_of_proconnect_too(client: Client) -> None:
    sign_in_with(client, fake.STRANGER.email)

    page = client.post("/deconnexion/")

    assert "session/end?id_token_hint=" in page.content.decode()


# --- another employer -----------------------------------------------------------------------------------------------
def test_another_employer_suspends_the_habilitations_and_tells_the_team(client: Client, agent: User) -> None:
    sign_in_with(client)
    answer = sign_in_with(Client(), moved="1")

    assert answer.status_code == 403
    assert "un autre établissement employeur" in text_of(answer)
    assert [row.state for row in agent.habilitations.all()] == ["suspended"]
    assert client.get("/mon-compte/").status_code == 302  # the session that was open is closed
    mail = OutgoingMessage.objects.get(template="accounts/mail/employer_changed")
    assert mail.recipient == "equipe@vigie.example"
    assert events("account.employer_changed") == [{"suspended": 1}]
    assert refusals() == [("denied", "employer_changed", "Renaud Keller")]
    assert FederatedIdentity.objects.get().siret == OTHER_SIRET


def test_once_confirmed_by_the_team_the_new_employer_is_the_known_one(client: Client, agent: User) -> None:
    sign_in_with(Client())
    sign_in_with(Client(), moved="1")
    agent.habilitations.update(state="granted")

    sign_in_with(client, moved="1")

    assert signed_in_user(client) == str(agent.pk)


def test_another_employer_leaves_the_other_roles(client: Client, agent: User) -> None:
    HabilitationFactory(user=agent, role=Role.EXPERT)
    sign_in_with(Client())

    answer = sign_in_with(client, moved="1")

    assert answer.status_code == 302
    assert "votre habilitation de détection est suspendue" in text_of(client.get("/mon-compte/"))


def test_the_employer_of_the_profile_counts_at_the_first_sign_in(client: Client, agent: User) -> None:
    from vigie.accounts.models_agents import AgentProfile, Entity, Segment

    body = Entity.objects.create(name="DREETS inventée", short_name="DREETS")
    segment = Segment.objects.create(code="crp-invente", label="CRP")
    AgentProfile.objects.create(user=agent, entity=body, segment=segment, siret=OTHER_SIRET)

    assert sign_in_with(client).status_code == 403


# --- another identity -----------------------------------------------------------------------------------------------
def test_another_identity_is_attached_after_a_code_and_never_replaces_the_first(client: Client, agent: User) -> None:
    sign_in_with(Client())

    answer = sign_in_with(client, other_idp="1")
    assert (answer.status_code, answer["Location"]) == (302, ATTACH)
    assert signed_in_user(client) is None
    assert FederatedIdentity.objects.count() == 1
    assert agent.email in text_of(client.get(ATTACH))

    entered = client.post(ATTACH, {"code": sent_code()})

    assert (entered.status_code, entered["Location"]) == (302, "/mon-bureau/")
    assert signed_in_user(client) == str(agent.pk)
    assert set(agent.identities.values_list("idp_id", flat=True)) == {AGENT.idp_id, "fi-nouveau"}
    assert client.get(ATTACH).status_code == 302  # it served once
    again = Client()
    sign_in_with(again, other_idp="1")
    assert signed_in_user(again) == str(agent.pk)


def test_a_wrong_code_attaches_nothing_and_three_end_it(client: Client, agent: User) -> None:
    sign_in_with(Client())
    sign_in_with(client, other_idp="1")

    answers = [client.post(ATTACH, {"code": "0000 0000"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert client.post(ATTACH, {"code": sent_code()}).status_code == 302
    assert signed_in_user(client) is None
    assert FederatedIdentity.objects.count() == 1
    assert [row["step"] for row in events("account.sign_in_failed")] == ["identity"] * 3


def test_a_code_dies_after_ten_minutes(client: Client, agent: User) -> None:
    sign_in_with(Client())
    sign_in_with(client, other_idp="1")
    session = client.session
    session["accounts.pending_identity"] = {**session["accounts.pending_identity"], "until": 0}
    session.save()

    assert client.post(ATTACH, {"code": sent_code()}).status_code == 302
    assert signed_in_user(client) is None


def test_the_code_is_in_no_journal_nor_in_the_session(client: Client, agent: User) -> None:
    sign_in_with(Client())
    sign_in_with(client, other_idp="1")
    code = sent_code().replace(" ", "")

    assert code not in json.dumps(dict(client.session.items()))
    assert events("account.identity_code_asked") == [{}]


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


def test_too_many_returns_are_refused(client: Client) -> None:
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
