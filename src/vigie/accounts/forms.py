"""Forms on accounts: the form of what is typed. What is refused for a reason is refused by the actions."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse_lazy

from vigie.accounts.models import User
from vigie.accounts.pages import SITUATIONS, PeopleFilters, role_choices
from vigie.accounts.queries import antenne_label, antennes_named, live_antenne, replacements
from vigie.accounts.rules import Invitation
from vigie.accounts.sealed import Unreadable
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.text import fold
from vigie.rights.table import Role
from vigie.ui.fields import CleanLineField, EmailField, PersonNameField, PhoneField
from vigie.ui.forms import DsfrForm
from vigie.ui.widgets import Combobox

log = structlog.get_logger(__name__)

CODE_ATTRS = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
WRONG_CODE = "Ce code n’est pas le bon. Vérifiez-le dans le dernier courriel reçu."
UNREADABLE = (
    "Votre second facteur ne peut pas être vérifié pour le moment. Ce n’est pas votre faute\u00a0: prévenez l’équipe, "
    "elle peut vous permettre d’en installer un autre."
)
WRONG_TOTP = "Ce code n’est pas le bon. Attendez le code suivant de votre application, puis recopiez-le."
TERRITORY_HELP = (
    "D’un agent de détection ou d’un animateur local\u00a0: FR (France entière, pour un agent), régions (R53), "
    "départements (35, 2A)\u00a0; pour un animateur, aussi bassins d’emploi (5301), "
    "EPCI (243500139) et communes (35238)."
)
REPLAYED = "Ce code a déjà servi. Attendez le code suivant de votre application."


def date_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A day, typed or chosen in the browser’s calendar."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={
            "required": "Indiquez une date.",
            "invalid": "Cette date n’est pas valide. Exemple\u00a0: 31/12/2026",
        },
    )


# --- signing in -----------------------------------------------------------------------------------------------------
class SignInForm(DsfrForm):
    """The address that receives the code."""

    email = EmailField(
        label="Adresse électronique professionnelle",
        help_text="Celle à laquelle vous avez été invité. Exemple\u00a0: prenom.nom@institution.fr",
    )
    remember = forms.BooleanField(
        label="Rester connecté 30 jours",
        required=False,
        help_text="Seulement sur un appareil que vous êtes seul à utiliser. Sinon, votre session dure 12 heures.",
    )


class SignInCodeForm(DsfrForm):
    """The code received by e-mail. ``code``: the one expected, empty when none was sent."""

    code = CleanLineField(
        label="Code reçu par courriel", max_length=40, help_text="8 chiffres", widget=forms.TextInput(attrs=CODE_ATTRS)
    )

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = code

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not compare_user_code(actual=code, expected=self.expected):
            raise ValidationError(WRONG_CODE, code="incorrect_code")
        return code


class AttachCodeForm(DsfrForm):
    """The code that attaches another ProConnect identity to an account."""

    code = CleanLineField(
        label="Code reçu par courriel", max_length=40, help_text="8 chiffres", widget=forms.TextInput(attrs=CODE_ATTRS)
    )

    def refuse(self) -> None:
        """Says that the code is not the one expected."""
        if not self.errors:
            self.add_error("code", WRONG_CODE)


class SecondFactorForm(DsfrForm):
    """A code shown by the application, or a recovery code. A code is taken once."""

    code = CleanLineField(
        label="Code de votre application",
        max_length=40,
        help_text="6 chiffres\u00a0; à défaut, un de vos codes de secours",
        widget=forms.TextInput(attrs=CODE_ATTRS),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    @transaction.atomic
    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        locked = Authenticator.objects.select_for_update().filter(user=self.user).order_by("-type")
        for authenticator in locked:
            if self._opens(authenticator, code):
                self.authenticator = authenticator
                self.authenticator.user = self.user
                if authenticator.type == Authenticator.Type.TOTP:
                    self._take_once(authenticator, code)
                return code
        raise ValidationError(WRONG_TOTP, code="incorrect_code")

    @staticmethod
    def _opens(authenticator: Authenticator, code: str) -> bool:
        try:
            return bool(authenticator.wrap().validate_code(code))
        except Unreadable as error:
            log.error("second_factor_unreadable", user_id=authenticator.user_id)
            raise ValidationError(UNREADABLE, code="unreadable_factor") from error

    @staticmethod
    def _take_once(authenticator: Authenticator, code: str) -> None:
        """With one step of tolerance a code lives 90 seconds: the last three are remembered in the row itself."""
        digits = "".join(code.split())
        taken = authenticator.data.get("taken", [])
        if digits in taken:
            raise ValidationError(REPLAYED, code="replayed_code")
        authenticator.data["taken"] = [*taken, digits][-3:]
        authenticator.save(update_fields=["data"])

    def save(self) -> None:
        """Called by django-allauth once the code is accepted."""
        from allauth.core import context
        from allauth.mfa.base.internal.flows import post_authentication

        post_authentication(context.request, self.authenticator, reauthenticated=self.again)

    again = False


class ConfirmSecondFactorForm(SecondFactorForm):
    """The same, asked again within a session before a sensitive act."""

    again = True


class SetUpSecondFactorForm(ActivateTOTPForm):
    """The first code of the application that has just been installed."""

    default_renderer = DsfrForm.default_renderer
    use_required_attribute = False

    code = CleanLineField(
        label="Code affiché par l’application",
        max_length=40,
        help_text="6 chiffres",
        widget=forms.TextInput(attrs=CODE_ATTRS),
    )


class ReplaceSecondFactorForm(DeactivateTOTPForm):
    """Nothing to type: the second factor was just asked again."""

    default_renderer = DsfrForm.default_renderer


class TermsForm(DsfrForm):
    """The box to tick before anything else."""

    accepted = forms.BooleanField(
        label="J’ai lu les conditions d’utilisation et je les accepte.",
        error_messages={"required": "Cochez la case pour continuer, ou déconnectez-vous."},
    )


# --- people ---------------------------------------------------------------------------------------------------------
class PeopleFilterForm(DsfrForm):
    """What narrows the list of people; kept in the address."""

    q = CleanLineField(label="Nom ou adresse", required=False, max_length=120)
    role = forms.ChoiceField(label="Rôle", required=False)
    situation = forms.ChoiceField(label="Situation", required=False, choices=[("", "Toutes"), *SITUATIONS])
    institution = forms.TypedChoiceField(label="Institution", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, institutions: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "Tous"), *role_choices()]  # type: ignore[attr-defined]
        self.fields["institution"].choices = [("", "Toutes"), *institutions]  # type: ignore[attr-defined]

    def filters(self) -> PeopleFilters:
        """The filters that can be read; a filter that cannot narrows nothing."""
        self.is_valid()
        data = self.cleaned_data
        return PeopleFilters(
            q=data.get("q", ""),
            role=data.get("role", ""),
            situation=data.get("situation", ""),
            institution=data.get("institution"),
        )


class AntenneMixin(forms.Form):
    """An antenne, completed as it is typed; without script, its name is enough when only one bears it."""

    antenne = CleanLineField(
        label="Antenne",
        required=False,
        max_length=320,
        help_text="Commencez à écrire son nom ou celui de son institution",
        widget=Combobox(source=reverse_lazy("accounts:antennes"), value_name="antenne_id"),  # type: ignore[arg-type]
    )

    def clean_antenne(self) -> str:
        typed: str = self.cleaned_data["antenne"]
        self.antenne_id = self._antenne_id(typed) if typed else None
        return typed

    def _antenne_id(self, typed: str) -> int:
        chosen = self.data.get("antenne_id", "")
        if chosen.isdecimal() and len(chosen) < 19:
            antenne = live_antenne(int(chosen))
            if antenne is not None and antenne_label(antenne) == typed:
                return antenne.pk
        found = antennes_named(typed, limit=6)
        exact = [one for one in found if fold(typed) in {fold(one.name), fold(antenne_label(one))}]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0].pk
        if not found:
            raise ValidationError("Aucune antenne ne porte ce nom. Vérifiez-le dans l’annuaire.", code="unknown")
        names = "\u00a0; ".join(antenne_label(one) for one in found[:5])
        raise ValidationError(f"Plusieurs antennes répondent à ce nom\u00a0: {names}. Précisez.", code="ambiguous")


class InvitationForm(AntenneMixin, DsfrForm):
    """A person to invite and what he will be entitled to."""

    email = EmailField(label="Adresse électronique professionnelle")
    full_name = PersonNameField(label="Prénom et nom", max_length=150, autocomplete="off")
    job = CleanLineField(label="Fonction", required=False, max_length=120)
    phone = PhoneField(label="Téléphone", required=False, max_length=25)
    roles = forms.TypedMultipleChoiceField(
        label="Rôles",
        coerce=Role,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un rôle."},
        help_text="Un membre de l’équipe voit tout et doit installer un second facteur.",
    )
    territory = CleanLineField(label="Territoire", required=False, max_length=1000, help_text=TERRITORY_HELP)
    ends_on = date_field("Fin de l’habilitation", required=False, help_text="Vide\u00a0: sans date de fin")
    like = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the account that this one takes after

    field_order = ("email", "full_name", "job", "phone", "antenne", "roles", "territory", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = role_choices()  # type: ignore[attr-defined]


def invitation_of(form: InvitationForm) -> Invitation:
    """What a valid form asks."""
    data = form.cleaned_data
    return Invitation(
        email=data["email"],
        full_name=data["full_name"],
        roles=tuple(data["roles"]),
        antenne_id=form.antenne_id,
        job=data["job"],
        phone=data["phone"],
        ends_on=data["ends_on"],
        territory=data["territory"],
    )


def put_refusal(form: forms.Form, refused: Refused) -> None:
    """Shows a refusal beside the field at fault, or on top of the form."""
    field = refused.field if isinstance(refused, InvalidInput) else None
    form.add_error(field if field in form.fields else None, refused.message_fr)


class OwnAccountForm(DsfrForm):
    """What a person changes of his own account."""

    full_name = PersonNameField(label="Prénom et nom", max_length=150)
    job = CleanLineField(label="Fonction", required=False, max_length=120)
    phone = PhoneField(label="Téléphone", required=False, max_length=25)

    def changes(self) -> dict[str, Any]:
        """The columns and their new values."""
        return dict(self.cleaned_data)


def own_account_form(user: User) -> OwnAccountForm:
    """The form as the account stands."""
    return OwnAccountForm(initial={"full_name": user.full_name, "job": user.job, "phone": user.phone})


class AccountForm(AntenneMixin, OwnAccountForm):
    """What the team changes of an account."""

    email = EmailField(
        label="Adresse électronique professionnelle", help_text="La changer ferme les sessions ouvertes."
    )
    field_order = ("full_name", "email", "job", "phone", "antenne")

    def changes(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name != "antenne"}
        return {**data, "antenne_id": self.antenne_id}


def account_form(user: User) -> AccountForm:
    """The form as the account stands."""
    names = ("full_name", "email", "job", "phone")
    antenne = antenne_label(user.antenne) if user.antenne else ""
    form = AccountForm(initial={**{name: getattr(user, name) for name in names}, "antenne": antenne})
    form.fields["antenne"].widget.value = str(user.antenne_id or "")  # type: ignore[attr-defined]
    return form


class HabilitationForm(AntenneMixin, DsfrForm):
    """A role to give to somebody who has an account."""

    role = forms.TypedChoiceField(label="Rôle", coerce=Role, error_messages={"required": "Choisissez un rôle."})
    territory = CleanLineField(label="Territoire", required=False, max_length=1000, help_text=TERRITORY_HELP)
    starts_on = date_field("Début", required=False, help_text="Vide\u00a0: aujourd’hui")
    ends_on = date_field("Fin", required=False, help_text="Vide\u00a0: sans date de fin")
    field_order = ("role", "antenne", "territory", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "habilitation_%s"  # beside another form, on the same page
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices()  # type: ignore[attr-defined]
        self.fields["antenne"].label = "Antenne dont la personne est responsable"
        self.fields["antenne"].help_text = "Pour un responsable d’antenne. Vide\u00a0: la sienne"


class AbsenceForm(DsfrForm):
    """Days on which one does not answer."""

    starts_on = date_field("Premier jour d’absence")
    ends_on = date_field("Dernier jour d’absence")
    replacement = forms.ModelChoiceField(
        label="Remplacé par", queryset=User.objects.none(), required=False, empty_label="Personne"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replacement"].queryset = replacements(user)  # type: ignore[attr-defined]
