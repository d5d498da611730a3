"""The form that closes an antenne."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.directory.models import Expert
from vigie.ui.forms import DsfrForm


class ClosingForm(DsfrForm):
    """Who takes over. needed: something or somebody would be left to nobody."""

    expert = forms.ChoiceField(
        label="Équipe qui reprend les besoins en cours et accueille les personnes",
        error_messages={"required": "Choisissez l’équipe qui reprend les besoins en cours et accueille les personnes."},
        help_text="Une équipe d’une autre antenne de la même institution. Elle est prévenue de chaque besoin repris.",
    )

    def __init__(self, *args: Any, heirs: list[tuple[str, list[tuple[str, str]]]], needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["expert"]
        field.required = needed
        field.choices = [("", "Choisir" if needed else "Personne"), *heirs]  # type: ignore[attr-defined]

    def heir(self) -> Expert | None:
        """The team chosen."""
        chosen = self.cleaned_data["expert"]
        return Expert.objects.select_related("antenne").get(pk=chosen) if chosen else None
