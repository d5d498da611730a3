"""The migrations of a first release: tables made together are the tables made one by one."""

from __future__ import annotations

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from vigie.first_release import CreateTogether, FirstRelease

OPERATIONS = [
    migrations.CreateModel("Parent", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
    migrations.CreateModel(
        "Child",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("parent", models.ForeignKey("territory.parent", models.CASCADE, related_name="children")),
        ],
    ),
    migrations.AddField("parent", "note", models.TextField(default="")),
]


class OneByOne(migrations.Migration):
    operations = OPERATIONS


class Together(FirstRelease):
    operations = OPERATIONS


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return sorted(column.name for column in connection.introspection.get_table_description(cursor, table))


def test_creations_that_follow_each_other_are_one_operation_and_the_rest_stays() -> None:
    kinds = [type(operation) for operation in Together("0001", "territory").operations]

    assert kinds == [CreateTogether, migrations.AddField]
    assert Together.operations == OPERATIONS  # what makemigrations and squashmigrations read


def test_the_state_is_the_same() -> None:
    one, other = (kind("0001", "territory").mutate_state(ProjectState()) for kind in (OneByOne, Together))

    assert one == other


@pytest.mark.django_db(transaction=True)
def test_the_tables_come_and_go_together() -> None:
    migration = Together("0001", "territory")
    if connection.vendor == "sqlite":
        connection.disable_constraint_checking()
    try:
        with connection.schema_editor(atomic=True) as editor:
            migration.apply(ProjectState(), editor)
        assert columns("territory_parent") == ["id", "name", "note"]
        assert columns("territory_child") == ["id", "parent_id"]
        with connection.schema_editor(atomic=True) as editor:
            migration.unapply(ProjectState(), editor)
        assert {"territory_parent", "territory_child"}.isdisjoint(connection.introspection.table_names())
    finally:
        if connection.vendor == "sqlite":
            connection.enable_constraint_checking()
