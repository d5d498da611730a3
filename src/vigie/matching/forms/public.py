"""The forms of the public pages: contact, company, project, description, and the words added afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from vigie.directory.models import SubjectQuestion
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.text import fold
from vigie.matching.actions.filling import LONGEST_DESCRIPTION, Contact
from vigie.matching.actions.following import LONGEST as LONGEST_PRECISION
from vigie.matching.models import LandingSubject, Solicitation
from vigie.matching.rules.spelling import suggestion
from vigie.territory.queries import CommuneChoice, resolve_commune, search_communes
from vigie.ui.fields import CleanLineField, CleanTextField, EmailField, PersonNameField, PhoneField, SiretField
from vigie.ui.forms import DsfrForm, FormTokenMixin, HoneypotMixin
from vigie.ui.widgets import Combobox

COMMUNES_SHOWN = 20
NO_COMMUNE = "Aucune commune de France ne répond à ce nom ni à ce code postal."
COMMUNES: Any = reverse_lazy("matching:communes")
COMPANIES: Any = reverse_lazy("companies:search")


class ContactFields(DsfrForm):
    """Who to call."""

    full_name = PersonNameField(
        label="Prénom et nom", max_length=150, error_messages={"required": "Indiquez votre prénom et votre nom."}
    )
    phone = PhoneField(
        label="Téléphone",
        help_text="Le numéro où un conseiller peut vous joindre.",
        error_messages={"required": "Indiquez un numéro où vous joindre."},
    )
    email = EmailField(
        label="Adresse électronique",
        help_text="Vous y recevrez le lien qui permet de suivre votre demande.",
        error_messages={"required": "Indiquez votre adresse électronique."},
    )
    email_kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """An address that looks mistyped is asked about once, then kept as it is."""
        data = super().clean() or self.cleaned_data
        email = data.get("email", "")
        meant = suggestion(email) if email else ""
        if meant and data.get("email_kept") != email:
            self.add_error(
                "email",
                f"Vouliez-vous dire «\u00a0{meant}\u00a0»\u00a0? Corrigez, "
                f"ou envoyez de nouveau pour garder «\u00a0{email}\u00a0».",
            )
            received = dict(self.data.items())
            received[self.add_prefix("email_kept")] = email
            self.data = received
        return data

    def contact(self) -> Contact:
        """What was typed, for the action."""
        return Contact(*(self.cleaned_data[name] for name in ("full_name", "phone", "email")))


class ContactForm(HoneypotMixin, FormTokenMixin, ContactFields):
    """First step: creates the request."""

    def clean(self) -> dict[str, Any]:
        """« Too fast » is said alone: it would only confuse who has a field to mend."""
        data = super().clean()
        if "filled_from" in self.errors and len(self.errors) > 1:
            del self.errors["filled_from"]
        return data


class ContactAgainForm(ContactFields):
    """First step, corrected before sending."""


def contact_again_form(solicitation: Solicitation, data: Any = None) -> ContactAgainForm:
    """The form as it was sent; an address kept once is not asked about again."""
    told = {name: getattr(solicitation, name) for name in ("full_name", "phone", "email")}
    return ContactAgainForm(data, initial={**told, "email_kept": solicitation.email})


class CommuneForm(DsfrForm):
    """A commune by its name or its postal code; when several answer, one is chosen among them.

    ``code``: the commune of today, empty when nothing was typed and it may be so.
    """

    commune = CleanLineField(
        label="Commune",
        help_text="Nom ou code postal.",
        max_length=100,
        widget=Combobox(source=COMMUNES, value_name="commune_code"),
    )
    commune_choice = forms.ChoiceField(
        label="Quelle commune\u00a0?", required=False, widget=forms.RadioSelect, choices=()
    )

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code = ""
        picked = str(self.data.get("commune_code", "")) if self.is_bound else code
        widget: Any = self.fields["commune"].widget
        widget.value = picked
        self._several = self._candidates(picked)
        choices: Any = [(one.code, one.label) for one in self._several]
        self.fields["commune_choice"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["commune_choice"]

    def _candidates(self, picked: str) -> list[CommuneChoice]:
        """The communes to choose from: several answer what was typed, and none was picked from the list."""
        typed = str(self.data.get("commune", ""))[:200] if self.is_bound else ""
        found = [] if resolve_commune(picked[:5]) else search_communes(typed, COMMUNES_SHOWN)
        self._found = found
        return found if len(found) > 1 and _exact(found, typed) is None else []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        typed = data.get("commune", "")
        picked = resolve_commune(str(self.data.get("commune_code", ""))[:5])
        chosen = data.get("commune_choice", "")
        only = self._found[0] if len(self._found) == 1 else _exact(self._found, typed)
        if not typed:
            return data
        if picked is not None:
            self.code = picked.code
        elif chosen:
            self.code = chosen
        elif only is not None:
            self.code = only.code
        elif self._several:
            self.add_error("commune_choice", "Plusieurs communes répondent\u00a0: choisissez la vôtre.")
        elif "commune" not in self.errors:
            self.add_error("commune", f"{NO_COMMUNE} Vérifiez-le.")
        return data


def _exact(found: Iterable[CommuneChoice], typed: str) -> CommuneChoice | None:
    """The only commune that bears exactly the name typed."""
    same = [one for one in found if fold(one.name) == fold(typed)]
    return same[0] if len(same) == 1 else None


class ProjectForm(CommuneForm):
    """Second step of a project that has no company yet."""

    name = CleanLineField(label="Nom de l’entreprise visée, si vous le connaissez", required=False)


class ManualCompanyForm(CommuneForm):
    """Second step when the register does not give the company."""

    field_order = ("name", "siret", "commune", "commune_choice")

    name = CleanLineField(label="Nom de l’entreprise")
    siret = SiretField(label="Numéro SIRET", required=False, help_text="14 chiffres, si vous les connaissez.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].required = False
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("siret") and not data.get("commune") and "siret" not in self.errors:
            self.add_error(
                "commune", "Indiquez la commune, ou le numéro SIRET\u00a0: c’est ainsi que nous trouvons qui appelle."
            )
        return data


class CompanySearchForm(DsfrForm):
    """The one field that takes a name, a SIREN or a SIRET, and the commune that narrows it."""

    q = CleanLineField(
        label="Nom, SIREN ou SIRET de votre entreprise",
        required=False,
        widget=Combobox(source=COMPANIES, value_name="siret", submit=True),
    )
    commune = CleanLineField(
        label="Commune",
        required=False,
        max_length=100,
        help_text="Pour trouver plus vite un nom répandu.",
        widget=Combobox(source=COMMUNES, value_name="commune_code"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code = ""
        if self.is_bound:
            place: Any = self.fields["commune"].widget
            place.value = str(self.data.get("commune_code", ""))[:5]

    def clean(self) -> dict[str, Any]:
        """A commune that does not exist is said, rather than all of France searched in its place."""
        data = super().clean() or self.cleaned_data
        picked = resolve_commune(str(self.data.get("commune_code", ""))[:5])
        typed = data.get("commune", "")
        found = search_communes(typed, 1) if typed and picked is None else []
        self._code = picked.code if picked else next((one.code for one in found), "")
        if typed and not self._code and not self.data.get("siret"):
            self.add_error("commune", f"{NO_COMMUNE} Vérifiez-le, ou videz ce champ.")
        return data

    def commune_code(self) -> str:
        """The commune picked, or the first that answers what was typed; empty without one."""
        return self._code


class DescriptionForm(DsfrForm):
    """Third step: the need in one's own words, then the questions of the subject."""

    description = CleanTextField(
        label="Votre besoin",
        max_length=LONGEST_DESCRIPTION,
        rows=8,
        error_messages={"required": "Décrivez votre besoin en quelques phrases."},
    )

    def __init__(
        self, *args: Any, subject: LandingSubject, questions: Iterable[SubjectQuestion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = tuple(questions)
        for question in self.questions:
            self.fields[f"q_{question.key}"] = forms.ChoiceField(
                label=question.label,
                choices=[tuple(answer) for answer in question.answers],
                widget=forms.RadioSelect,
                error_messages={"required": "Choisissez une réponse.", "invalid_choice": "Choisissez une réponse."},
            )
        if subject.asks_head:
            self.fields["is_head"] = forms.BooleanField(
                label="J’atteste diriger cette entreprise ou être mandaté par son dirigeant.",
                error_messages={"required": "Cochez cette case pour envoyer votre demande."},
            )

    def answers(self) -> dict[str, str]:
        """Question key → value, for those that are answered."""
        given = {question.key: self.cleaned_data.get(f"q_{question.key}", "") for question in self.questions}
        return {key: value for key, value in given.items() if value}


def description_form(solicitation: Solicitation, data: Any = None) -> DescriptionForm:
    """The third step with what was kept of it. 2 queries."""
    subject = solicitation.landing_subject
    kept = {f"q_{key}": value for key, value in solicitation.answers.values_list("question__key", "value")}
    initial = {"description": solicitation.description or subject.prefill, "is_head": solicitation.is_head, **kept}
    questions = SubjectQuestion.objects.filter(subject=subject.subject_id)
    return DescriptionForm(data, subject=subject, questions=questions, initial=initial)


class PrecisionForm(DsfrForm):
    """Words added to a request that has left."""

    body = CleanTextField(label="Votre précision", max_length=LONGEST_PRECISION, rows=4)


def put_refusal(form: forms.Form, refused: Refused) -> None:
    """Shows a refusal of an action in the form: beside its field when it has one."""
    name = refused.field if isinstance(refused, InvalidInput) else None
    if name is not None and name not in form.fields:
        name = f"q_{name}" if f"q_{name}" in form.fields else None
    form.add_error(name, ValidationError(refused.message_fr, code=refused.code))
