"""The form that closes an antenne."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.directory.models import Expert
from vigie.ui.forms import DsfrForm


class ClosingForm(DsfrForm):
    """Who takes over."""

    expert = forms.ChoiceField(
        label="Équipe qui reprend les besoins en cours et accueille les personnes",
        required=False,
        help_text="Une équipe d’une autre antenne de la même institution. Elle est prévenue de chaque besoin repris.",
    )

    def __init__(self, *args: Any, heirs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expert"].choices = [("", "Personne"), *heirs]  # type: ignore[attr-defined]

    def heir(self) -> Expert | None:
        """The team chosen."""
        chosen = self.cleaned_data["expert"]
        return Expert.objects.select_related("antenne").get(pk=chosen) if chosen else None
