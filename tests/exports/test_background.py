"""Long exports: made by a job with the rights of that moment, told once, kept a day, erased."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

from tests.accounts.factories import UserFactory, person
from tests.exports.factories import Row, declared, long_sheet, ready_export
from vigie.accounts.models import User
from vigie.exports import background, storage
from vigie.exports.actions import BROKEN, ask, fail
from vigie.exports.background import expire, produce, resume
from vigie.exports.models import ExportRecord
from vigie.exports.registry import Content
from vigie.exports.rules import GIVEN_UP, KEPT, LEASE
from vigie.journal.delivery import build as build_mail
from vigie.journal.jobs import queued
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.errors import Forbidden
from vigie.kernel.period import paris_day
from vigie.rights.person import Person

pytestmark = pytest.mark.django_db
ROWS = 5_600
Builder = Callable[[Person, dict[str, Any], datetime], Content]


@pytest.fixture
def user() -> User:
    return UserFactory(team=True)


def made_of(builder: Builder, user: User, at: datetime) -> ExportRecord:
    """An export asked for, then made by the job with this builder."""
    with declared("list", builder):
        record = ask("list", {}, "csv", long_sheet(ROWS), by=person(user), at=at)
        produce(at=at, export_id=record.pk, now=lambda: at)
    record.refresh_from_db()
    return record


def simple(*_: Any) -> Content:
    return long_sheet(ROWS)


def test_file_waits_a_day_for_its_author_who_is_told_once(user: User, at: datetime) -> None:
    record = made_of(simple, user, at)
    mail = build_mail(OutgoingMessage.objects.get(), at)

    assert (record.state, record.row_count, record.expires_at) == ("ready", ROWS, at + KEPT)
    assert storage.path_of(record).read_bytes().count(b"\r\n") == ROWS + 10
    assert storage.path_of(record).stat().st_mode & 0o077 == 0
    assert mail is not None
    assert (mail.to, mail.subject) == (user.email, "Votre export est prêt")
    assert "/mes-exports/" in mail.text
    assert record.title not in mail.text
    assert record.file_name not in mail.text


def test_mail_that_comes_too_late_is_not_sent(user: User, at: datetime) -> None:
    made_of(simple, user, at)

    assert build_mail(OutgoingMessage.objects.get(), at + KEPT) is None


def test_file_is_made_with_the_rights_of_the_moment_it_is_made(user: User, at: datetime) -> None:
    seen: list[frozenset[Any]] = []

    def builder(by: Person, parameters: dict[str, Any], moment: datetime) -> Content:
        seen.append(by.roles)
        return long_sheet(ROWS)

    with declared("list", builder):
        record = ask("list", {}, "csv", long_sheet(ROWS), by=person(user), at=at)
        user.habilitations.update(ends_on=paris_day(at))
        produce(at=at + timedelta(days=2), export_id=record.pk, now=lambda: at + timedelta(days=2))

    assert seen == [frozenset()]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Http404(), background.OUT_OF_REACH),
        (Forbidden("x", "Droit perdu."), "Droit perdu."),
    ],
)
def test_what_may_no_longer_be_exported_fails_and_its_author_knows(
    error: Exception, reason: str, user: User, at: datetime
) -> None:
    def builder(*_: Any) -> Content:
        raise error

    record = made_of(builder, user, at)
    mail = build_mail(OutgoingMessage.objects.get(), at)

    assert (record.state, record.reason) == ("failed", reason)
    assert mail is not None
    assert reason in mail.text
    assert list(storage.stored()) == []


def test_fault_of_ours_is_seen_by_the_team_and_hidden_from_the_author(user: User, at: datetime) -> None:
    def rows() -> Iterator[Row]:
        yield Row()
        raise ValueError("un nom")

    with pytest.raises(ValueError, match="un nom"):
        made_of(lambda *_: replace(long_sheet(ROWS), rows=rows), user, at)

    record = ExportRecord.objects.get()
    assert (record.state, record.reason) == ("failed", BROKEN)
    assert list(storage.stored()) == []


def test_export_is_made_by_one_maker_at_a_time(user: User, at: datetime) -> None:
    with declared("list", simple):
        record = ask("list", {}, "csv", long_sheet(ROWS), by=person(user), at=at)
        ExportRecord.objects.filter(pk=record.pk).update(lease="autre", leased_until=at + LEASE, attempts=1)

        assert "pris par un autre" in produce(at=at, export_id=record.pk, now=lambda: at)
        produce(at=at, export_id=record.pk, now=lambda: at + LEASE)
        assert "terminé" in produce(at=at, export_id=record.pk, now=lambda: at + 2 * LEASE)

    record.refresh_from_db()
    assert (record.state, record.attempts) == ("ready", 2)
    assert AuditEvent.objects.filter(action="export_made").count() == 1
    assert OutgoingMessage.objects.count() == 1


def test_maker_who_lost_his_lease_writes_nothing_more(user: User, at: datetime) -> None:
    moments = iter([at + timedelta(seconds=20) * n for n in range(100)])

    def rows() -> Iterator[Row]:
        for number in range(ROWS):
            if number == 3_000:
                ExportRecord.objects.update(lease="autre")
            yield Row(number)

    with declared("list", lambda *_: replace(long_sheet(ROWS), rows=rows)):
        record = ask("list", {}, "csv", long_sheet(ROWS), by=person(user), at=at)
        told = produce(at=at, export_id=record.pk, now=lambda: next(moments))

    record.refresh_from_db()
    assert "repris par un autre" in told
    assert record.state == "requested"
    assert list(storage.stored()) == []
    assert not OutgoingMessage.objects.exists()


def test_slow_maker_keeps_his_lease(user: User, at: datetime) -> None:
    moments = iter([at + timedelta(seconds=30) * n for n in range(100)])

    with declared("list", simple):
        record = ask("list", {}, "csv", long_sheet(ROWS), by=person(user), at=at)
        produce(at=at, export_id=record.pk, now=lambda: next(moments))

    record.refresh_from_db()
    assert record.state == "ready"
    assert record.leased_until is not None
    assert record.leased_until > at + LEASE


def test_export_without_news_goes_back_in_the_queue_once_and_is_given_up_in_the_end(user: User, at: datetime) -> None:
    from django_q.models import OrmQ

    with declared("list", simple):
        record = ask("list", {}, "csv", long_sheet(ROWS), by=person(user), at=at)
    resume(at=at + LEASE)
    assert len(queued()) == 1  # it still waits there
    OrmQ.objects.all().delete()

    assert "0" in resume(at=at)
    resume(at=at + LEASE)
    resume(at=at + LEASE)
    assert len(queued()) == 1

    OrmQ.objects.all().delete()
    ExportRecord.objects.update(attempts=3, lease="mort", leased_until=at)
    resume(at=at)
    record.refresh_from_db()
    assert (record.state, [job.name for job in queued()]) == ("failed", ["deliver_message"])


def test_file_is_erased_when_its_day_is_over(user: User, at: datetime) -> None:
    record = ready_export("EXP-2345-6789", user, person(user), at)
    orphan = storage.folder() / "EXP-9999-9999.ffff.csv"
    orphan.write_bytes(b"x")

    expire(at=at)
    assert (storage.path_of(record).exists(), orphan.exists()) == (True, False)

    expire(at=at + KEPT)
    record.refresh_from_db()
    assert (record.state, record.ended_at) == ("expired", at + KEPT)
    assert not storage.path_of(record).exists()
    assert "0" in expire(at=at + KEPT)


def test_rows_left_by_a_killed_writer_are_erased(user: User, at: datetime, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, age in (("vigie-export-a", KEPT * 2), ("vigie-export-b", GIVEN_UP), ("autre", KEPT * 2)):
        (tmp_path / name).mkdir()
        moment = (at - age).timestamp()
        os.utime(tmp_path / name, (moment, moment))

    expire(at=at)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "exports") == ["autre", "vigie-export-b"]


def test_export_that_was_never_given_ends(user: User, at: datetime) -> None:
    record = ask("list", {}, "csv", long_sheet(12), by=person(user), at=at)

    expire(at=at + GIVEN_UP)
    record.refresh_from_db()
    assert record.state == "failed"
    assert not OutgoingMessage.objects.exists()  # nobody waits for a mail


def test_failure_is_in_the_audit(user: User, at: datetime) -> None:
    record = ask("list", {}, "csv", long_sheet(12), by=person(user), at=at)
    fail(record, "Raison.", at=at)

    assert AuditEvent.objects.get(action="export_failed").details == {"rows": None, "reason": "Raison."}
