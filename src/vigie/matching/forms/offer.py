"""What the team types of a subject offered to the public."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.directory.models import Subject
from vigie.matching.models import LandingSubject
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm

WRITTEN = ("title", "description", "explanation", "prefill", "fields_mode", "mode", "asks_head")


class OfferForm(DsfrForm):
    """A subject as the public reads it. row: the one changed, or None for another subject of the directory."""

    subject = forms.TypedChoiceField(label="Sujet de l’annuaire", coerce=int)
    title = CleanLineField(label="Question posée au public", max_length=150)
    description = CleanLineField(label="Description", max_length=300, required=False)
    explanation = CleanTextField(label="Ce qu’il est utile de préciser", max_length=2000, rows=3, required=False)
    prefill = CleanTextField(label="Trame proposée", max_length=2000, rows=3, required=False)
    fields_mode = forms.ChoiceField(label="La demande concerne", choices=LandingSubject.Fields.choices)
    mode = forms.ChoiceField(
        label="Transmission aux experts",
        choices=LandingSubject.Mode.choices,
        help_text="Automatique\u00a0: les règles choisissent, et les garde-fous retiennent ce qui doit être lu. Les "
        "demandes déjà reçues suivent le mode qu’elles avaient.",
    )
    asks_head = forms.BooleanField(label="Faire attester d’être dirigeant ou mandaté", required=False)
    open = forms.BooleanField(label="Proposé au public", required=False)

    def __init__(self, data: Any = None, *, row: LandingSubject | None) -> None:
        initial = {name: getattr(row, name) for name in WRITTEN} if row else {}
        super().__init__(data, initial={**initial, "open": row is None or row.archived_at is None})
        if row is not None:
            del self.fields["subject"]
            return
        subjects = Subject.objects.filter(archived_at__isnull=True).select_related("theme")
        self.fields["subject"].choices = [  # type: ignore[attr-defined]
            ("", "Choisir"), *((one.pk, f"{one.theme.label}\u00a0: {one.label}") for one in subjects)
        ]  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What is written, without the subject of the directory."""
        return {name: value for name, value in self.cleaned_data.items() if name != "subject"}
