"""The form that keeps a view."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm

ADDRESS_AT_MOST = 2000


class ViewForm(DsfrForm):
    """The name under which what the page shows is kept."""

    name = CleanLineField(
        label="Nom de la vue", max_length=60, error_messages={"required": "Donnez un nom à cette vue."}
    )  # fmt: skip
    adresse = forms.CharField(required=False, max_length=ADDRESS_AT_MOST, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="vue_%s", **kwargs)
