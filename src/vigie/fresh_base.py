"""All the tables of an empty base at once: what the migrations come to, without passing by each of them.

Nearly all the time of a first `migrate` goes into drawing the models again after each step. On an empty base only the
end matters: the last state of the migrations gives the tables, then the steps that run code are run in their order, and
every migration is written down as done. A base that holds anything goes through `migrate`
(docs/decisions/0047-an-empty-base-is-made-at-once.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.db.migrations import RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from vigie.first_release import CreateTogether

TOLD_BY_THE_STATE = (FieldOperation, IndexOperation, ModelOperation, CreateTogether)


def make() -> bool:
    """Makes the default base whole, or not at all; False, and nothing done, where `migrate` must do it."""
    if connection.introspection.table_names():
        return False
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    plan = [migration for migration, _ in executor.migration_plan(leaves, clean_start=True)]
    if not all(isinstance(one, (*TOLD_BY_THE_STATE, RunPython)) for migration in plan for one in migration.operations):
        return False
    state = executor.loader.project_state(leaves)
    connection.disable_constraint_checking()  # on SQLite, no longer possible once the transaction has begun
    try:
        with transaction.atomic():
            _tables(state)
            _steps(plan, state)
            _recorded(executor.recorder, plan)
            emit_post_migrate_signal(0, False, connection.alias, apps=state.apps, plan=[])
    finally:
        connection.enable_constraint_checking()
    return True


def _tables(state: ProjectState) -> None:
    """In the order of the migrations; keys between tables are written at the end, or checked by nobody yet."""
    with connection.schema_editor() as editor:
        for name in state.models:
            model = state.apps.get_model(*name)
            if model._meta.can_migrate(connection):
                editor.create_model(model)


def _steps(plan: Sequence[Migration], state: ProjectState) -> None:
    """What a step makes is made; one that carries rows finds none. `elidable` says that only the latter is done."""
    with connection.schema_editor() as editor:
        for migration in plan:
            for operation in migration.operations:
                if isinstance(operation, RunPython) and not operation.elidable:
                    operation.code(state.apps, editor)


def _recorded(recorder: MigrationRecorder, plan: Sequence[Migration]) -> None:
    """As ``MigrationExecutor.record_migration`` does, one statement for all."""
    recorder.ensure_schema()
    rows: list[Any] = [recorder.Migration(app=app, name=name) for one in plan for app, name in _names(one)]
    recorder.migration_qs.bulk_create(rows)


def _names(migration: Migration) -> Iterator[tuple[str, str]]:
    """Those that it replaces, and its own."""
    yield from migration.replaces
    yield (migration.app_label, migration.name)
