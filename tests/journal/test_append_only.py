"""What happened cannot be changed nor erased, even by raw SQL."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.cache import caches
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from tests.accounts.factories import UserFactory
from vigie.journal.actions import record
from vigie.journal.append_only import lifted
from vigie.journal.models import Event
from vigie.rights.person import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(at: datetime) -> Event:
    return record("account.signed_in", UserFactory(), by=SYSTEM, at=at)


@pytest.mark.parametrize("statement", ["UPDATE journal_event SET name = 'other'", "DELETE FROM journal_event"])
def test_the_database_refuses(statement: str, event: Event) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Event.objects.get().name == "account.signed_in"


def test_the_orm_is_refused_too(event: Event) -> None:
    event.name = "account.changed"

    for act in (event.save, event.delete, Event.objects.all().delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


def test_retention_may_lift_the_protection_and_it_comes_back(event: Event, at: datetime) -> None:
    with lifted(connection):
        Event.objects.all().delete()
    again = record("account.signed_in", UserFactory(), by=SYSTEM, at=at)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        again.delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2])
def test_a_transactional_test_leaves_an_empty_and_protected_journal(round_: int, event: Event) -> None:
    assert Event.objects.count() == 1

    with pytest.raises(IntegrityError, match="append-only"):
        event.delete()


def test_migrate_makes_the_table_of_the_cache(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

    caches["default"].set("key", "value")

    assert caches["default"].get("key") == "value"
