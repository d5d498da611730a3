"""The agent whom a partner vouches for."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.agents.actions.partner import AgentRequest
from vigie.agents.queries.charges import Choices
from vigie.rights.table import Role
from vigie.ui.fields import CleanLineField, EmailField, PersonNameField
from vigie.ui.forms import DsfrForm


class SeekForm(DsfrForm):
    """Kept in the address."""

    q = CleanLineField(label="Nom, profil ou territoire", required=False, max_length=120)

    def sought(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))


class AgentRequestForm(DsfrForm):
    """What is asked of a new agent. choices: the bodies and profiles that the reviewer answers for."""

    entity = forms.TypedChoiceField(
        label="Administration",
        coerce=int,
        error_messages={
            "required": "Choisissez une administration.",
            "invalid_choice": "Choisissez une administration.",
        },
    )

    email = EmailField(label="Adresse électronique professionnelle")
    full_name = PersonNameField(label="Prénom et nom")
    job = CleanLineField(label="Fonction", max_length=120)
    segment = forms.ChoiceField(label="Profil", error_messages={"required": "Choisissez un profil."})
    level = forms.ChoiceField(
        label="Niveau",
        error_messages={"required": "Choisissez un niveau."},
        choices=[  # none is chosen beforehand: the wider one would be asked for by distraction
            ("", "Choisir"),
            (Role.LEVEL_A.value, "A\u00a0: toutes les données, dettes Urssaf et Banque de France comprises"),
            (Role.LEVEL_B.value, "B\u00a0: l’alerte et l’activité partielle"),
        ],
    )
    territory = CleanLineField(
        label="Territoire",
        max_length=400,
        help_text="Départements (35, 2A), régions (R53), zones nommées (Z-OUTRE-MER) ou FR pour la France entière.",
    )
    siret = forms.RegexField(
        r"\A(?:\d{14})?\Z",
        label="SIRET du lieu de travail",
        required=False,
        help_text="14 chiffres",
        error_messages={"invalid": "Un numéro SIRET compte 14 chiffres."},
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = (  # type: ignore[attr-defined]
            [("", "Choisir"), *choices.segments] if len(choices.segments) > 1 else choices.segments
        )
        if len(choices.entities) > 1:
            self.fields["entity"].choices = [("", "Choisir"), *choices.entities]  # type: ignore[attr-defined]
        else:  # nothing to choose
            del self.fields["entity"]

    def asked(self) -> AgentRequest:
        data = self.cleaned_data
        return AgentRequest(**{**data, "level": Role(data["level"])})
