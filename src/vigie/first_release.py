"""What the migration that makes all the tables of a subject has of its own: Django draws its models once, not at each.

After each ``CreateModel`` Django draws again every model related to the new one, which takes most of the time of a new
base. Tables made together need it once (docs/decisions/0027-migrations-merged-before-the-first-release.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateTogether(Operation):
    """Several ``CreateModel`` that follow each other: the same state, the same tables in the same order."""

    def __init__(self, creations: Sequence[CreateModel]) -> None:
        self.creations = list(creations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # drawn again when next asked for, with all the new models at once
        for creation in self.creations:
            creation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for creation in self.creations:
            creation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for creation in reversed(self.creations):
            creation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(creation.describe() for creation in self.creations)


class FirstRelease(Migration):
    """A migration whose ``CreateModel`` that follow each other are applied together."""

    def __init__(self, name: str, app_label: str) -> None:
        super().__init__(name, app_label)
        operations: list[Operation] = []
        for kind, group in groupby(self.operations, key=type):
            same = list(group)
            operations += [CreateTogether(same)] if kind is CreateModel else same  # type: ignore[arg-type]
        self.operations = operations  # type: ignore[misc]  # Django does it too
