"""« Mes exports », the files taken there, and what a subject's view answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import UserFactory, person, sign_in
from tests.conftest import end, visible_text
from tests.exports.factories import declared, document, long_sheet, ready_export, sheet_of
from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.exports import answers, storage
from vigie.exports.answers import give
from vigie.exports.formats import BY_CODE, FORMATS
from vigie.exports.models import ExportRecord
from vigie.exports.registry import FOR_DOCUMENTS
from vigie.exports.rules import KEPT
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.errors import TooMany
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PAGE = "/mes-exports/"
CODE = "EXP-2345-6789"
FILE = f"{PAGE}{CODE}/"


@pytest.fixture
def user() -> User:
    return UserFactory(team=True)


@pytest.fixture
def moment() -> datetime:
    return now()


def waiting(user: User, at: datetime, code: str = CODE) -> ExportRecord:
    return ready_export(code, user, person_for(user, at), at, b"contenu")


# --- the page -------------------------------------------------------------------------------------------------------
def test_page_says_what_each_export_has_become(client: Client, user: User, moment: datetime) -> None:
    waiting(user, moment)
    over = waiting(user, moment - 2 * KEPT, "EXP-3333-3333")
    failed = waiting(user, moment, "EXP-4444-4444")
    ExportRecord.objects.filter(pk=failed.pk).update(
        **{"state": "failed", "ended_at": moment, "reason": "Trop de lignes."}
    )
    page = visible_text(sign_in(client, user).get(PAGE).content.decode())

    assert f"Télécharger {CODE}" in page
    assert f"Télécharger {over.code}" not in page
    assert "Expiré" in page
    assert "Trop de lignes." in page


def test_page_of_who_exported_nothing(client: Client, user: User) -> None:
    answer = sign_in(client, user).get(PAGE)

    assert "Vous n’avez demandé aucun export." in visible_text(answer.content.decode())
    assert "Refresh" not in answer


def test_page_comes_again_while_an_export_is_made(client: Client, user: User, moment: datetime) -> None:
    record = waiting(user, moment)
    ExportRecord.objects.filter(pk=record.pk).update(**{"state": "requested"})

    assert sign_in(client, user).get(PAGE)["Refresh"] == "10"


def test_page_asks_as_much_for_many_exports(client: Client, user: User, moment: datetime) -> None:
    sign_in(client, user)
    client.get(PAGE)

    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        return len(seen)

    for number in range(20):
        waiting(user, moment, f"EXP-2222-{number:04d}")
    few = queries()
    for number in range(20, 100):
        waiting(user, moment, f"EXP-2222-{number:04d}")
    assert queries() == few


# --- the file -------------------------------------------------------------------------------------------------------
def test_author_takes_the_file_and_the_audit_says_so(client: Client, user: User, moment: datetime) -> None:
    record = waiting(user, moment)
    answer = sign_in(client, user).get(FILE)

    assert b"".join(answer.streaming_content) == b"contenu"  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="liste-2026-03-18.csv"'
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"
    row = AuditEvent.objects.get(action="export_taken")
    assert (row.object_id, row.actor_id, row.details) == (CODE, user.pk, {"sha256": record.sha256})


def test_nobody_else_takes_it_be_he_of_the_team(client: Client, user: User, moment: datetime) -> None:
    waiting(user, moment)

    assert sign_in(client, UserFactory(team=True)).get(FILE).status_code == 404
    assert CODE not in client.get(PAGE).content.decode()
    assert Client().get(FILE).status_code == 302


def test_nobody_takes_it_once_its_day_is_over(client: Client, user: User, moment: datetime) -> None:
    waiting(user, moment - KEPT)

    assert sign_in(client, user).get(FILE).status_code == 404


def test_author_whose_rights_changed_asks_again(client: Client, user: User, moment: datetime) -> None:
    waiting(user, moment)
    user.habilitations.create(
        role=Role.EXPERT, state="granted", starts_on=moment.date() - timedelta(days=2),
        requested_at=moment, granted_at=moment, granted_by=user,
    )  # fmt: skip
    answer = sign_in(client, user).get(FILE)

    assert answer.status_code == 403
    assert "Vos droits ont changé" in visible_text(answer.content.decode())
    assert AuditEvent.objects.get(action="export_taken").result == "denied"


def test_file_that_is_no_longer_there_is_not_found(client: Client, user: User, moment: datetime) -> None:
    storage.path_of(waiting(user, moment)).unlink()

    assert sign_in(client, user).get(FILE).status_code == 404


# --- what a subject's view answers ----------------------------------------------------------------------------------
class _Messages:
    """Messages of a request that no middleware prepared."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def add(self, level: int, message: str, extra_tags: str = "") -> None:
        self.said.append(message)


@pytest.fixture
def request_of(rf: Any, user: User, at: datetime) -> HttpRequest:
    request = rf.post("/x/")
    request.user, request.person, request._messages = user, person(user), _Messages()
    return request


@pytest.fixture
def _proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "confirm_first", lambda *_: None)


@pytest.fixture(params=[one.code for one in FORMATS])
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param in FOR_DOCUMENTS:
        with declared("list", lambda *_: document(), FOR_DOCUMENTS):
            yield request.param
    else:
        with declared("list", lambda *_: sheet_of()):
            yield request.param


def test_small_export_is_the_answer(request_of: HttpRequest, kind: str) -> None:
    answer: Any = give(request_of, "list", {}, kind, back="/x/?q=a")
    data = b"".join(answer.streaming_content)
    record = ExportRecord.objects.get()

    assert answer["Content-Type"] == BY_CODE[kind].content_type
    assert f'filename="{record.file_name}"' in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store, private"
    assert (record.state, record.size) == ("given", len(data))
    end(answer)


@pytest.mark.usefixtures("_proved")
def test_long_export_leads_to_the_page(request_of: HttpRequest) -> None:
    with declared("list", lambda *_: long_sheet(5_001)):
        answer: Any = give(request_of, "list", {}, "csv", back="/x/?q=a")

    assert answer["Location"] == PAGE
    assert ExportRecord.objects.get().code in request_of._messages.said[0]  # type: ignore[attr-defined]


def test_many_rows_ask_first_for_a_proof_and_come_back(
    request_of: HttpRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.accounts.session.proved_within", lambda *_: False)
    with declared("list", lambda *_: long_sheet(501)):
        answer: Any = give(request_of, "list", {}, "csv", back="/x/?q=a")

    assert answer["Location"] == f"{reverse('confirm_identity')}?next=%2Fx%2F%3Fq%3Da"
    assert not ExportRecord.objects.exists()
    with declared("list", lambda *_: long_sheet(500)):
        given = give(request_of, "list", {}, "csv", back="/x/?q=a")
        assert given.status_code == 200
        end(given)


def test_ten_exports_an_hour(request_of: HttpRequest) -> None:
    with declared("list", lambda *_: sheet_of()):
        for _ in range(10):
            end(give(request_of, "list", {}, "csv", back="/x/?q=a"))
        with pytest.raises(TooMany):
            give(request_of, "list", {}, "csv", back="/x/?q=a")
    assert ExportRecord.objects.count() == 10
