"""What narrows the profiles of habilitation in use; kept in the address."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.agents.queries.profiles import Sought, departement_choices, profile_choices
from vigie.rights.table import Role
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm

LEVELS = (("", "Tous"), (Role.LEVEL_A.value, "A"), (Role.LEVEL_B.value, "B"))


class ProfilesForm(DsfrForm):
    """A filter that cannot be read narrows nothing."""

    q = CleanLineField(
        label="Profil ou territoire", required=False, max_length=120,
        help_text="Un mot du profil, un code (35, R53) ou une zone (Z-OUTRE-MER)",
    )  # fmt: skip
    level = forms.ChoiceField(label="Niveau", required=False, choices=LEVELS)
    segment = forms.ChoiceField(label="Profil de travail", required=False)
    departement = forms.ChoiceField(label="Couvre le département", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = [("", "Tous"), *profile_choices()]  # type: ignore[attr-defined]
        self.fields["departement"].choices = [("", "Tous"), *departement_choices()]  # type: ignore[attr-defined]

    def sought(self) -> Sought:
        self.is_valid()
        return Sought(**{name: self.cleaned_data.get(name, "") for name in self.fields})
