"""The form that sends a file to the address book."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from vigie.directory.importing.reading import MOST_BYTES
from vigie.directory.models import DirectoryImport
from vigie.ui.fields import FILE_ERRORS
from vigie.ui.forms import DsfrForm


class ImportForm(DsfrForm):
    """A file and what it holds."""

    kind = forms.ChoiceField(
        label="Ce que contient le fichier",
        choices=DirectoryImport.Kind.choices,
        error_messages={"required": "Choisissez ce que contient le fichier.", "invalid_choice": "Choix inconnu."},
    )
    file = forms.FileField(
        label="Fichier CSV ou XLSX",
        max_length=150,
        help_text="20\u00a0Mo et 30\u00a0000 lignes au plus. Une colonne absente du fichier ne change rien.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages=FILE_ERRORS,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError("Ce fichier pèse plus de 20\u00a0Mo. Découpez-le, par institution par exemple.")
        return file
