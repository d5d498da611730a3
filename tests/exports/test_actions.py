"""Asking for an export: written down before the file, nothing without the audit, what was made told afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError
from django.http import Http404

from tests.accounts.factories import UserFactory, person
from tests.conftest import end
from tests.exports.factories import Row, declared, long_sheet, sheet_of
from vigie.accounts.models import User
from vigie.exports import actions
from vigie.exports.actions import ask, build, give
from vigie.exports.models import ExportRecord
from vigie.exports.registry import Content, register_exporter
from vigie.journal import audit
from vigie.journal.jobs import queued
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.rights.person import Person

pytestmark = pytest.mark.django_db
ASKED = {"dep": ["35"]}


@pytest.fixture
def user() -> User:
    return UserFactory(team=True)


@pytest.fixture
def by(user: User) -> Person:
    return person(user)


@pytest.fixture(autouse=True)
def _exporter() -> Iterator[None]:
    with declared("list", lambda person, parameters, at: sheet_of()):
        yield


def asked(by: Person, at: datetime, content: Content | None = None, file_format: str = "csv") -> ExportRecord:
    return ask("list", ASKED, file_format, content or sheet_of(), by=by, at=at)


def of_rows(rows: Callable[[], Iterator[Row]]) -> Content:
    return replace(sheet_of(()), rows=rows, count=1)


def test_record_says_what_was_asked_and_the_audit_too(by: Person, at: datetime) -> None:
    record = asked(by, at)
    row = AuditEvent.objects.get()

    assert record.state == "requested"
    assert (record.title, record.version, record.about) == ("Liste de détection de juin 2026", "2026-06.1", "2026-06.1")
    assert record.filters == [["Département", "35"], ["Alerte", "élevée"]]
    assert record.file_name == "liste-de-detection-de-juin-2026-2026-03-18.csv"
    assert (row.action, row.object_type, row.object_id) == ("export", "exports.ExportRecord", record.code)
    assert row.details == {
        "exporter": "list", "format": "csv", "about": "2026-06.1", "version": "2026-06.1", "parameters": ASKED,
        "rows": 1,
    }  # fmt: skip


def test_file_is_made_once_the_record_and_the_audit_are_written(by: Person, at: datetime) -> None:
    seen: list[tuple[int, int]] = []

    def rows() -> Iterator[Row]:
        seen.append((ExportRecord.objects.count(), AuditEvent.objects.count()))
        yield Row()

    content = of_rows(rows)
    end(give(asked(by, at, content), content, by=by, at=at))

    assert seen == [(1, 1)]


def test_what_was_made_is_told_by_a_second_row_of_the_audit(by: Person, at: datetime) -> None:
    content = sheet_of([Row(), Row()])
    record = asked(by, at, content)
    with give(record, content, by=by, at=at) as file:
        data = file.read()
    made = AuditEvent.objects.get(action="export_made")

    assert (record.state, record.row_count, record.size) == ("given", 2, len(data))
    assert record.sha256 == hashlib.sha256(data).hexdigest()
    assert made.details == {"rows": 2, "bytes": len(data), "sha256": record.sha256}
    assert (made.object_id, made.actor_id) == (record.code, by.user_id)
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == ["export.asked", "export.given"]


def test_no_export_without_its_row_in_the_audit(by: Person, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(audit, "note", away)

    with pytest.raises(DatabaseError):
        asked(by, at, long_sheet(6_000))
    assert not ExportRecord.objects.exists()
    assert not queued()


def test_file_is_not_given_when_what_it_holds_cannot_be_told(
    by: Person, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sheet_of()
    record = asked(by, at, content)
    real = audit.note

    def away(action: str, *args: Any, **kwargs: Any) -> Any:
        if action == "export_made":
            raise DatabaseError
        return real(action, *args, **kwargs)

    monkeypatch.setattr(audit, "note", away)

    with pytest.raises(DatabaseError):
        give(record, content, by=by, at=at)
    record.refresh_from_db()
    assert record.state == "failed"
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["export", "export_failed"]


@pytest.mark.parametrize(
    ("error", "reason"), [(Refused("x", "Trop de lignes."), "Trop de lignes."), (ValueError("nom"), actions.BROKEN)]
)
def test_file_that_cannot_be_made_fails_and_says_why(error: Exception, reason: str, by: Person, at: datetime) -> None:
    def rows() -> Iterator[Row]:
        yield Row()
        raise error

    content = of_rows(rows)
    record = asked(by, at, content)

    with pytest.raises(type(error)):
        give(record, content, by=by, at=at)
    record.refresh_from_db()
    assert (record.state, record.reason, record.ended_at) == ("failed", reason, at)


def test_long_export_is_queued_and_nothing_is_given(by: Person, at: datetime) -> None:
    record = asked(by, at, long_sheet(5_001))

    assert record.background
    assert [(job.name, job.arguments) for job in queued()] == [("produce_export", {"export_id": record.pk})]
    assert not asked(by, at, long_sheet(5_000)).background


@pytest.mark.parametrize("file_format", ["docx", "odt", ""])
def test_format_that_is_not_declared_is_refused(file_format: str, by: Person, at: datetime) -> None:
    with pytest.raises(InvalidInput):
        build("list", {}, file_format, by=by, at=at)


def test_nobody_exports_in_the_name_of_another(by: Person, at: datetime) -> None:
    with pytest.raises(Forbidden):
        build("list", {}, "csv", by=replace(by, acting_for_id=12), at=at)


def test_what_is_out_of_reach_leaves_no_record(by: Person, at: datetime) -> None:
    def nowhere(*_: Any) -> Content:
        raise Http404

    with declared("far", nowhere), pytest.raises(Http404):
        build("far", {}, "csv", by=by, at=at)
    assert not ExportRecord.objects.exists()


def test_an_export_is_declared_once_with_formats_of_one_kind() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        register_exporter("list", lambda *_: sheet_of(), formats=("csv",))
    for formats in ((), ("csv", "pdf"), ("odt",)):
        with pytest.raises(ValueError, match="formats"):
            register_exporter("other", lambda *_: sheet_of(), formats=formats)
