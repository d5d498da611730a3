"""The test bench: closed network, fixed moment, template faults that fail."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as vigie
from django.core.cache import cache, caches
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.template import engines
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket, enable_socket

from tests.detection.intake.shared_samples import shared_sources
from tests.migrated_once import MigratedOnce
from vigie.journal import append_only
from vigie.rights import limits
from vigie.tuning.queries import keep

CHROMIUM = os.environ.get("VIGIE_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# No test depends on how fast the machine is.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


# Counts of queries are made by the ORM, the same on both engines: decision 0016.
GROWTH = re.compile(r"do_not_grow|as_many_quer|same_quer|same_number_of_quer|reads?_as_m|as_much_for|costs_the_same")


# Half a minute each in processes of their own: one of them begun last would leave the other processor idle.
LONG = re.compile(r"killed|test_kill|_trials|test_parts|test_example|memory_does_not_grow")


def asks_the_database(item: pytest.Item) -> bool:
    """Whether the engine can answer it otherwise: the others find the database closed (decision 0016)."""
    if item.get_closest_marker("django_db") or item.get_closest_marker("engine"):
        return True
    return not {"db", "transactional_db"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if not asks_the_database(item):
            item.add_marker("no_database")
        if GROWTH.search(item.name):
            item.add_marker("growth")
    items.sort(key=lambda item: bool(item.get_closest_marker("browser")) or not LONG.search(item.nodeid))
    if shared_sources() is None:  # nothing to read: left out and counted as such, not skipped one by one
        left_out = [item for item in items if item.get_closest_marker("samples")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_runtest_setup() -> None:
    # Unix sockets reach the throw-away PostgreSQL cluster; nothing else may leave the process.
    disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The one browser of the session: two of these cannot live in one process."""
    from playwright.sync_api import sync_playwright

    enable_socket()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def at() -> datetime:
    """The moment of the tests: a Wednesday morning, in UTC."""
    return datetime(2026, 3, 18, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()
    caches["local"].clear()
    limits.forget_local_counts()
    keep({}, datetime.max.replace(tzinfo=UTC))  # the settings, as they start: no query, until a test changes one
    return


# What the migrations fill, row by row: tests of both kinds are mixed by the sharing out of work, and each finds it.
_KEPT: dict[str, list[tuple[Any, ...]]] = {}


def _filled(cursor: Any) -> list[str]:
    """The tables that have rows. 1 query."""
    tables = sorted(
        {*connection.introspection.django_table_names(only_existing=True, include_views=False)} - _KEPT.keys()
    )
    cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables))  # noqa: S608 (names of tables)
    return [table for (table,) in cursor.fetchall()]


def _rows(cursor: Any, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
    return sorted(cursor.fetchall(), key=repr)


def _fill_again(cursor: Any) -> None:
    """The tables that the migrations fill, as they filled them."""
    for table, found in _KEPT.items():
        if _rows(cursor, table) != found:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(found[0]))})", found)  # noqa: S608


def _empty_tables(self: TransactionTestCase) -> None:
    """Deletes the rows of the tables that have some: a TRUNCATE of all of them costs a hundred files on PostgreSQL.

    In one transaction, where foreign keys are checked at the end, and without the triggers of what is append-only.
    """
    with transaction.atomic(), append_only.lifted(connection), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # all rows go: no need to look at keys one by one (92 s)
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _filled(cursor):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        _fill_again(cursor)


@pytest.fixture(autouse=True)
def _no_head_of_another_base() -> None:
    """Each test has a base of its own; the heads of the audit are files, which no rollback takes back."""
    shutil.rmtree(vigie.VIGIE.audit_heads_folder, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _pages_are_loaded_before_a_test_stops_the_clock() -> None:
    """A page first imported while a test holds ``clock.now`` would keep the stopped one for all the tests after it."""
    import_module(vigie.ROOT_URLCONF)


@pytest.fixture(autouse=True, scope="session")
def _transactional_tests_leave_nothing() -> Iterator[None]:
    """A transactional test ends by emptying the tables."""
    teardown = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]


class UndefinedVariable(str):
    """What an undefined variable of our own templates becomes: an error that names it.

    Templates of the libraries (dsfr, allauth, django) count on undefined variables being empty; ours do not.
    """

    def __mod__(self, name: Any) -> str:
        raise AssertionError(f"undefined template variable: {name}")

    def __contains__(self, text: object) -> bool:
        return text == "%s"


@pytest.fixture
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test when a rendered template names a variable that its page does not give."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", UndefinedVariable("%s"))


def end(answer: Any) -> None:
    """Ends an answer taken outside the test client, as the client does: the test's transaction stays open."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


def visible_text(html: str) -> str:
    """The text of a page, tags removed and spaces folded: for assertions on what a person reads."""
    text = re.sub(r"(?s)<(script|style)[^>]*>.*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture(scope="session")
def _copied_migrations() -> MigratedOnce:
    return MigratedOnce().install()


@pytest.fixture(scope="session")
def django_db_setup(_copied_migrations: MigratedOnce, django_db_setup: None, django_db_blocker: Any) -> None:
    """The databases of pytest-django; on SQLite they are migrated once for all processes."""
    _copied_migrations.remove()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        _KEPT.update({table: _rows(cursor, table) for table in _filled(cursor)})
