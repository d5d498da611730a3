"""The form that keeps a view of a list."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.agents.models_kept_views import NAME_AT_MOST
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm

ADDRESS_AT_MOST = 6000  # of a list with every box of every filter ticked


class ViewForm(DsfrForm):
    """The name under which what the page shows is kept."""

    name = CleanLineField(
        label="Nom de la vue", max_length=NAME_AT_MOST, error_messages={"required": "Donnez un nom à cette vue."}
    )  # fmt: skip
    adresse = forms.CharField(required=False, max_length=ADDRESS_AT_MOST, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="vue_%s", **kwargs)
