"""What is typed to make and correct a working list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm
from vigie.watchlists.rules_rework import QUOTA, QUOTA_AT_MOST, Rule, Settings

PARAMETER_AT_MOST = 10_000


class ReworkForm(DsfrForm):
    """The département and its rules, kept in the address: one field a rule, two when it has a parameter."""

    departement = forms.ChoiceField(
        label="Département du siège", error_messages={"required": "Choisissez un département."}
    )

    def __init__(self, data: Any = None, *, rules: Iterable[Rule], departements: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.rules = tuple(rules)
        self.fields["departement"].choices = list(departements)  # type: ignore[attr-defined]
        for rule in self.rules:
            label = f"{rule.label_fr} ({rule.unit})" if rule.unit else rule.label_fr
            self.fields[rule.code] = forms.BooleanField(label=label, required=False, initial=rule.usual)
            if rule.unit:
                self.fields[f"{rule.code}_n"] = forms.IntegerField(
                    label=f"{rule.label_fr}, nombre ({rule.unit})", min_value=0, max_value=PARAMETER_AT_MOST,
                    initial=rule.default, error_messages={"required": "Donnez un nombre."},
                )  # fmt: skip
        self.fields["au_plus"] = forms.IntegerField(
            label="Entreprises, au plus", min_value=1, max_value=QUOTA_AT_MOST, initial=QUOTA,
            help_text="Si les règles en gardent davantage\u00a0: d’abord les comptes publiés les plus dégradés, puis "
            "les risques modérés, puis les risques forts",
            error_messages={"required": "Donnez un nombre."},
        )  # fmt: skip
        self.fields["au_moins"] = forms.IntegerField(
            label="Compléter jusqu’à", min_value=0, max_value=QUOTA_AT_MOST, initial=0,
            help_text="Si les règles en gardent moins, reprend des entreprises qu’une seule règle écarte\u00a0: déjà "
            "en alerte, trop récente ou trop petite. 0\u00a0: ne reprend rien",
            error_messages={"required": "Donnez un nombre."},
        )  # fmt: skip

    def settings(self) -> Settings:
        """The rules that were read; the form is valid."""
        data = self.cleaned_data
        wanted = {rule.code: data[f"{rule.code}_n"] if rule.unit else 0 for rule in self.rules if data[rule.code]}
        return Settings(wanted, data["au_plus"], data["au_moins"])


class ReworkNameForm(DsfrForm):
    """The name under which the working list is kept."""

    nom = CleanLineField(
        label="Nom de la liste retraitée", max_length=80, error_messages={"required": "Donnez un nom à cette liste."}
    )


class ReworkCorrectionForm(DsfrForm):
    """Why a firm is kept or dropped by hand."""

    motif = CleanLineField(
        label="Motif", max_length=300, help_text="Lu par les agents habilités du département, et gardé",
        error_messages={"required": "Dites pourquoi\u00a0: ce motif est gardé."},
    )  # fmt: skip
