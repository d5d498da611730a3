"""The marks move with every change that the pages of the address book show, whoever makes it and however."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from bench import service_world
from bench.service_world import DAY, Sizes
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import AT, HabilitationFactory, UserFactory
from tests.conftest import _empty_tables
from vigie.accounts.models import Absence, Antenne, User
from vigie.directory import marks as triggers
from vigie.directory.marks import TABLES, WATCHED
from vigie.directory.models import AnswerGrouping, Expert, ExpertZone, MatchFilter, TableMark
from vigie.directory.queries import coverage, coverage_look
from vigie.directory.queries.coverage_rows import BOOK, GROUND
from vigie.directory.queries.marks import Kept, marks
from vigie.journal.models import Event, OutgoingMessage
from vigie.territory.models import Zone

pytestmark = pytest.mark.django_db
SMALL = Sizes(institutions=4, antennes=8, experts=12, users=12, subjects=4)


@pytest.fixture
def world() -> None:
    service_world.write_small_territory()
    service_world.build(SMALL, seed=3)


def moved(act: Callable[[], object]) -> set[str]:
    """The tables whose marks an act moves."""
    before = {table: marks().of(frozenset({table})) for table in TABLES}
    act()
    return {table for table in TABLES if marks().of(frozenset({table})) != before[table]}


def run(sql: str) -> Callable[[], None]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return act


def _message(state: str) -> OutgoingMessage:
    event = Event.objects.create(name="account.invited", at=AT, actor_kind="system", subject_type="x", subject_id="1")
    return OutgoingMessage.objects.create(
        event=event, template="t", audience="a", recipient="a@exemple.fr", subject_type="x", subject_id="1",
        unique_key=f"k{event.pk}", message_id=f"m{event.pk}", state=state, created_at=AT, due_at=AT,
        next_attempt_at=AT, ended_at=None if state == "waiting" else AT, error="refusée" if state == "failed" else "",
    )  # fmt: skip


def test_raw_statements_move_the_mark_of_their_table_alone(world: None) -> None:
    Absence.objects.create(user=User.objects.all()[0], starts_on=DAY, ends_on=DAY)
    AnswerGrouping.objects.create(expert=Expert.objects.all()[0])
    MatchFilter.objects.create(expert=Expert.objects.all()[0])
    HabilitationFactory(user=User.objects.all()[0], role="expert")
    Zone.objects.create(zone_type="region", code="32", name="Hauts", name_folded="HAUTS", vintage=2026)
    for watch in WATCHED:
        if watch.columns:
            continue
        column = "code" if watch.table == "territory_commune" else "id"

        assert moved(run(f"UPDATE {watch.table} SET {column} = {column}")) == {watch.table}, watch.table  # noqa: S608

    assert moved(run("DELETE FROM accounts_absence")) == {"accounts_absence"}
    assert moved(run("DELETE FROM accounts_absence")) <= {
        "accounts_absence"
    }  # no row: one engine marks it all the same


def test_bulk_writes_move_the_marks(world: None) -> None:
    expert = Expert.objects.order_by("pk")[0]
    line = ExpertZone(expert=expert, zone_type="commune", code="01900")
    again = ExpertZone(expert=expert, zone_type="commune", code="01901")

    assert moved(lambda: ExpertZone.objects.bulk_create([line])) == {"directory_expertzone"}
    assert moved(lambda: ExpertZone.objects.bulk_create([again], ignore_conflicts=True)) == {"directory_expertzone"}
    assert moved(lambda: Expert.objects.filter(pk=expert.pk).update(full_name="X")) == {"directory_expert"}
    assert "directory_expertzone" in moved(lambda: ExpertZone.objects.all().delete())


def test_an_account_marks_what_is_shown_of_it_alone(db: None) -> None:
    user = UserFactory()
    same = User.objects.filter(pk=user.pk)

    assert moved(lambda: same.update(last_login=AT, session_epoch=4)) == set()
    assert moved(lambda: same.update(full_name=user.full_name)) == set()
    for change in ({"full_name": "Z"}, {"email": "z@exemple.fr"}, {"is_active": False}, {"deleted_at": AT}):
        assert moved(lambda change=change: same.update(**change)) == {"accounts_user"}, change
    assert moved(lambda: same.update(antenne=None)) <= {"accounts_user"}
    assert moved(lambda: same.delete()) >= {"accounts_user"}


def test_a_message_counts_when_it_is_refused(db: None) -> None:
    found: list[OutgoingMessage] = []
    only = {"journal_outgoingmessage"}

    assert moved(lambda: found.append(_message("waiting"))) == set()
    one = OutgoingMessage.objects.filter(pk=found[0].pk)
    assert moved(lambda: one.update(state="sent", ended_at=AT)) == set()
    assert moved(lambda: one.update(state="failed", error="refusée")) == only
    assert moved(lambda: one.update(recipient="b@exemple.fr")) == only
    assert moved(lambda: one.update(error="x")) == set()
    assert moved(lambda: one.delete()) == only
    assert moved(lambda: found.append(_message("failed"))) == only


def test_two_changes_of_one_transaction_have_two_marks(world: None) -> None:
    """A page looked at in the middle of a transaction is not kept for its end."""
    for name in ("A", "B"):
        assert moved(lambda name=name: Antenne.objects.filter(pk=1).update(name=name)) <= {"accounts_antenne"}
        assert moved(lambda name=name: Expert.objects.all().update(job=name)) == {"directory_expert"}
    assert TableMark.objects.filter(table_name="directory_expert").count() == 1


def test_what_was_seen_of_a_change_taken_back_never_comes_back(world: None) -> None:
    asked = frozenset({"directory_expert"})
    before = marks().of(asked)
    inside = []
    for name in ("A", "B"):
        with transaction.atomic():
            Expert.objects.all().update(job=name)
            inside.append(marks().of(asked))
            transaction.set_rollback(True)

    assert marks().of(asked) == before
    assert len({before, *inside}) == 3


def test_the_triggers_lost_by_a_table_made_anew_come_back_with_a_migration(world: None) -> None:
    names = triggers._names(connection, "directory_expert")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {names[0]}" + ("" if connection.vendor == "sqlite" else " ON directory_expert"))

    assert moved(lambda: triggers.install(connection)) == TABLES
    assert moved(lambda: triggers.install(connection)) == set()
    assert moved(lambda: ExpertZone.objects.all().delete()) == {"directory_expertzone"}
    assert moved(lambda: Expert.objects.all().update(job="X")) == {"directory_expert"}


def test_the_migration_goes_back_and_forth() -> None:
    triggers.uninstall(connection)
    assert moved(lambda: UserFactory(full_name="X")) == set()
    triggers.install(connection)
    assert moved(lambda: UserFactory(full_name="Y")) >= {"accounts_user"}


@pytest.mark.django_db(transaction=True)
def test_migrating_leaves_the_marks_of_a_base_in_order(world: None) -> None:
    assert moved(lambda: call_command("migrate", verbosity=0)) == set()


def _tables(queries: CaptureQueriesContext) -> Iterator[str]:
    for query in queries.captured_queries:
        yield from re.findall(r"\b(?:FROM|JOIN)\s+\"?(\w+)\"?", query["sql"])


def test_each_table_that_coverage_reads_is_watched(world: None) -> None:
    coverage.forget()
    with CaptureQueriesContext(connection) as queries:
        coverage.picture(DAY)
    assert {*_tables(queries)} == {"directory_tablemark", *BOOK, *GROUND}

    for read, kept in ((coverage_look._choices, coverage_look._CHOICES), (coverage_look._names, coverage_look._NAMES)):
        with CaptureQueriesContext(connection) as queries:
            read()
        assert {*_tables(queries)} == kept.tables


def test_nothing_is_kept_of_a_table_without_mark(world: None) -> None:
    kept: Kept[object] = Kept("directory_expert")
    assert kept.get(marks(), 1, object) is kept.get(marks(), 1, object)

    TableMark.objects.all().delete()

    assert kept.get(marks(), 1, object) is not kept.get(marks(), 1, object)
    Expert.objects.all().update(job="X")
    assert kept.get(marks(), 1, object) is kept.get(marks(), 1, object)


def test_what_is_kept_goes_with_the_mark_and_when_there_is_too_much(world: None) -> None:
    kept: Kept[object] = Kept("directory_expert", most=2)
    first, second = kept.get(marks(), 1, object), kept.get(marks(), 2, object)
    assert (kept.get(marks(), 1, object), kept.get(marks(), 2, object)) == (first, second)

    kept.get(marks(), 3, object)
    assert kept.get(marks(), 1, object) is not first
    with pytest.raises(ValueError, match="nobody watches"):
        Kept("matching_need")


@pytest.mark.django_db(transaction=True)
def test_the_marks_outlive_a_test_that_empties_the_tables(world: None) -> None:
    """Else the tests after it would find a base that no migration leaves."""
    _empty_tables(cast(TransactionTestCase, None))

    assert not Expert.objects.exists()
    assert set(TableMark.objects.values_list("table_name", flat=True)) == TABLES
