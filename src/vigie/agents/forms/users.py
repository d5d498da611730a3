"""The workbook of users, as it is sent."""

from __future__ import annotations

from django import forms

from vigie.ui.fields import FILE_ERRORS
from vigie.ui.forms import DsfrForm


class UsersForm(DsfrForm):
    """The file alone."""

    file = forms.FileField(
        label="Classeur des utilisateurs (XLSX)",
        max_length=150,
        help_text="5\u00a0Mo au plus. Feuille «\u00a0utilisateurs\u00a0», avec ses douze colonnes dans l’ordre.",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages=FILE_ERRORS,
    )
