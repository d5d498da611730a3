"""The standard answers to requests that are not transmitted: written, changed and ordered by the team."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.matching.models import RefusalTemplate
from vigie.rights.person import Person
from vigie.rights.reach import require

PLACE = "place-"  # before the rank wanted, in what a button sends


@transaction.atomic
def save_template(
    template: RefusalTemplate | None, told: dict[str, Any], *, by: Person, at: datetime
) -> RefusalTemplate:
    """Writes a standard answer, new at the end of the list. told: title, mail_subject, body, lets_complete.

    What was already sent stays: a company reads its answer as it is worded today. Nothing changed: nothing written.
    """
    require(by, "refusal.edit")
    row = template or RefusalTemplate(code=_code(str(told["title"])), position=_next())
    if template is not None and all(getattr(template, name) == value for name, value in told.items()):
        return template
    same = RefusalTemplate.objects.filter(title__iexact=told["title"]).exclude(pk=row.pk)
    if same.exists():
        raise InvalidInput("title_taken", "Un modèle porte déjà cet intitulé.", field="title")
    for name, value in told.items():
        setattr(row, name, value)
    row.save()
    record("refusal_template.changed", row, by=by, at=at, payload={"created": template is None})
    return row


@transaction.atomic
def place_template(template: RefusalTemplate, rank: int, *, by: Person, at: datetime) -> None:
    """Puts a standard answer at this rank of the list; already there, or out of the list: nothing."""
    require(by, "refusal.edit")
    rows = list(RefusalTemplate.objects.select_for_update())
    here = next((rank for rank, row in enumerate(rows) if row.pk == template.pk), None)
    if here is None or rank == here or not 0 <= rank < len(rows):
        return
    rows.insert(rank, rows.pop(here))
    for position, row in enumerate(rows):
        row.position = position
    RefusalTemplate.objects.bulk_update(rows, ["position"])
    record("refusal_template.changed", template, by=by, at=at, payload={"rank": rank})


def _code(title: str) -> str:
    base = slugify(title)[:50] or "modele"
    known = set(RefusalTemplate.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for code in (base, *(f"{base}-{rank}" for rank in range(2, 1000))) if code not in known)


def _next() -> int:
    last = RefusalTemplate.objects.order_by("position").last()
    return last.position + 1 if last else 0
