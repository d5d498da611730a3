"""What is typed of a setting, by its type and within its bounds."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.tuning.rules import Kind, Setting
from vigie.ui.fields import CleanTextField
from vigie.ui.forms import DsfrForm


class SettingForm(DsfrForm):
    """version: the one that was on the screen."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = field_of(setting)


def field_of(setting: Setting) -> forms.Field:
    if setting.kind is Kind.SWITCH:
        return forms.BooleanField(label=f"{setting.label} en marche", required=False)
    if setting.kind is Kind.TEXT:
        return CleanTextField(label=setting.label, required=False, max_length=setting.high, rows=2)
    bounds = f"De {setting.low} à {setting.high} jours."
    return forms.IntegerField(
        label=f"{setting.label} (jours)", min_value=setting.low, max_value=setting.high, help_text=bounds,
        error_messages={
            "required": "Indiquez un nombre de jours.", "invalid": "Indiquez un nombre entier.", "min_value": bounds,
            "max_value": bounds,
        },
    )  # fmt: skip
