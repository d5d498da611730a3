"""Forms drawn with the design system, and the guards of public forms (trap, minimal time, single sending).

A form is drawn field by field (``{% field form.email %}``) or whole (``{{ form }}``); its errors are listed once, by
``{% form_errors form %}``. Every field is announced as required unless it is marked « (facultatif) ».
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

from vigie.ui.drawing.controls import DRAWN
from vigie.ui.fields import CleanTextField

MINIMAL_FILL_SECONDS = 3
SIGNED_AT_SALT = "vigie.ui.forms.filled"
TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class DsfrRenderer(TemplatesSetting):
    """Draws forms and fields with our templates and the common controls without one; the rest is Django's."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field_group.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


class DsfrForm(forms.Form):
    """A form drawn with the design system.

    The browser's own messages are left out (``required`` is not written): the server says what is wrong, in French,
    and gives the form back as it was.
    """

    default_renderer = DsfrRenderer
    use_required_attribute = False


class DsfrModelForm(forms.ModelForm):
    """The same for a form made from a model."""

    default_renderer = DsfrRenderer
    use_required_attribute = False


@dataclass(frozen=True)
class ErrorLine:
    """One line of the summary: the message and the field it leads to (empty for an error of the whole form)."""

    message: str
    label: str = ""
    href: str = ""


def error_lines(form: forms.BaseForm) -> tuple[ErrorLine, ...]:
    """The errors of a form, whole-form ones first, then in the order of the fields; each leads to its field."""
    lines = [ErrorLine(str(message)) for message in form.non_field_errors()]
    for bound in form:
        for message in bound.errors:
            if bound.is_hidden:
                lines.append(ErrorLine(str(message)))
            else:
                target = f"{bound.auto_id}_0" if bound.use_fieldset else bound.id_for_label
                lines.append(ErrorLine(str(message), label=str(bound.label), href=f"#{target}"))
    return tuple(lines)


def status_of(*shown: forms.BaseForm) -> int:
    """Of the page that shows these forms: 422 when one of them comes back with what is wrong, else 200."""
    return 422 if any(form.errors for form in shown) else 200


class HoneypotMixin(forms.Form):
    """Guards of a public form: a trap that only robots fill, and a minimal time to fill the rest.

    Put it before the form class. ``at``: the moment of the request.
    """

    website = forms.CharField(
        required=False,
        label="Ne remplissez pas ce champ",
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    filled_from = forms.CharField(required=False, widget=forms.HiddenInput)
    trap_fields = ("website",)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.initial = {"filled_from": sign_moment(at), **self.initial}

    def clean_website(self) -> str:
        if self.cleaned_data.get("website"):
            raise ValidationError(
                "Videz ce champ, puis envoyez de nouveau\u00a0: il est là pour reconnaître les robots.",
                code="trap",
            )
        return ""

    def clean_filled_from(self) -> datetime:
        try:
            seconds = int(Signer(salt=SIGNED_AT_SALT).unsign(self.cleaned_data.get("filled_from") or ""))
        except (BadSignature, ValueError):
            _put_back(self, "filled_from", sign_moment(self.at))
            raise ValidationError(
                "Cette page est restée ouverte trop longtemps. Relisez vos réponses puis envoyez de nouveau.",
                code="filled_from",
            ) from None
        begun = datetime.fromtimestamp(seconds, tz=self.at.tzinfo)
        if self.at - begun < timedelta(seconds=MINIMAL_FILL_SECONDS):
            raise ValidationError(
                "Votre envoi nous est parvenu trop vite. Relisez vos réponses puis envoyez de nouveau.", code="too_fast"
            )
        return begun


class FormTokenMixin(forms.Form):
    """Carries a token that makes a double sending count once. ``token``: a fresh one, from ``new_form_token()``."""

    form_token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, token: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token = token
        self.initial = {"form_token": token, **self.initial}

    def clean_form_token(self) -> str:
        token = self.cleaned_data.get("form_token") or ""
        if not TOKEN_SHAPE.fullmatch(token):
            _put_back(self, "form_token", self.token)
            raise ValidationError(
                "Cette page a expiré. Relisez vos réponses puis envoyez de nouveau.", code="form_token"
            )
        return token


class NoteForm(DsfrForm):
    """The text that goes with an act: a reason, a note. Read it as ``form.cleaned_data["note"]``."""

    note = CleanTextField(rows=3)

    def __init__(
        self, *args: Any, label: str = "Motif", required: bool = True, limit: int = 2000, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = CleanTextField(label=label, required=required, max_length=limit, rows=3)


def sign_moment(at: datetime) -> str:
    """The moment, in seconds, with a signature that only the server can make."""
    return Signer(salt=SIGNED_AT_SALT).sign(str(int(at.timestamp())))


def _put_back(form: forms.BaseForm, name: str, value: str) -> None:
    """Replaces what was received in a hidden field, so that the form shown again can be sent."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict, or the dictionary of a test
    data[form.add_prefix(name)] = value
    form.data = data


def new_form_token() -> str:
    """A fresh token; called by views, which pass it on."""
    return secrets.token_urlsafe(24)
