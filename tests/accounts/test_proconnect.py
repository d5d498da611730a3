"""Signing in with ProConnect: who enters, where it leads, who does not enter and reads why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.accounts.proconnect import (
    AGENT,
    ATTACH,
    BACK,
    OTHER_SIRET,
    SIRET,
    asked,
    choose,
    events,
    leave,
    make_agent,
    refusals,
    sent_code,
    sign_in_with,
    signed_in_user,
    text_of,
)
from vigie.accounts.models import FederatedIdentity, User
from vigie.connectors.fakes import proconnect as fake
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "known_personas")]


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


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"state": "revoked", "ended_at": timezone.now()}, "Habilitation terminée"),
        ({"ends_on": date(2026, 1, 2), "starts_on": date(2026, 1, 1)}, "Habilitation terminée"),
        ({"starts_on": date(2099, 1, 1)}, "Accès non ouvert"),
        ({"state": "requested"}, "Accès non ouvert"),
    ],
)
def test_who_left_is_told_that_it_is_over_and_who_waits_that_it_is_to_come(
    client: Client, change: dict[str, object], title: str
) -> None:
    make_agent().habilitations.update(**change)

    answer = sign_in_with(client)

    assert answer.status_code == 403
    assert title in text_of(answer)
    assert signed_in_user(client) is None


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


# --- another status -------------------------------------------------------------------------------------------------
def test_who_is_no_longer_a_public_agent_is_suspended_and_told_of(client: Client, agent: User) -> None:
    sign_in_with(client)
    assert FederatedIdentity.objects.get().roles == "agent_public agent_public_etat"
    answer = sign_in_with(Client(), no_agent="1")

    assert answer.status_code == 403
    assert "le même statut d’agent public" in text_of(answer)
    assert [row.state for row in agent.habilitations.all()] == ["suspended"]
    assert client.get("/mon-compte/").status_code == 302
    assert events("account.employer_changed") == [{"suspended": 1, "what": "role"}]
    assert OutgoingMessage.objects.filter(template="accounts/mail/employer_changed").count() == 1
    assert refusals() == [("denied", "role_changed", "Renaud Keller")]

    agent.habilitations.update(state="granted")  # the team confirms: what is told is now what is known
    again = Client()
    sign_in_with(again, no_agent="1")
    assert signed_in_user(again) == str(agent.pk)


def test_another_provider_that_tells_no_status_suspends_nobody(client: Client, agent: User) -> None:
    sign_in_with(Client())
    sign_in_with(client, other_idp="1", no_agent="1")
    assert [row.state for row in agent.habilitations.all()] == ["granted"]


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

    assert [answer.status_code for answer in answers] == [422, 422, 422]
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
