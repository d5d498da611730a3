"""A row that already says the same thing: what a form sent twice would write again."""

from __future__ import annotations

from typing import Any

from django.db import models

from vigie.accounts.models import Antenne
from vigie.directory.models import AnswerGrouping, Change, Expert, MatchFilter

# Written by the service, not typed: two sendings may differ on them.
_NOT_TYPED = {"created_at", "search_text", "deleted_at", "position", "key", "slug", "parent", "parent_is_chosen"}


def twin(row: Any, *, lines: list[Any] | None = None) -> Any:
    """The living row of the same owner with the same values, or None. lines: the subjects or answers it would hold.

    One query, and one more per candidate that has lines.
    """
    typed = {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if not column.primary_key and column.name not in _NOT_TYPED
    }
    found = type(row)._default_manager.filter(**_conditions(typed))
    if isinstance(row, Antenne | Expert) or hasattr(row, "deleted_at"):
        found = found.filter(deleted_at__isnull=True)
    for one in found.order_by("pk"):
        if lines is None or _lines(one) == lines:
            return one
    return None


def _conditions(values: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{name}__isnull" if value is None else name: True if value is None else value for name, value in values.items()
    }


def _lines(row: Any) -> list[Any]:
    if isinstance(row, MatchFilter):
        return sorted(row.subjects.values_list("pk", flat=True))
    if isinstance(row, AnswerGrouping):
        return sorted(row.conditions.values_list("question_id", "value"))
    return []


def was_there(model: type[models.Model], pk: int) -> bool:
    """True when the history of changes knows the row: it was taken away, by an earlier sending perhaps. 1 query."""
    return Change.objects.filter(target_type=model._meta.label, target_id=str(pk)).exists()
