"""What is typed about a word that files offer."""

from __future__ import annotations

from django import forms

from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm, FormTokenMixin

LABEL = {"label": "Mot", "max_length": 120, "help_text": "Tel qu’il se lit dans les accompagnements."}


class NewWordForm(FormTokenMixin, DsfrForm):
    """A word, added at the end of its list."""

    label = CleanLineField(**LABEL)  # type: ignore[arg-type]


class WordForm(DsfrForm):
    """version: the one that was on the screen."""

    label = CleanLineField(**LABEL)  # type: ignore[arg-type]
    rank = forms.IntegerField(
        label="Rang", min_value=1, max_value=999, help_text="Sa place dans la liste, à partir de 1.",
        error_messages={
            "required": "Indiquez un rang.", "invalid": "Indiquez un nombre entier.",
            "min_value": "Le rang va de 1 à 999.", "max_value": "Le rang va de 1 à 999.",
        },
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
