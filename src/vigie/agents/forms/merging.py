"""What is chosen to make two of a kind one."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.ui.forms import DsfrForm


class MergeForm(DsfrForm):
    """targets: (key, name) of those that may stay. seen: the mark of the figures that were read."""

    target = forms.ChoiceField(
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choisissez dans la liste.")
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, label: str, targets: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["target"]
        field.label, field.choices = label, [("", "Choisir"), *targets]
