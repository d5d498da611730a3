"""What an administrator types to give a duty."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.accounts.models_agents import Duty
from vigie.agents.forms.looks import AgentField
from vigie.ui.forms import DsfrForm


class DutyForm(DsfrForm):
    """Who, which duty, where. departements: code to name."""

    agent = AgentField(label="Adresse électronique de l’agent")
    kind = forms.ChoiceField(label="Fonction", choices=Duty.Kind.choices)
    departement = forms.ChoiceField(
        label="Département",
        error_messages={"required": "Choisissez un département.", "invalid_choice": "Choisissez un département."},
    )

    def __init__(self, *args: Any, departements: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, f"{code} – {name}") for code, name in departements.items()]
        self.fields["departement"].choices = [("", "Choisir"), *choices]  # type: ignore[attr-defined]
