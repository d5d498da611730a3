"""What an administrator types to simulate: who, which firm, and why."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from vigie.accounts.models import User
from vigie.companies.models import Company
from vigie.kernel.errors import InvalidInput
from vigie.kernel.siren import parse_siren
from vigie.ui.fields import CleanLineField, EmailField
from vigie.ui.forms import DsfrForm

SHORTEST_REASON = 10


class SimulatorForm(DsfrForm):
    """Each field gives the object that it names."""

    user = EmailField(label="Adresse électronique de la personne")
    siren = CleanLineField(label="Entreprise", max_length=20, help_text="Numéro SIREN")
    reason = CleanLineField(
        label="Pourquoi vous le demandez",
        max_length=200,
        help_text="Dix caractères au moins. Gardé dans l’audit, avec la personne et l’entreprise.",
    )

    def clean_user(self) -> User:
        found: User | None = User.objects.with_address(self.cleaned_data["user"]).first()
        if found is None:
            raise ValidationError("Aucun compte n’a cette adresse.")
        return found

    def clean_siren(self) -> Company:
        try:
            number = parse_siren(self.cleaned_data["siren"])
        except InvalidInput as refused:
            raise ValidationError(refused.message_fr) from None
        found = Company.objects.filter(siren=number).first()
        if found is None:
            raise ValidationError("Vigie ne connaît pas cette entreprise.")
        return found

    def clean_reason(self) -> str:
        text: Any = self.cleaned_data["reason"]
        if len(text) < SHORTEST_REASON:
            raise ValidationError("Dites pourquoi, en dix caractères au moins.")
        return str(text)
