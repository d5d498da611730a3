"""Signing in, end to end: a code by e-mail, once, for ten minutes, without telling who has an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.accounts.conftest import sent_code, totp
from tests.accounts.factories import HabilitationFactory, UserFactory, set_second_factor
from tests.conftest import visible_text
from vigie.accounts import actions
from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.journal.models import AuditEvent, Event, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights import limits
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]

SIGN_IN, CODE = "/connexion/", "/connexion/code/"


def ask(client: Client, email: str, **data: str):
    return client.post(SIGN_IN, {"email": email, **data})


def enter(client: Client, email: str, **data: str):
    ask(client, email, **data)
    return client.post(CODE, {"code": sent_code(email)})


def signed_in_user(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_code_received_by_mail_opens_a_session(client: Client, expert: User) -> None:
    asked = ask(client, "Paul.Petit@CMA.example ")
    assert (asked.status_code, asked.url) == (302, CODE)
    page = client.get(CODE)
    assert "paul.petit@cma.example" in visible_text(page.content.decode())

    entered = client.post(CODE, {"code": sent_code(expert.email)})

    assert (entered.status_code, entered.url) == (302, "/mon-bureau/")
    assert signed_in_user(client) == str(expert.pk)
    event = Event.objects.get(name="account.signed_in")
    assert event.actor_id == expert.pk
    assert event.payload == {"remembered": False, "second_factor": False, "network": "127.0.0.0/24"}
    assert client.get("/mon-compte/").status_code == 200


def test_the_mail_is_owed_at_once_and_its_code_is_not_in_the_journal(client: Client, expert: User) -> None:
    ask(client, expert.email)

    message = OutgoingMessage.objects.get()
    assert (message.recipient, message.held, message.due_at) == (expert.email, False, message.created_at)
    assert len(message.secret["code"].replace(" ", "")) == 8
    event = Event.objects.get(name="account.code_asked")
    assert (event.actor_kind, event.payload) == ("visitor", {})


@pytest.mark.parametrize("typed", ["{code}", " {code} ", "{dashed}", "{tight}"])
def test_code_is_read_whatever_its_spaces(client: Client, expert: User, typed: str) -> None:
    ask(client, expert.email)
    code = sent_code(expert.email)

    client.post(CODE, {"code": typed.format(code=code, dashed=code.replace(" ", "-"), tight=code.replace(" ", ""))})

    assert signed_in_user(client) == str(expert.pk)


# --- nothing tells who has an account -------------------------------------------------------------------------------
def strangers(kind: str) -> str:
    if kind == "closed":
        return UserFactory(expert=True, is_active=False).email
    if kind == "deleted":
        return UserFactory(expert=True, deleted=True).email
    if kind == "suspended":
        return UserFactory(expert=True, suspended=True).email
    if kind == "without role":
        return UserFactory().email
    return "inconnu@ailleurs.example"


@pytest.mark.parametrize("kind", ["unknown", "closed", "deleted", "suspended", "without role"])
def test_who_may_not_enter_gets_the_same_pages_and_no_mail(client: Client, expert: User, kind: str) -> None:
    email = strangers(kind)
    other = Client()

    refused, accepted = ask(client, email), ask(other, expert.email)

    assert (refused.status_code, refused.url) == (accepted.status_code, accepted.url)
    pages = [
        one.get(CODE).content.decode().replace(address, "@")
        for one, address in ((client, email), (other, expert.email))
    ]
    assert visible_text(pages[0]) == visible_text(pages[1])
    assert not OutgoingMessage.objects.filter(recipient=email).exists()
    assert Event.objects.filter(name="account.unknown_asked").count() == 1
    wrong = [one.post(CODE, {"code": "0000 0000"}) for one in (client, other)]
    assert [one.status_code for one in wrong] == [200, 200]
    assert signed_in_user(client) is None


def test_empty_code_never_opens_the_session_of_a_stranger(client: Client) -> None:
    ask(client, "inconnu@ailleurs.example")

    answer = client.post(CODE, {"code": ""})

    assert answer.status_code == 200
    assert signed_in_user(client) is None


def test_same_number_of_queries_whether_the_address_is_known_or_not(
    expert: User, django_assert_num_queries, capsys
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for email in (expert.email, "inconnu@ailleurs.example"):
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), email)
        counts.append(sum("SAVEPOINT" not in query["sql"].upper() for query in queries))

    assert abs(counts[0] - counts[1]) <= 2, counts


# --- replays --------------------------------------------------------------------------------------------------------
def test_code_serves_once(client: Client, expert: User) -> None:
    enter(client, expert.email)
    code = sent_code(expert.email)
    client.post("/deconnexion/")

    again = client.post(CODE, {"code": code})

    assert (again.status_code, again.url) == (302, SIGN_IN)
    assert signed_in_user(client) is None


def test_code_serves_only_the_browser_that_asked(client: Client, expert: User) -> None:
    ask(client, expert.email)
    thief = Client()

    answer = thief.post(CODE, {"code": sent_code(expert.email)})

    assert (answer.status_code, answer.url) == (302, SIGN_IN)
    assert signed_in_user(thief) is None


def test_third_wrong_code_kills_the_code(client: Client, expert: User) -> None:
    ask(client, expert.email)
    code = sent_code(expert.email)
    for _ in range(2):
        assert "n’est pas le bon" in client.post(CODE, {"code": "1111 1111"}).content.decode()

    third = client.post(CODE, {"code": "1111 1111"})
    right = client.post(CODE, {"code": code})

    assert (third.status_code, third.url) == (302, SIGN_IN)
    assert (right.status_code, right.url) == (302, SIGN_IN)
    assert signed_in_user(client) is None
    assert Event.objects.filter(name="account.sign_in_failed", subject_id=str(expert.pk)).count() == 3


def test_code_of_ten_minutes_ago_is_refused_with_its_reason(client: Client, expert: User) -> None:
    ask(client, expert.email)
    session = client.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= 601
    session.save()

    answer = client.post(CODE, {"code": sent_code(expert.email)}, follow=True)

    assert answer.redirect_chain[0][0] == SIGN_IN
    assert "n’est plus valable" in visible_text(answer.content.decode())
    assert signed_in_user(client) is None


def test_new_code_replaces_the_former(client: Client, expert: User) -> None:
    ask(client, expert.email)
    first = sent_code(expert.email)
    ask(client, expert.email)

    client.post(CODE, {"code": first})
    assert signed_in_user(client) is None
    client.post(CODE, {"code": sent_code(expert.email)})

    assert signed_in_user(client) == str(expert.pk)


def test_role_lost_between_the_code_asked_and_typed_opens_nothing(client: Client, expert: User, team: User) -> None:
    ask(client, expert.email)
    actions.suspend(expert.habilitations.get(), by=person_for(team, now()), at=now())

    answer = client.post(CODE, {"code": sent_code(expert.email)}, follow=True)

    assert "pas ouvert en ce moment" in visible_text(answer.content.decode())
    assert signed_in_user(client) is None


# --- limits ---------------------------------------------------------------------------------------------------------
def test_sixth_attempt_in_twenty_seconds_is_refused_alike_for_known_and_unknown(
    expert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = timezone.now()  # the same for all: on a busy machine the window passes, or the wait told differs
    monkeypatch.setattr("vigie.accounts.views.sign_in.now", lambda: moment)
    answers = []
    for email in (expert.email, "inconnu@ailleurs.example"):
        client = Client(REMOTE_ADDR=f"192.0.2.{len(answers) + 1}")
        for _ in range(3):
            assert ask(client, email).status_code == 302
        client.post(CODE, {"code": "1"})
        client.post(CODE, {"code": "1"})
        answers.append(client.post(CODE, {"code": "1"}))

    assert [one.status_code for one in answers] == [429, 429]
    assert all(int(one["Retry-After"]) <= 20 for one in answers)
    assert answers[0].content == answers[1].content


def test_address_with_ten_wrong_codes_is_locked_even_with_the_right_code(
    expert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = timezone.now()
    clock = {"now": start}
    monkeypatch.setattr("vigie.accounts.views.sign_in.now", lambda: clock["now"])
    for number in range(10):
        clock["now"] = start + timedelta(seconds=30 * number)
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        session_with_code(client, expert)
        client.post(CODE, {"code": "1111 1111"})

    clock["now"] += timedelta(seconds=60)
    last = Client(REMOTE_ADDR="192.0.2.200")
    session_with_code(last, expert)
    locked = last.post(CODE, {"code": "12345678"})
    clock["now"] += timedelta(minutes=16)
    opened = last.post(CODE, {"code": "12345678"})

    assert locked.status_code == 429
    assert 0 < int(locked["Retry-After"]) <= 900
    assert opened.status_code == 302
    assert signed_in_user(last) == str(expert.pk)


def session_with_code(client: Client, user: User) -> None:
    """A sign-in begun, without asking for a mail each time."""
    import time

    state = {"at": time.time(), "failed_attempts": 0, "resend_count": 0, "change_count": 0, "email": user.email}
    state |= {"user_id": str(user.pk), "code": "12345678", "initiated_by_user": True}
    session = client.session
    session["account_login"] = {
        "user_pk": str(user.pk), "email_verification": "none", "signup": False, "redirect_url": None,
        "email": user.email, "phone": None, "signal_kwargs": None, "initiated_at": time.time(),
        "state": {"stages": {"current": "login_by_code", "login_by_code": {"data": state}}},
    }  # fmt: skip
    session.save()


# --- sessions -------------------------------------------------------------------------------------------------------
def test_session_key_changes_at_sign_in(client: Client, expert: User) -> None:
    ask(client, expert.email)
    planted = client.session.session_key

    client.post(CODE, {"code": sent_code(expert.email)})

    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize(("remember", "lasts"), [({}, timedelta(hours=12)), ({"remember": "on"}, timedelta(days=30))])
def test_session_lasts_twelve_hours_or_thirty_days_when_asked(
    client: Client, expert: User, remember: dict, lasts: timedelta
) -> None:
    enter(client, expert.email, **remember)

    cookie = client.cookies["sessionid"]
    assert abs(int(cookie["max-age"]) - lasts.total_seconds()) < 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_session_ends_at_its_hour_whatever_was_done_meanwhile(
    client: Client, expert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client, expert.email)
    later = timezone.now() + timedelta(hours=12, minutes=1)
    monkeypatch.setattr("vigie.accounts.middleware.now", lambda: later)

    answer = client.get("/mon-compte/")

    assert (answer.status_code, answer.url) == (302, "/connexion/?next=%2Fmon-compte%2F")
    assert signed_in_user(client) is None


@pytest.mark.parametrize("loss", ["suspended", "revoked", "expired", "closed", "deleted"])
def test_account_that_loses_its_rights_loses_its_session_at_the_next_request(
    client: Client, expert: User, team: User, loss: str
) -> None:
    enter(client, expert.email)
    habilitation, by = expert.habilitations.get(), person_for(team, now())
    page = visible_text(client.get("/mon-compte/").content.decode())
    assert "session" not in page
    if loss == "suspended":
        actions.suspend(habilitation, by=by, at=now())
    elif loss == "revoked":
        actions.revoke(habilitation, by=by, at=now())
    elif loss == "expired":
        expert.habilitations.update(ends_on=paris_day(now()) - timedelta(days=1))
    elif loss == "closed":
        User.objects.filter(pk=expert.pk).update(is_active=False)
    else:
        User.objects.filter(pk=expert.pk).update(is_active=False, deleted_at=now())

    answer = client.get("/mon-compte/")

    assert (answer.status_code, answer.url) == (302, "/connexion/?next=%2Fmon-compte%2F")
    told = "Votre session est fermée : votre habilitation n’est plus en cours"
    assert told in visible_text(client.get(answer.url).content.decode())
    assert told not in visible_text(client.get(answer.url).content.decode())


def test_a_form_sent_by_who_left_does_nothing_and_keeps_nothing(client: Client, expert: User, team: User) -> None:
    enter(client, expert.email)
    client.get("/mon-compte/")
    actions.revoke(expert.habilitations.get(), by=person_for(team, now()), at=now())

    answer = client.post("/mon-compte/", {"full_name": "Paul Petit", "job": "Un long texte de plus de vingt signes"})

    said = visible_text(client.get(answer.url).content.decode())
    assert "n’est plus en cours" in said
    assert "Rien n’a été envoyé ni gardé" in said
    assert "gardé une heure" not in said
    expert.refresh_from_db()
    assert expert.job != "Un long texte de plus de vingt signes"


def test_a_session_closed_for_another_reason_says_to_sign_in_again(client: Client, expert: User) -> None:
    enter(client, expert.email)
    actions.close_sessions(expert.pk)

    led = client.get("/mon-compte/").url

    assert "votre compte ou votre habilitation a changé" in visible_text(client.get(led).content.decode())


# --- what auditors read of it -----------------------------------------------------------------------------------------
def audited() -> list[tuple[str, int | None, str, dict]]:
    rows = AuditEvent.objects.filter(action__in=("login", "login_failed", "logout")).order_by("pk")
    return [(row.action, row.actor_id, row.result, row.details) for row in rows]


def test_who_reads_firms_signs_in_and_out_under_the_eyes_of_the_auditor(client: Client) -> None:
    agent = UserFactory(email="agente@dreets.example")
    HabilitationFactory(user=agent, role=Role.LEVEL_A)
    set_second_factor(agent)
    enter(client, agent.email)
    client.post("/connexion/second-facteur/", {"code": "000000"})
    client.post("/connexion/second-facteur/", {"code": totp()})
    client.post("/deconnexion/")

    assert audited() == [
        ("login_failed", agent.pk, "denied", {"step": "second_factor"}),
        ("login", agent.pk, "allowed", {"method": "code", "second_factor": True}),
        ("logout", agent.pk, "allowed", {}),
    ]


def test_an_expert_is_not_watched_but_a_wrong_code_is_written_for_everybody_alike(client: Client, expert: User) -> None:
    enter(client, expert.email)
    client.post("/deconnexion/")
    for email in (expert.email, "inconnu@ailleurs.example"):
        limits.RateCounter.objects.all().delete()
        ask(client, email)
        client.post(CODE, {"code": "1111 1111"})

    assert audited() == [
        ("login_failed", expert.pk, "denied", {"step": "code"}), ("login_failed", None, "denied", {"step": "code"}),
    ]  # fmt: skip


def test_suspended_habilitation_closes_every_session_even_after_it_is_granted_again(
    client: Client, expert: User, team: User
) -> None:
    enter(client, expert.email)
    by, habilitation = person_for(team, now()), expert.habilitations.get()
    actions.suspend(habilitation, by=by, at=now())
    actions.grant(habilitation, by=by, at=now())

    assert client.get("/mon-compte/").status_code == 302


def test_sign_out_is_a_button_not_an_address(client: Client, expert: User) -> None:
    enter(client, expert.email)

    visited = client.get("/deconnexion/")
    assert visited.status_code == 200
    assert signed_in_user(client) == str(expert.pk)
    left = client.post("/deconnexion/")

    assert (left.status_code, left.url) == (302, "/")
    assert signed_in_user(client) is None


# --- where one goes next --------------------------------------------------------------------------------------------
def test_page_asked_for_is_shown_after_signing_in(client: Client, expert: User) -> None:
    asked = client.get("/mon-compte/")
    client.post(SIGN_IN, {"email": expert.email, "next": "/mon-compte/"})
    answer = client.post(CODE, {"code": sent_code(expert.email), "next": "/mon-compte/"})

    assert asked.url == "/connexion/?next=%2Fmon-compte%2F"
    assert answer.url == "/mon-compte/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://ailleurs.example/",
        "//ailleurs.example/",
        "///ailleurs.example",
        "/\\ailleurs.example",
        "http:ailleurs.example",
        "https://testserver/mon-compte/",
        "javascript:alert(1)",
        "\thttps://ailleurs.example",
    ],
)
def test_nobody_is_sent_elsewhere(client: Client, expert: User, elsewhere: str) -> None:
    asked = client.post(SIGN_IN, {"email": expert.email, "next": elsewhere})
    answer = client.post(CODE, {"code": sent_code(expert.email), "next": elsewhere})

    assert "ailleurs" not in asked.url
    assert answer.url == "/mon-bureau/"


def test_signed_in_person_has_no_use_for_the_sign_in_page(client: Client, expert: User) -> None:
    enter(client, expert.email)

    assert client.get(SIGN_IN).url == "/mon-bureau/"


def test_wrong_address_is_refused_in_french_and_given_back(client: Client) -> None:
    answer = ask(client, "pas une adresse")

    assert "n’est pas valide" in visible_text(answer.content.decode())
    assert "pasuneadresse" in answer.content.decode() or "pas une adresse" in answer.content.decode()


@pytest.mark.parametrize("name", ["account_login", "account_confirm_login_code", "account_logout"])
def test_forms_of_sign_in_refuse_a_request_without_token(expert: User, name: str) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(reverse(name), {"email": expert.email}).status_code == 403


# --- terms ----------------------------------------------------------------------------------------------------------
def test_newcomer_accepts_the_terms_before_anything_else(client: Client, as_: Callable[[User], Client]) -> None:
    newcomer = UserFactory(expert=True, newcomer=True)
    as_(newcomer)

    sent = client.get("/mon-compte/")
    refused = client.post("/mon-compte/conditions/", {})
    assert sent.url == "/mon-compte/conditions/"
    assert "Cochez la case" in visible_text(refused.content.decode())
    accepted = client.post("/mon-compte/conditions/", {"accepted": "on", "next": "https://ailleurs.example"})

    newcomer.refresh_from_db()
    assert accepted.url == "/mon-bureau/"
    assert newcomer.terms_accepted_at is not None
    assert client.get("/mon-compte/").status_code == 200
