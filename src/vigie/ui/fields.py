"""Form fields that give back clean values and say in French what is wrong: the form of what is typed, no rule.

Each cleans before it counts: control characters, bidirectional marks and the like are gone when the length is checked.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.deconstruct import deconstructible

from vigie.kernel.errors import InvalidInput
from vigie.kernel.siren import parse_siret
from vigie.kernel.text import clean_email, clean_line, clean_person_name, clean_phone, clean_text
from vigie.ui.formats import counted, number
from vigie.ui.widgets import CountedTextarea

LINE_LIMIT = 200
TEXT_LIMIT = 5_000
EMAIL_LIMIT = 254
RAW_LIMIT = 200_000  # characters read at all: beyond, the text is refused before it is cleaned

REQUIRED = "Remplissez ce champ."
_FRENCH_NUMBER = re.compile(r"0[1-9](?: \d\d){4}")
_FOREIGN_NUMBER = re.compile(r"\+\d{7,15}")


# What a file that is missing, empty or badly named is told.
FILE_ERRORS = {
    "required": "Choisissez un fichier.",
    "empty": "Ce fichier est vide.",
    "max_length": "Le nom de ce fichier est trop long\u00a0: 150 caractères au plus.",
    "invalid": "Choisissez un fichier.",
    "missing": "Choisissez un fichier.",
}


@deconstructible
class FrenchMaxLength(MaxLengthValidator):
    """The length limit, said with both figures."""

    def __call__(self, value: str) -> None:
        if len(value) > self.limit_value:
            raise ValidationError(too_long(len(value), int(self.limit_value)), code="max_length")


def too_long(length: int, limit: int) -> str:
    """The sentence of a text that is too long."""
    return (
        f"Ce texte est trop long\u00a0: {counted(length, 'caractère')} pour {number(limit)} au plus. Raccourcissez-le."
    )


class CleanLineField(forms.CharField):
    """One line of text, cleaned; at most ``max_length`` characters."""

    def __init__(self, *, max_length: int = LINE_LIMIT, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {})
        kwargs["error_messages"].setdefault("required", REQUIRED)
        super().__init__(**kwargs)
        self.limit = max_length
        self.validators.append(FrenchMaxLength(max_length))

    def clean_value(self, text: str) -> str:
        """The text as it will be stored."""
        return clean_line(text)

    def to_python(self, value: Any) -> str:
        if value in self.empty_values:
            return str(self.empty_value or "")
        text = str(value)
        if len(text) > RAW_LIMIT:
            raise ValidationError(too_long(len(text), self.limit), code="max_length")
        return self.clean_value(text)


class PersonNameField(CleanLineField):
    """First name and name of a person."""

    def __init__(self, *, autocomplete: str = "name", **kwargs: Any) -> None:
        self.autocomplete = autocomplete
        super().__init__(**kwargs)

    def clean_value(self, text: str) -> str:
        return clean_person_name(text)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": self.autocomplete}


class CleanTextField(CleanLineField):
    """Several lines of text, cleaned, with a counter under the input."""

    def __init__(self, *, max_length: int = TEXT_LIMIT, rows: int = 6, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CountedTextarea(limit=max_length, rows=rows))
        super().__init__(max_length=max_length, **kwargs)

    def clean_value(self, text: str) -> str:
        return clean_text(text)


class EmailField(CleanLineField):
    """An e-mail address, in lower case; a comma typed for a dot is mended."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", EMAIL_LIMIT)
        super().__init__(**kwargs)

    def clean_value(self, text: str) -> str:
        return clean_email(text)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "email", "spellcheck": "false"}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            try:
                validate_email(value)
            except ValidationError:
                raise ValidationError(
                    "Cette adresse électronique n’est pas valide. Exemple\u00a0: nom@entreprise.example", code="email"
                ) from None


class PhoneField(CleanLineField):
    """A telephone number, as 01 23 45 67 89, or +… for a foreign one."""

    widget = forms.TelInput

    def clean_value(self, text: str) -> str:
        # A text without any digit is not « nothing typed »: it is kept, to be refused and shown again.
        return clean_phone(text) or clean_line(text)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "tel"}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (_FRENCH_NUMBER.fullmatch(value) or _FOREIGN_NUMBER.fullmatch(value)):
            raise ValidationError(
                "Ce numéro de téléphone n’est pas valide. Exemple\u00a0: 01\u00a039\u00a098\u00a012\u00a034",
                code="phone",
            )


class SiretField(CleanLineField):
    """A SIRET, given as fourteen digits whatever the spaces typed."""

    def clean_value(self, text: str) -> str:
        try:
            return parse_siret(text)
        except InvalidInput as refused:
            raise ValidationError(refused.message_fr, code=refused.code) from None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
