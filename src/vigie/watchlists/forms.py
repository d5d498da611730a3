"""What agents and the team type on the pages of lists."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm
from vigie.watchlists.queries.lists import PLANS, Choices, Filters
from vigie.watchlists.queries.words import LEVEL_STATES, SECTIONS


class ListFilterForm(DsfrForm):
    """The filters of the list, kept in the address; what cannot be read does not filter."""

    q = CleanLineField(label="Entreprise", required=False, max_length=120, help_text="Nom ou SIREN")
    niveau = forms.ChoiceField(
        label="Risque",
        required=False,
        choices=[("", "Tous"), *((code, LEVEL_STATES[code].label) for code in ("strong", "moderate"))],
    )
    region = forms.ChoiceField(label="Région du siège", required=False)
    departement = forms.ChoiceField(label="Département d’un établissement", required=False)
    secteur = forms.ChoiceField(label="Secteur", required=False, choices=[("", "Tous"), *SECTIONS.items()])
    plan = forms.ChoiceField(label="Plan en cours", required=False, choices=[("", "Sans importance"), *PLANS])
    premiere = forms.BooleanField(label="1re alerte", required=False)
    aggravation = forms.BooleanField(label="Aggravation", required=False)
    suivies = forms.BooleanField(label="Que je suis", required=False)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "Toutes"), *choices.regions]  # type: ignore[attr-defined]
        self.fields["departement"].choices = [("", "Tous"), *choices.departements]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        level = data.get("niveau", "")
        return Filters(
            q=data.get("q", ""),
            levels=(level,) if level else (),
            region=data.get("region", ""),
            departement=data.get("departement", ""),
            section=data.get("secteur", ""),
            plan=data.get("plan", ""),
            first_alert=data.get("premiere", False),
            aggravation=data.get("aggravation", False),
            followed=data.get("suivies", False),
        )


class ReasonForm(DsfrForm):
    """Why a list is withdrawn."""

    reason = CleanLineField(
        label="Raison du retrait",
        max_length=500,
        help_text="Gardée avec la liste",
        error_messages={"required": "Dites pourquoi la liste est retirée."},
    )
