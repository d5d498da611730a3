"""What the search of a desk reads of a need: its words, its firm and its contact, in capitals and without accent.

Written with the row, whatever wrote it; the subject is not in it (the team may change it) and is looked for beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from vigie.kernel.text import fold
from vigie.territory.queries import resolve_commune

if TYPE_CHECKING:
    from vigie.matching.models import Need


class NeedTextField(models.TextField):
    """The folded text of a need. No query when its analysis, contact and establishment are loaded."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"editable": False, "default": "", "blank": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: value for key, value in kwargs.items() if key == "verbose_name"}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = need_text(model_instance)  # type: ignore[arg-type]
        setattr(model_instance, self.attname, text)
        return text


def need_text(need: Need) -> str:
    """The words under which a need is found."""
    diagnosis = need.diagnosis
    contact, request, place = diagnosis.contact, diagnosis.solicitation, diagnosis.establishment
    parts = [need.content, contact.full_name, contact.email, contact.phone.replace(" ", ""), diagnosis.company_name]
    if request is not None:
        parts += [request.company_name, request.siret]
    if place is not None:
        company = place.company
        parts += [company.name, company.usual_name, company.acronym, place.sign, place.siret, place.commune_name]
    elif commune := resolve_commune(diagnosis.commune_code):
        parts.append(commune.name)
    return fold(" ".join(parts))
