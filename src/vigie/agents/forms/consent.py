"""What is typed about the rules of confidentiality."""

from __future__ import annotations

from django import forms

from vigie.ui.forms import DsfrForm


class ConsentForm(DsfrForm):
    """version: the text that was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ConfidentialityForm(DsfrForm):
    """A new text of the rules."""

    body = forms.CharField(
        label="Texte des règles",
        help_text="Paragraphes séparés par une ligne vide\u00a0; «\u00a0-\u00a0» devant chaque élément d’une liste. "
        "Chaque agent devra s’engager de nouveau à sa prochaine page.",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={"required": "Écrivez le texte des règles."},
    )
