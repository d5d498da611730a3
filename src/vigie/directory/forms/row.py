"""What every form of a row of the address book is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from vigie.directory import actions
from vigie.rights.person import Person
from vigie.ui.forms import DsfrForm


class RowForm(DsfrForm):
    """A form that writes one row. row: the row edited, or a new one already bound to its owner."""

    title: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    def __init__(self, data: Any = None, *, row: Any) -> None:
        self.row = row
        super().__init__(data, initial=self.initial_of(row))
        self.prepare()

    def prepare(self) -> None:
        """Fills the choices that depend on the row."""

    def initial_of(self, row: Any) -> dict[str, Any]:
        """What the fields show at first."""
        return {name: getattr(row, name) for name in self.columns if not (row.pk is None and name.endswith("_id"))}

    def changes(self) -> dict[str, Any]:
        """Columns to write."""
        return {name: self.cleaned_data[name] for name in self.columns}

    def write(self, *, by: Person, at: datetime) -> Any:
        """Writes the row; a refusal is the caller's to show."""
        return actions.save(self.row, self.changes(), by=by, at=at)
