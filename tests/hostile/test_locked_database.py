"""The database locked, too slow or away: a page in French that says what to do, and nothing half written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.http import HttpResponse
from django.test import Client

from tests.conftest import visible_text
from tests.hostile.pictures import changes, fails_at, picture
from tests.security.service import Service, build
from vigie.journal.models import AuditEvent
from vigie.matching.models import Solicitation
from vigie.portal.middleware import unavailable_page
from vigie.rights.models import RateCounter
from vigie.watchlists.queries.lists import list_page

ACTS = (
    "matching:request", "matching:contact", "matching:company", "matching:company_manual", "matching:description",
    "matching:add_precision", "matching:say_not_called", "matching:withdraw_request",
    "matching:answer", "matching:hand_over", "matching:comment", "matching:delete_comment",
    "matching:act_on_solicitation", "matching:add_expert", "matching:select_expert", "matching:requalify",
    "matching:refuse",
    "journal:release_message", "journal:cancel_message", "journal:resend_message", "journal:run_job",
    "accounts:me", "accounts:set_absence", "accounts:cancel_absence", "accounts:invite", "accounts:change",
    "accounts:add_habilitation", "accounts:decide", "account_login",
    "directory:add", "directory:add_under", "directory:edit", "directory:remove", "directory:zones",
    "directory:imports", "directory:import_decide",
)  # fmt: skip
MOST_STATEMENTS = 60
GROUPS = 6  # each builds the service once; every act finds it as it was
ALONE = "journal:run_job"  # it opens transactions that must be the outermost
CODE_TABLES = {"journal_event", "journal_outgoingmessage", "django_q_ormq"}


def is_the_page_of_a_wait(response: HttpResponse) -> bool:
    told = visible_text(response.content.decode())
    return (
        response.status_code == 503
        and int(response["Retry-After"]) > 0
        and "Service interrompu" in told
        and "Attendez quelques instants, puis recommencez" in told
        and "locked" not in told
    )


@pytest.mark.django_db
@pytest.mark.parametrize("group", range(GROUPS))
def test_locked_at_any_statement_an_act_leaves_nothing_half_written(group: int) -> None:
    service = build()
    for name in [name for name in ACTS if name != ALONE][group::GROUPS]:
        with transaction.atomic():
            _tried_at_each_statement(service, name)
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_locked_at_any_statement_a_job_run_by_hand_leaves_nothing_half_written() -> None:
    _tried_at_each_statement(build(), ALONE)


def _tried_at_each_statement(service: Service, name: str) -> None:
    act = service.act(name)
    client = service.client(act.who, raise_request_exception=False)
    before = picture()

    for rank in range(1, MOST_STATEMENTS):
        RateCounter.objects.all().delete()  # so many attempts would be too many
        with fails_at(rank) as refused:
            response = client.post(act.url, act.data)
        if not refused:
            break
        assert is_the_page_of_a_wait(response), (name, rank, refused[0][:120], response.status_code)
        if name == "account_login" and '"django_session"' in refused[0]:
            # The session is written when the page is over: the code owed by then opens nothing, for it is tied to a
            # session that does not exist. Whoever signs in asks for another.
            assert set(changes(before, picture())) <= CODE_TABLES
            before = picture()
            continue
        assert changes(before, picture()) == {}, (name, rank, refused[0][:120])

    assert rank > 1, name
    assert response.status_code == 302, (name, visible_text(response.content.decode())[:600])


@pytest.mark.django_db
def test_an_account_that_cannot_be_read_is_told_as_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    service = build()
    client = service.client("member", raise_request_exception=False)

    def away(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("vigie.accounts.middleware.person_for", away)

    assert is_the_page_of_a_wait(client.get("/besoins/"))


@pytest.mark.django_db
def test_another_fault_is_not_taken_for_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    service = build()
    client = service.client("member", raise_request_exception=False)

    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("vigie.accounts.middleware.person_for", broken)

    response = client.get("/besoins/")
    assert response.status_code == 500
    assert "fault of ours" not in response.content.decode()


# --- with a real lock -------------------------------------------------------------------------------------------------
@pytest.fixture
def lockable(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """A database on which somebody else can hold a lock, and that waits a fifth of a second for it."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        yield ""
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        return
    usual = connections["default"]
    usual.ensure_connection()
    path = tmp_path / "vigie.sqlite3"
    with sqlite3.connect(path) as copy:
        usual.connection.backup(copy)
    copy.close()
    lent = usual.copy()
    lent.settings_dict = deepcopy(usual.settings_dict) | {"NAME": str(path)}
    lent.settings_dict["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 0.2}
    connections["default"] = lent
    try:
        yield str(path)
    finally:
        lent.close()
        connections["default"] = usual


@pytest.mark.django_db(transaction=True)
def test_while_somebody_else_writes_reading_goes_on_and_writing_waits(lockable: str) -> None:
    service = build()
    act = service.act("matching:request")
    client = Client(raise_request_exception=False)
    other = connection.copy()

    with Held(other, lockable):
        read = client.get(act.url)
        refused = client.post(act.url, act.data)
    accepted = client.post(act.url, act.data)
    again = client.post(act.url, act.data)

    assert read.status_code == 200
    assert is_the_page_of_a_wait(refused)
    assert (accepted.status_code, again.status_code) == (302, 302)
    assert Solicitation.objects.filter(form_token=act.data["form_token"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_a_page_is_read_by_an_agent_who_leaves_a_trace_others_write(
    lockable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers would otherwise be served one after the other, however many processes there are."""
    service = build()
    written = 0

    def read_meanwhile(*args: Any, **named: Any) -> Any:
        nonlocal written
        with Held(connection.copy(), lockable):  # the write lock is free while the list is read
            written += 1
        return list_page(*args, **named)

    monkeypatch.setattr("vigie.watchlists.views.listing.list_page", read_meanwhile)
    before = AuditEvent.objects.count()
    shown = service.client("agent_a").get("/detection/")

    assert (shown.status_code, written, AuditEvent.objects.count()) == (200, 1, before + 1)


@pytest.mark.django_db
def test_a_page_whose_trace_cannot_be_written_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    service = build()
    client = service.client("agent_a", raise_request_exception=False)
    shown = visible_text(client.get("/detection/").content.decode())

    def away(*_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("vigie.journal.audit.bulk.insert_whole", away)
    refused = client.get("/detection/")

    assert "MENUISERIE" in shown.upper()
    assert is_the_page_of_a_wait(refused)
    assert "MENUISERIE" not in visible_text(refused.content.decode()).upper()


class Held:
    """Somebody else writes, and does not finish: the write lock of SQLite, the table of PostgreSQL."""

    def __init__(self, other: Any, path: str) -> None:
        self.other, self.path = other, path

    def __enter__(self) -> None:
        if self.path:
            self.raw = sqlite3.connect(self.path, isolation_level=None)
            self.raw.execute("BEGIN IMMEDIATE")
            return
        self.other.ensure_connection()
        self.other.set_autocommit(False)
        self.other.cursor().execute("LOCK TABLE matching_solicitation IN EXCLUSIVE MODE")

    def __exit__(self, *_: object) -> None:
        if self.path:
            self.raw.execute("ROLLBACK")
            self.raw.close()
            return
        self.other.rollback()
        self.other.close()


@pytest.mark.django_db
def test_the_page_asks_nothing_of_the_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert is_the_page_of_a_wait(unavailable_page(OperationalError("database is locked")))
