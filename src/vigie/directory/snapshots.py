"""A row of the address book as plain values, for the history of changes: what it was, what it became."""

from __future__ import annotations

from typing import Any

from django.db import models

from vigie.accounts.models import Antenne
from vigie.directory.models import AnswerGrouping, Expert, MatchFilter
from vigie.territory.models import ZoneLine


def snapshot(obj: models.Model) -> dict[str, Any]:
    """Column (by its French name) → value that JSON can hold, and the lines that belong to the row."""
    values = {str(f.verbose_name): _plain(f.value_from_object(obj)) for f in obj._meta.concrete_fields if _kept(f)}
    if isinstance(obj, Antenne | Expert) and obj.pk:
        values["zones"] = sorted(f"{line.zone_type} {line.code}" for line in zone_lines(obj))
    if isinstance(obj, MatchFilter) and obj.pk:
        values["sujets"] = sorted(obj.subjects.values_list("label", flat=True))
    if isinstance(obj, AnswerGrouping) and obj.pk:
        found = obj.conditions.values_list("question__key", "value")
        values["réponses"] = sorted(f"{key} = {value}" for key, value in found)
    return values


def zone_lines(owner: Antenne | Expert) -> list[ZoneLine]:
    """The zones of an antenne, or of an expert's own territory."""
    return list(owner.zones.order_by("zone_type", "code"))


def _kept(column: models.Field) -> bool:
    return not column.primary_key and column.name not in {"created_at", "search_text"}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | type(None)) else str(value)
