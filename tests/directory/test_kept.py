"""What is kept of coverage and of the anomalies is what would be worked out anew, after any change of any row."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import pytest
from bench import service_world
from bench.service_world import DAY, Sizes
from django.apps import apps
from django.db import Error, connection, transaction
from django.db.models import Model, ProtectedError, RestrictedError
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import AT, HabilitationFactory, InstitutionFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.test_anomalies import _refused
from tests.matching.real_threads import at_once
from vigie.accounts.models import Absence, User
from vigie.directory.marks import TABLES
from vigie.directory.models import AnswerGrouping, Expert, MatchFilter, TableMark
from vigie.directory.queries import coverage, coverage_look
from vigie.directory.queries.anomalies import found, known
from vigie.directory.queries.anomalies_page import _institutions, anomalies_page, institution_choices
from vigie.directory.queries.coverage_rows import book_rows
from vigie.directory.queries.marks import marks
from vigie.territory.models import Zone

pytestmark = pytest.mark.django_db
SMALL = Sizes(institutions=4, antennes=8, experts=14, users=16, subjects=4)
WATCHED = [model for model in apps.get_models() if model._meta.db_table in TABLES]
ROUNDS = 30


@pytest.fixture
def world() -> None:
    service_world.write_small_territory()
    service_world.build(SMALL, seed=5)
    users = list(User.objects.order_by("pk")[:6])
    for number, user in enumerate(users):
        HabilitationFactory(user=user, role="expert")
        Absence.objects.create(user=user, starts_on=DAY - timedelta(number), ends_on=DAY + timedelta(number))
    experts = list(Expert.objects.order_by("pk")[:3])
    AnswerGrouping.objects.create(expert=experts[0])
    MatchFilter.objects.create(antenne=experts[1].antenne)
    Zone.objects.create(zone_type="region", code="84", name="Région", name_folded="REGION", vintage=2026)
    for address in (experts[2].email, users[0].email):
        _refused(address)


def act(random: Random) -> None:
    """A change of one row of one table, by the ORM or by a raw statement, many rows at once or one."""
    model = random.choice(WATCHED)
    rows = list(model._base_manager.order_by("pk"))
    if not rows:
        return
    one, other = random.choice(rows), random.choice(rows)
    column = random.choice([field for field in model._meta.concrete_fields if not field.primary_key])
    value = None if column.null and random.random() < 0.4 else getattr(other, column.attname)
    if column.name == "deleted_at":
        value = AT if one.deleted_at is None else None
    if column.get_internal_type() == "BooleanField":
        value = not getattr(one, column.attname)
    kind = random.choice(("update", "update", "update", "save", "raw", "bulk", "copy", "copy", "delete"))
    with suppress(Error, ProtectedError, RestrictedError), transaction.atomic():
        _write(kind, model, one, column, value)
        if random.random() < 0.25:  # looked at in the middle, then taken back
            look(random)
            transaction.set_rollback(True)


def _write(kind: str, model: type[Model], one: Any, column: Any, value: Any) -> None:
    same = model._base_manager.filter(pk=one.pk)
    if kind == "delete":
        one.delete()
    elif kind == "copy":
        one.pk, one._state.adding = None if model._meta.pk.name == "id" else "38999", True
        setattr(one, column.attname, value)
        model._base_manager.bulk_create([one], ignore_conflicts=connection.vendor == "sqlite")
    elif kind == "raw":
        written = column.get_db_prep_save(value, connection)
        name, table, key = column.column, model._meta.db_table, model._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE {table} SET "{name}" = %s WHERE "{key}" = %s', [written, one.pk])  # noqa: S608
    elif kind == "update":
        same.update(**{column.attname: value})
    else:
        setattr(one, column.attname, value)
        model._base_manager.bulk_update([one], [column.name]) if kind == "bulk" else one.save()


def look(random: Random) -> None:
    """What is kept, beside what is worked out from nothing."""
    day, under = DAY + timedelta(random.choice((0, 0, 0, 1))), marks()
    seen, anew = coverage.picture(day, under), coverage._painted(None, book_rows(day), None)

    assert seen.rows == anew.rows
    assert seen.ground.rows == anew.ground.rows
    assert seen.subjects == anew.subjects
    assert dict(seen.experts) == dict(anew.experts)
    assert coverage_look.choices(under) == coverage_look._choices()
    assert coverage_look._NAMES.get(under, None, coverage_look._names) == coverage_look._names()
    assert list(known(day, under)) == list(found(day))
    assert institution_choices(under) == _institutions()
    assert anomalies_page(day, under).rows.object_list == list(found(day))[:25]


@pytest.mark.parametrize("seed", range(4))
def test_kept_is_what_would_be_worked_out_anew_after_any_change(seed: int, world: None) -> None:
    random = Random(seed)
    states = set()
    for _ in range(ROUNDS):
        for _ in range(random.choice((1, 1, 2))):
            act(random)
        look(random)
        states.add(marks().of(TABLES))

    assert len(states) > ROUNDS // 3, "the acts wrote"


@pytest.mark.usefixtures("strict_templates")
def test_the_pages_follow_what_they_show(world: None) -> None:
    client = sign_in(Client(), UserFactory(team=True))
    institution = InstitutionFactory(name="Chambre des lettres")
    for name in ("coverage", "anomalies"):
        address = reverse(f"directory:{name}")
        first, again = (visible_text(client.get(address).content.decode()) for _ in range(2))
        assert first == again

    Expert.objects.order_by("pk").update(full_name="Équipe du renouveau")
    assert "Équipe du renouveau" in client.get(reverse("directory:anomalies")).content.decode()
    institution.name = "Chambre des mots"
    institution.save()
    assert "Chambre des mots" in client.get(reverse("directory:anomalies")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_who_writes_the_same_table_waits_for_nobody(world: None, tmp_path: Path) -> None:
    """On PostgreSQL, two transactions that write rows of one table end in the other order than they began."""
    first, second = (one.pk for one in Expert.objects.order_by("pk")[:2])
    begun, ended = Barrier(2), Barrier(2)

    def slow() -> None:
        with transaction.atomic():
            Expert.objects.filter(pk=first).update(job="lent")
            if connection.vendor == "postgresql":
                begun.wait(timeout=30)
                ended.wait(timeout=30)

    def quick() -> None:
        if connection.vendor == "postgresql":
            begun.wait(timeout=30)
        with transaction.atomic():
            Expert.objects.filter(pk=second).update(job="vite")
        if connection.vendor == "postgresql":
            ended.wait(timeout=30)

    before = marks().of(frozenset({"directory_expert"}))
    given, after = at_once([slow, quick], tmp_path, lambda: _marks_and_jobs(first, second))

    assert given == [None, None]
    assert after[0] == ["lent", "vite"]
    assert after[1] != before
    assert after[2] == (2 if connection.vendor == "postgresql" else 1)


def _marks_and_jobs(*experts: int) -> tuple[list[str], object, int]:
    jobs = [Expert.objects.get(pk=pk).job for pk in experts]
    lines = TableMark.objects.filter(table_name="directory_expert").count()
    return jobs, marks().of(frozenset({"directory_expert"})), lines
