"""What is looked at on the coverage pages: a subject or all of them, an institution or everybody."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from vigie.directory.queries.coverage_look import Choices, Look
from vigie.ui.forms import DsfrForm


class CoverageForm(DsfrForm):
    """The filters, kept in the address; what cannot be read does not filter."""

    sujet = forms.TypedChoiceField(label="Sujet", required=False, coerce=int, empty_value=None)
    institution = forms.TypedChoiceField(label="Institution", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: object, choices: Choices, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        named: dict[str, tuple[str, Sequence[tuple[int, str]]]] = {
            "sujet": ("Tous les sujets", choices.subjects),
            "institution": ("Toutes les institutions", choices.institutions),
        }
        for name, (every, lines) in named.items():
            self.fields[name].choices = [("", every), *lines]  # type: ignore[attr-defined]

    def look(self) -> Look:
        """What could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Look(data.get("sujet"), data.get("institution"))
