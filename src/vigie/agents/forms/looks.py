"""What an administrator types to look through an agent's eyes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from vigie.accounts.models import User
from vigie.agents.models_look import LONGEST_MINUTES
from vigie.ui.fields import CleanLineField, EmailField
from vigie.ui.forms import DsfrForm

SHORTEST_REASON = 10


class AgentField(EmailField):
    """The address of somebody who has an account; cleans to the account."""

    def clean(self, value: Any) -> User:
        found: User | None = User.objects.living().with_address(super().clean(value)).first()
        if found is None:
            raise ValidationError("Aucun compte n’a cette adresse.")
        return found


class LookForm(DsfrForm):
    agent = AgentField(label="Adresse électronique de l’agent")
    reason = CleanLineField(
        label="Motif", max_length=300, help_text="Dix caractères au moins. L’autre administrateur et l’audit le lisent."
    )
    minutes = forms.TypedChoiceField(
        label="Durée", coerce=int, choices=[(n, f"{n} minutes") for n in (5, 10, 15, LONGEST_MINUTES)], initial=15
    )

    def clean_reason(self) -> str:
        text: str = self.cleaned_data["reason"]
        if len(text) < SHORTEST_REASON:
            raise ValidationError("Dites pourquoi, en dix caractères au moins.")
        return text
