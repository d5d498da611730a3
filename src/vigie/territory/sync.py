"""Makes a table hold the wanted rows: writes only those that differ, and counts what was written.

A second load of the same edition therefore writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from vigie.bulk import insert_new

BATCH = 2000
# SQLite allows about a thousand values in a statement in its smallest builds.
IN_BATCH = 500

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Change:
    """What a table's load wrote. total: rows wanted."""

    total: int = 0
    created: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def nothing(self) -> bool:
        return not (self.created or self.changed or self.removed)

    def __str__(self) -> str:
        if self.nothing:
            return f"{self.total} (unchanged)"
        return f"{self.total} (+{self.created} ~{self.changed} -{self.removed})"


def synchronise(
    present: models.QuerySet[Row],
    wanted: Sequence[Row],
    *,
    key: Sequence[str],
    values: Sequence[str] = (),
    keep_others: bool = False,
) -> Change:
    """Creates, changes and removes rows of ``present`` so that it holds ``wanted``; keep_others: removes none.

    key: the columns that identify a row (unique in the database); values: the other columns written.
    Both are attribute names (``commune_id``, not ``commune``). Removed rows leave by primary key.
    """
    held = _held(present, key, values)
    created: list[Row] = []
    changed: list[Row] = []
    for row in wanted:
        identity = tuple(getattr(row, name) for name in key)
        before = held.pop(identity, None)
        if before is None:
            created.append(row)
        elif before[1:] != tuple(getattr(row, name) for name in values):
            changed.append(row)
    others = [] if keep_others else [before[0] for before in held.values()]
    remove(present.model._default_manager.all(), others)
    insert_new(created)
    if changed:
        present.model._default_manager.bulk_create(
            changed, batch_size=BATCH, update_conflicts=True, unique_fields=_fields(key), update_fields=_fields(values)
        )
    return Change(len(wanted), len(created), len(changed), len(others))


def remove(rows: models.QuerySet[Row], keys: Collection[Any]) -> None:
    """Deletes the rows with these primary keys, in statements of bounded length."""
    for batch in batches(sorted(keys)):
        rows.filter(pk__in=batch).delete()


def batches(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Slices short enough for an IN."""
    return (items[start : start + IN_BATCH] for start in range(0, len(items), IN_BATCH))


def _held(
    present: models.QuerySet[Row], key: Sequence[str], values: Sequence[str]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """identity → (primary key, value, …) of the rows in the table."""
    rows: Mapping[tuple[Any, ...], tuple[Any, ...]] = {
        row[1 : 1 + len(key)]: (row[0], *row[1 + len(key) :])
        for row in present.order_by().values_list("pk", *key, *values).iterator(chunk_size=BATCH)
    }
    return dict(rows)


def _fields(names: Sequence[str]) -> list[str]:
    return [name.removesuffix("_id") for name in names]
