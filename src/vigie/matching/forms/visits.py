"""What somebody types who files a need after a visit, or passes another need on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from vigie.directory.models import Subject, SubjectQuestion
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.kernel.period import paris_day
from vigie.matching.actions.visit_draft import LONGEST
from vigie.matching.forms.desk import _date_field
from vigie.matching.forms.public import CompanySearchForm, ManualCompanyForm
from vigie.matching.forms.team import AnswersForm, SubjectForm, subject_choices
from vigie.matching.models import Diagnosis, Need
from vigie.matching.rules.visits import CONSENTS, NO_CONSENT, PASSING_CONSENT, VISIT_CONSENT, refuse_day
from vigie.ui.fields import CleanLineField, CleanTextField, EmailField, PersonNameField, PhoneField
from vigie.ui.forms import DsfrForm, FormTokenMixin


class VisitedCompanyForm(CompanySearchForm):
    """The company visited, by its name or its number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = "Nom, SIREN ou SIRET de l’entreprise"


class VisitedByHandForm(ManualCompanyForm):
    """A company that no register gives."""


def consent_field(code: str) -> forms.BooleanField:
    """The agreement of the company, word for word."""
    return forms.BooleanField(label=CONSENTS[code], error_messages={"required": NO_CONSENT})


class MetForm(FormTokenMixin, DsfrForm):
    """Who was met, when, and that he agrees."""

    full_name = PersonNameField(
        label="Prénom et nom de la personne rencontrée ou appelée", max_length=150, autocomplete="off"
    )
    phone = PhoneField(
        label="Téléphone",
        required=False,
        max_length=25,
        help_text="Le numéro où l’appeler. Sans téléphone, donnez une adresse électronique.",
    )
    email = EmailField(
        label="Adresse électronique",
        required=False,
        help_text="Elle y reçoit qui a transmis quoi à qui, et comment s’y opposer",
    )
    visited_on = _date_field("Date de la visite ou de l’appel")
    consent = consent_field(VISIT_CONSENT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visited_on"].required = True
        self.fields["visited_on"].error_messages["required"] = "Indiquez le jour de la visite ou de l’appel."

    def clean_visited_on(self) -> date:
        """With the other faults, not after they are mended."""
        day: date = self.cleaned_data["visited_on"]
        try:
            refuse_day(day, paris_day(now()))
        except InvalidInput as refused:
            raise forms.ValidationError(refused.message_fr, code=refused.code) from None
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("phone") and not data.get("email") and not {"phone", "email"} & self.errors.keys():
            self.add_error("phone", "Donnez un téléphone ou une adresse électronique.")
        return data


def met_form(visit: Diagnosis | None, token: str, data: Any = None) -> MetForm:
    """The second step, with what was kept of it."""
    if visit is None:
        return MetForm(data, token=token)
    contact = visit.contact
    kept = {"full_name": contact.full_name, "phone": contact.phone, "email": contact.email}
    return MetForm(data, token=token, initial={**kept, "visited_on": visit.visited_on, "consent": True})


class NeedForm(AnswersForm):
    """A need in the words of the company, then the questions of its subject."""

    content = CleanTextField(
        label="Le besoin, dans les mots de l’entreprise",
        max_length=LONGEST,
        rows=6,
        help_text="Ce que l’expert doit savoir avant d’appeler",
        error_messages={"required": "Décrivez le besoin en quelques mots\u00a0: les experts appellent mieux préparés."},
    )


def need_form(subject: Subject, need: Need | None, data: Any = None) -> NeedForm:
    """The form of a need of this subject. 1 query."""
    initial: dict[str, Any] = {}
    if need is not None:
        initial = {"content": need.content, **{f"q_{key}": value for key, value in need.answers.items()}}
    return NeedForm(data, questions=SubjectQuestion.objects.filter(subject=subject), initial=initial)


class SubjectSearchForm(DsfrForm):
    """A subject looked for in everyday words."""

    quoi = CleanLineField(
        label="De quoi s’agit-il\u00a0?",
        required=False,
        max_length=150,
        help_text="Exemple\u00a0: embaucher un apprenti",
    )


class SubjectListForm(SubjectForm):
    """The same, in the whole list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sujet"].label = "Ou choisissez dans la liste"
        self.fields["sujet"].required = False


class PassOnForm(FormTokenMixin, DsfrForm):
    """Another need of the company, passed on to those who answer it."""

    sujet = forms.TypedChoiceField(
        label="Sujet de l’autre besoin",
        coerce=int,
        error_messages={
            "required": "Choisissez un sujet.",
            "invalid_choice": "Ce sujet n’est plus proposé. Choisissez-en un autre.",
        },
    )
    content = CleanTextField(
        label="Ce que l’expert doit savoir avant d’appeler",
        max_length=LONGEST,
        rows=4,
        error_messages={"required": "Décrivez le besoin en quelques mots\u00a0: les experts appellent mieux préparés."},
    )
    consent = consent_field(PASSING_CONSENT)

    def __init__(self, *args: Any, subjects: Iterable[Subject], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sujet"].choices = [("", "Choisir"), *subject_choices(subjects)]  # type: ignore[attr-defined]
