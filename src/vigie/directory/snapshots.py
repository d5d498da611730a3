"""A row of the address book as plain values, for its history: what it was, what it became, where it reads."""

from __future__ import annotations

from typing import Any

from django.db import models

from vigie.accounts.models import Antenne, Institution
from vigie.directory.models import AnswerGrouping, Expert, MatchFilter, Subject, Theme
from vigie.territory.models import ZoneLine

SHEETS = (Institution, Antenne, Expert, Subject, Theme)
_NAMES = {
    "deleted_at": "retrait",
    "parent": "antenne au-dessus",
    "slug": "identifiant",
    "key": "identifiant",
    "archived_at": "archivage",
    "institution_subject": "compétence",
    "subject": "sujet",
    "user": "personne",
    "theme": "thème",
}
_OWNERS = ("expert", "antenne", "institution", "subject")


def snapshot(obj: models.Model) -> dict[str, Any]:
    """Column (by its French name) → value that JSON can hold, and the lines that belong to the row."""
    values = {_words(f): _plain(f.value_from_object(obj)) for f in obj._meta.concrete_fields if _kept(f)}
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


def sheet_of(obj: Any) -> tuple[type[models.Model], int]:
    """The row on whose sheet this one reads: itself, or what it is a line of."""
    if isinstance(obj, SHEETS):
        return type(obj), obj.pk
    name = next(name for name in _OWNERS if getattr(obj, f"{name}_id", None) is not None)
    return obj._meta.get_field(name).related_model, getattr(obj, f"{name}_id")


def _words(column: models.Field) -> str:
    return _NAMES.get(column.name, str(column.verbose_name))


def _kept(column: models.Field) -> bool:
    return not column.primary_key and column.name not in {"created_at", "search_text", "parent_is_chosen"}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | type(None)) else str(value)
