"""How accounts are wired: one person per request, checks at the start, mails, planned jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.checks.registry import registry
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from tests.accounts.factories import HabilitationFactory, set_second_factor, sign_in
from vigie.accounts import checks, middleware
from vigie.accounts.models import Habilitation, User
from vigie.accounts.sign_in import code_asked
from vigie.journal.delivery import build
from vigie.journal.jobs import registered_jobs
from vigie.journal.models import OutgoingMessage
from vigie.journal.running import run
from vigie.kernel.period import paris_day
from vigie.rights.person import VISITOR


# --- one person per request -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_visitor_costs_no_query(django_assert_num_queries) -> None:
    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.contrib.sessions.middleware import SessionMiddleware

    request = RequestFactory().get("/")
    SessionMiddleware(lambda _: None).process_request(request)  # type: ignore[arg-type]
    AuthenticationMiddleware(lambda _: None).process_request(request)  # type: ignore[arg-type]
    seen = []

    with django_assert_num_queries(0):
        middleware.person(lambda one: seen.append(one.person))(request)  # type: ignore[arg-type, func-returns-value]

    assert seen == [VISITOR]


@pytest.mark.django_db
def test_person_is_computed_once_per_request(client: Client, expert: User, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    real = middleware.person_for
    monkeypatch.setattr(middleware, "person_for", lambda *args: calls.append(1) or real(*args))

    sign_in(client, expert).get("/mon-compte/")

    assert len(calls) == 1


@pytest.mark.django_db
def test_static_files_health_and_legal_pages_stay_open_to_who_must_set_up(team: User) -> None:
    for path in ("/static/x.css", "/sante", "/mentions-legales/", "/deconnexion/"):
        request = RequestFactory().get(path)
        assert middleware._is_open(request, middleware._SET_UP)
    assert not middleware._is_open(RequestFactory().get("/"), middleware._SET_UP)
    assert not middleware._is_open(RequestFactory().get("/mon-compte/"), middleware._TERMS)


# --- checks ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_service_starts_without_any_password() -> None:
    assert checks.check_no_password(None) == []
    assert checks.check_no_password in registry.registered_checks


def test_a_mounted_password_page_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_is_mounted", lambda name: name == "account_set_password")

    assert [error.id for error in checks.check_no_password(None)] == ["accounts.E003"]


def test_a_backend_that_accepts_passwords_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Careless:
        def authenticate(self, request: object, **credentials: object) -> object:
            return object()

    monkeypatch.setattr(checks, "get_backends", lambda: [Careless()])

    assert [error.id for error in checks.check_no_password(None)] == ["accounts.E002"]


@pytest.mark.parametrize("name", checks.SHUT)
def test_doors_of_allauth_that_stay_shut(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.django_db
@pytest.mark.parametrize("credentials", [{"username": "x", "password": "x"}, {"email": "x", "password": ""}])
def test_no_backend_knows_a_password(expert: User, credentials: dict) -> None:
    from django.contrib.auth import authenticate

    assert authenticate(None, **{**credentials, "email": expert.email}) is None


# --- mails and jobs -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_code_mail_says_until_when_and_reads_alike_in_both_forms(expert: User, at: datetime) -> None:
    code_asked(expert, "12345678", at)

    mail = build(OutgoingMessage.objects.get(), at)

    assert mail is not None
    assert mail.subject.strip() == "1234 5678 : votre code de connexion à Vigie"
    for text in (mail.text, mail.html):
        assert "1234 5678" in text
        assert "10 h 40" in text.replace("\u00a0", " ")
        assert "Paul Petit" in text


@pytest.mark.django_db
def test_nightly_jobs_are_declared_and_run(at: datetime) -> None:
    habilitation = HabilitationFactory(ends_on=paris_day(at).replace(day=1))

    account = run("expire_habilitations", now=lambda: at)

    assert {job.name for job in registered_jobs()} >= {"expire_habilitations", "erase_ended_absences"}
    assert account == "1\u00a0habilitation expirée"
    assert Habilitation.objects.get(pk=habilitation.pk).state == "expired"


@pytest.mark.django_db
def test_sessions_that_are_over_are_erased(client: Client, expert: User, at: datetime) -> None:
    sign_in(client, expert)
    Session.objects.create(session_key="over", session_data="", expire_date=at)

    assert run("erase_ended_sessions", now=lambda: at + timedelta(seconds=1)) == "1\u00a0session terminée effacée"
    assert client.get("/mon-compte/").status_code == 200


@pytest.mark.django_db
def test_sign_in_helper_opens_a_session_of_the_team(client: Client, team: User) -> None:
    assert sign_in(client, team).get("/equipe/personnes/").status_code == 200


@pytest.mark.django_db
def test_session_of_the_team_without_its_record_is_refused(client: Client, team: User) -> None:
    set_second_factor(team)
    client.force_login(team)

    assert client.get("/equipe/personnes/").url == "/connexion/?next=%2Fequipe%2Fpersonnes%2F"
